"""The catalogue in memory, for finding products in what people say."""

from collections.abc import Sequence
from threading import Lock
from uuid import UUID
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from bot.db import Session
from bot.products.models import Product
from bot.understanding import ProductFinder, ProductName

Version = tuple[int, int, UUID | None]

_built: WeakKeyDictionary[sa.Engine, dict[int, tuple[Version, ProductFinder]]] = WeakKeyDictionary()
_building = Lock()


def finder(session: Session) -> ProductFinder:
    """A finder over the catalogue as this session sees it; keys are `Product.id`.

    Built again only when the catalogue has changed, which is one cheap statement to see.
    """
    version = _version(session)
    with _building:
        workspaces = _built.setdefault(session.get_bind().engine, {})
        known = workspaces.get(session.workspace)
        if known is None or known[0] != version:
            known = workspaces[session.workspace] = (version, _build(session))
    return known[1]


def _version(session: Session) -> Version:
    newest = sa.select(Product.id).order_by(Product.id.desc()).limit(1)
    count, revision = session.execute(
        sa.select(sa.func.count(), sa.func.max(Product.revision)).select_from(Product)
    ).one()
    return count, revision or 0, session.scalar(newest)


def _build(session: Session) -> ProductFinder:
    rows = session.execute(sa.select(Product.id, Product.name, Product.aliases))
    return ProductFinder(
        ProductName(key=id, name=name, aliases=tuple(aliases)) for id, name, aliases in rows
    )


_MOST = 25  # completions that networks show


def beginning_with(session: Session, beginning: str) -> Sequence[str]:
    """Names of products that begin so, else that hold it, in order; at most 25."""
    words = beginning.strip().lower()
    name = sa.func.lower(Product.name)
    starts = name.startswith(words, autoescape=True)
    found = sa.select(Product.name).where(name.contains(words, autoescape=True))
    return session.scalars(found.order_by(~starts, Product.name).limit(_MOST)).all()

"""Beginning a post from a template: its variables filled in, everything else as in the editor."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.accounts import audit
from bot.accounts.models import User
from bot.db import Session
from bot.errors import InvalidInput, NotFound
from bot.products.models import Brand, Product
from bot.settings import Settings
from bot.web.i18n import locale
from content_calendar import history, pattern, planning
from content_calendar.composing import find_product
from content_calendar.draft import Draft
from content_calendar.forms import shown
from content_calendar.keeping import PostTemplate
from content_calendar.models import Post

OWN = "var_"
"""In addresses, before the name of a variable that only the template knows."""

_LONGEST = 500


def templates(session: Session) -> Sequence[PostTemplate]:
    return session.scalars(sa.select(PostTemplate).order_by(PostTemplate.name)).all()


def keep(session: Session, post: Post, name: str, *, by: User) -> PostTemplate:
    """Keep what the post says as a template; one of that name is replaced."""
    name = " ".join(name.split())[:100]
    if not name:
        raise InvalidInput(fields={"name": "Give the template a name."})
    draft = planning.draft_of(session, post)
    said = history.to_json(replace(draft, local=None, rrule="", exdates=frozenset()))
    found = session.scalar(sa.select(PostTemplate).filter_by(name=name)) or PostTemplate(name=name)
    found.said, found.changed_at = said, session.now()
    session.put(found)
    audit.record(session, by, "kept as a template", post, name=name)
    return found


def forget(session: Session, id: UUID, *, by: User) -> None:
    template = session.need(PostTemplate, id)
    audit.record(session, by, "deleted", template, name=template.name)
    session.delete(template)


def named(session: Session, id: str | None) -> PostTemplate:
    """Raises `NotFound`."""
    try:
        return session.need(PostTemplate, UUID(id or ""))
    except ValueError:
        raise NotFound from None


def wanted(template: PostTemplate) -> list[str]:
    """The variables that somebody has to give a value."""
    found = pattern.variables(history.from_json(template.said))
    by_date = [name for name in found if name in pattern.BY_DATE]
    others = [name for name in found if name not in {"shop", "brand", *by_date}]
    if "brand" in found and "product" not in others:
        others.insert(0, "product")
    return [*others, *(["date"] if by_date else [])]


def begun(
    session: Session,
    asked: Mapping[str, str],
    settings: Settings,
    empty: Mapping[str, Any],
    user: User,
) -> dict[str, Any]:
    """The editor's values for a template, as its address fills it in. Raises `NotFound`."""
    draft = history.from_json(named(session, asked.get("template")).said)
    product, values = _product(session, asked.get("product", "")), _values(asked)
    if product:
        name, brand = product
        values |= {"product": name, "brand": brand}
    values |= {"shop": settings.shop.name, "author": user.name}
    filled = replace(pattern.fill(draft, values), zone=settings.shop.zone)
    if values.get("campaign"):
        filled = replace(filled, campaign=values["campaign"])
    result = shown(filled, product[0] if product else _named(session, draft))
    if not filled.channel_ids:
        result["channels"] = empty["channels"]
    return result


def _values(asked: Mapping[str, str]) -> dict[str, str]:
    own = {
        name.removeprefix(OWN): text[:_LONGEST]
        for name, text in asked.items()
        if name.startswith(OWN)
    }
    given = {name: asked.get(name, "")[:_LONGEST] for name in ("product", "campaign")}
    try:
        day = pattern.of_day(date.fromisoformat(asked.get("date", "")), locale())
    except ValueError:
        day = {}
    return own | given | day


def _product(session: Session, words: str) -> tuple[str, str] | None:
    """Name and brand."""
    id = find_product(session, words)
    if id is None:
        return None
    product = session.need(Product, id)
    return product.name, session.need(Brand, product.brand_id).name


def _named(session: Session, draft: Draft) -> str:
    product = session.find(Product, draft.product_id) if draft.product_id else None
    return product.name if product else ""

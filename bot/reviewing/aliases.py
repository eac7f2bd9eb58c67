"""What people call a product, learnt from corrections, and forgotten again."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.audit import record
from bot.accounts.models import User
from bot.db import Session
from bot.errors import InvalidInput
from bot.inbox.models import Message, Signal
from bot.products.models import Product
from bot.reviewing.models import LearntAlias
from bot.understanding.text import tokens_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A learnt alias with its product."""

    alias: LearntAlias
    product: Product


def teach(session: Session, signal: Signal, words: str, *, by: User) -> None:
    """From now on these words name the signal's product. `InvalidInput` where they do not stand in
    the message, or there is no product."""
    if signal.product_id is None:
        raise InvalidInput(fields={"product": "Please say which product these words name."})
    said = f" {' '.join(tokens_of(session.need(Message, signal.message_id).text))} "
    name = " ".join(tokens_of(words))
    if not name or f" {name} " not in said:
        wrong = "Please copy these words from the message, as they were written there."
        raise InvalidInput(fields={"called": wrong})
    product = session.need(Product, signal.product_id)
    if name in (" ".join(tokens_of(known)) for known in (product.name, *product.aliases)):
        return
    _set(session, product, [*product.aliases, name])
    known = sa.select(LearntAlias.id).filter_by(product_id=product.id, words=name)
    if session.scalar(known) is None:  # a catalogue may have overwritten it since
        row = LearntAlias(product_id=product.id, words=name, by=by.name, at=session.now())
        session.put(row)
    record(session, by, "named", product, words=name)


def unlearn(session: Session, id: UUID, *, by: User) -> None:
    """The words name it no more. `NotFound`."""
    alias = session.need(LearntAlias, id)
    product = session.need(Product, alias.product_id)
    _set(session, product, [one for one in product.aliases if one != alias.words])
    record(session, by, "unnamed", product, words=alias.words)
    session.delete(alias)


def learnt(session: Session) -> Sequence[Called]:
    """The latest hundred."""
    rows = session.execute(
        sa.select(LearntAlias, Product)
        .join(Product, Product.id == LearntAlias.product_id)
        .order_by(LearntAlias.id.desc())
        .limit(100)
    )
    return [Called(alias=alias, product=product) for alias, product in rows]


def _set(session: Session, product: Product, aliases: list[str]) -> None:
    """Finders in all processes see by the revision that the catalogue has changed."""
    newest = session.scalar(sa.select(sa.func.max(Product.revision))) or 0
    product.aliases, product.revision = aliases, newest + 1
    session.flush()
    session.announce("products")

"""Whose is it: the partner who can act on what people say."""

import re

import sqlalchemy as sa

from bot.db import Session
from bot.products.models import Product
from bot.suggestions.models import Suggestion
from bot.suppliers.models import Coverage, Role, Supplier
from bot.understanding import Kind

# Matters of these kinds are the partner's whose work they are, whatever the product.
_ROLE = {Kind.DELIVERY: Role.FULFILMENT, Kind.ABOUT_BOT: Role.COMMUNITY}

_STORE = re.compile(
    r"\b(?:opening (?:hours|times)|clos(?:es|ed) (?:too )?early|cashiers?|check-?outs?|queues?"
    r"|parking|shop assistants?|sales ?(?:staff|people|person)"
    r"|(?:the|your|this|local) (?:store|shop|branch) (?:is|was|were|has|had|closes|opens|closed)"
    r"|öffnungszeiten|kasse|kassierer(?:in)?|filiale|parkplätze?|verkäufer(?:in(?:nen)?)?"
    r"|(?:der|euer|ihr) laden)\b",
    re.IGNORECASE,
)


def route(session: Session, suggestion: Suggestion) -> Supplier | None:
    """The partner it should go to; None when nobody fits: "whose is it?"."""
    if suggestion.kind in _ROLE:
        return _first(session, _ROLE[suggestion.kind])
    if suggestion.kind is Kind.PROBLEM and _STORE.search(suggestion.words):
        store = _first(session, Role.STORE)
        if store is not None:
            return store
    return _covering(session, suggestion)


def _first(session: Session, role: Role) -> Supplier | None:
    return session.scalars(
        sa.select(Supplier).where(Supplier.role == role).order_by(Supplier.id).limit(1)
    ).first()


def _covering(session: Session, suggestion: Suggestion) -> Supplier | None:
    """Who answers for the product itself, else for its brand."""
    if suggestion.product_id is None:
        return None
    product = session.need(Product, suggestion.product_id)
    for covered in (Coverage.product_id == product.id, Coverage.brand_id == product.brand_id):
        supplier = session.scalar(
            sa.select(Supplier).join(Coverage, Coverage.supplier_id == Supplier.id).where(covered)
        )
        if supplier is not None:
            return supplier
    return None

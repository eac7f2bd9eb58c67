"""Whose is it: the partner who can act on what people say."""

import re
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session
from bot.products import stages
from bot.products.models import Product
from bot.products.stage_models import LifeStage
from bot.suggestions.models import Suggestion
from bot.suppliers.models import Coverage, Role, Supplier
from bot.understanding import TOPIC_OF, Kind, Topic

# Matters of these topics are the partner's whose work they are, whatever the product.
_ROLE = {
    Topic.DELIVERY: Role.FULFILMENT,
    Topic.STORE: Role.STORE,
    Topic.WEB: Role.COMMUNITY,
    Topic.SERVICE: Role.COMMUNITY,
    Topic.BOT: Role.COMMUNITY,
}
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
    return Router(session).owner(suggestion)


class Router:
    """Routes the suggestions of one transaction; reads who answers for what once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._of_role: dict[Role, Supplier] = {}
        self._of_id: dict[UUID, Supplier] = {}
        for supplier in session.scalars(sa.select(Supplier).order_by(Supplier.id)):
            self._of_role.setdefault(supplier.role, supplier)
            self._of_id[supplier.id] = supplier
        self._stages = stages.stages(session, session.now().date())
        self._covering: dict[UUID | None, UUID] = {}
        if self._of_id:
            for coverage in session.scalars(sa.select(Coverage)):
                covered = coverage.product_id or coverage.brand_id
                self._covering[covered] = coverage.supplier_id

    def owner(self, suggestion: Suggestion) -> Supplier | None:
        """The partner whose work it is; else who answers for the product, else for its brand."""
        if (role := _role(suggestion)) and (theirs := self._of_role.get(role)):
            return theirs
        if self._is_no_longer_made(suggestion) and (theirs := self._who_tells()):
            return theirs
        if suggestion.kind in TOPIC_OF:
            return None
        if suggestion.product_id is None or not self._covering:
            return None
        product = self._session.need(Product, suggestion.product_id)
        owner = self._covering.get(product.id) or self._covering.get(product.brand_id)
        return self._of_id[owner] if owner else None

    def _is_no_longer_made(self, suggestion: Suggestion) -> bool:
        """What is wished of a product that is gone; who has one with a problem needs its maker."""
        wished = suggestion.kind in (Kind.WISH, Kind.SUGGESTION)
        stage = self._stages.get(suggestion.product_id) if suggestion.product_id else None
        return wished and stage is LifeStage.DISCONTINUED

    def _who_tells(self) -> Supplier | None:
        return self._of_role.get(Role.STORE) or self._of_role.get(Role.COMMUNITY)


def _role(suggestion: Suggestion) -> Role | None:
    """Words that name the store tell it by themselves; else what was understood."""
    if suggestion.kind is Kind.PROBLEM and _STORE.search(suggestion.words):
        return Role.STORE
    return _ROLE.get(TOPIC_OF.get(suggestion.kind) or suggestion.topic)

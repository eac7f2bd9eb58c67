"""What stands on the public page. Words are always masked here, and were said where others could
read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import sqlalchemy as sa

from bot.board.models import Choice
from bot.db import Session
from bot.engagement.ideas import said_in_public
from bot.products.models import Product
from bot.suggestions.models import Suggestion
from bot.suggestions.queries import crowds
from bot.suppliers import queries as cases
from bot.suppliers.models import Act, Case, Decision, Supplier

PAGE = 30
ENDS = (Act.DELIVER, Act.DECLINE)
Shows = Literal["chosen", "delivered", "closed"]  # what stands there without being chosen
_BY_ITSELF: dict[Shows, tuple[Act, ...]] = {
    "chosen": (),
    "delivered": (Act.DELIVER,),
    "closed": ENDS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that people said, and what came of it. ``shown``: everybody can read it."""

    suggestion: UUID
    decision: UUID
    words: str
    product: str
    people: int
    act: Act
    partner: str
    text: str
    at: datetime
    shown: bool


def entries(
    session: Session,
    shows: Shows,
    *,
    hidden_too: bool = False,
    product: UUID | None = None,
    act: Act | None = None,
    before: UUID | None = None,
    most: int = PAGE,
) -> list[Entry]:
    """The newest first; ``before``: the decision after which the page goes on. ``hidden_too``: for
    staff, who choose."""
    found = _statement(shows).where(
        sa.true() if hidden_too else _is_shown(shows),
        Suggestion.product_id == product if product else sa.true(),
        Decision.act == act if act else sa.true(),
        Decision.id < before if before else sa.true(),
    )
    rows = session.execute(found.order_by(Decision.id.desc()).limit(most)).all()
    ids = [suggestion.id for suggestion, *_ in rows]
    masked, behind = cases.masks(session, ids), crowds(session, ids)
    return [
        Entry(
            suggestion=suggestion.id,
            decision=decision.id,
            words=masked[suggestion.id].masked(suggestion.words),
            product=name or "",
            people=behind[suggestion.id].people,
            act=decision.act,
            partner=partner or "",
            text=masked[suggestion.id].masked(decision.text),
            at=decision.decided_at,
            shown=bool(is_shown),
        )
        for suggestion, decision, partner, name, is_shown in rows
    ]


def _is_shown(shows: Shows) -> sa.ColumnElement[bool]:
    return sa.func.coalesce(Choice.shown, Decision.act.in_(_BY_ITSELF[shows]))


def _statement(shows: Shows) -> sa.Select[Suggestion, Decision, str, str, bool]:
    return (
        sa.select(Suggestion, Decision, Supplier.name, Product.name, _is_shown(shows))
        .join(Case, Case.suggestion_id == Suggestion.id)
        .join(Decision, Decision.case_id == Case.id)
        .outerjoin(Supplier, Supplier.id == Decision.supplier_id)
        .outerjoin(Product, Product.id == Suggestion.product_id)
        .outerjoin(Choice, Choice.suggestion_id == Suggestion.id)
        .where(
            Decision.act.in_(ENDS),  # one ends a case, and nothing follows it
            Suggestion.merged_into_id.is_(None),
            said_in_public(),
        )
    )


def products(session: Session) -> Sequence[tuple[UUID, str]]:
    """Those about which something was decided, by name."""
    rows = session.execute(
        sa.select(Product.id, Product.name)
        .join(Suggestion, Suggestion.product_id == Product.id)
        .join(Case, Case.suggestion_id == Suggestion.id)
        .join(Decision, Decision.case_id == Case.id)
        .where(Decision.act.in_(ENDS))
        .distinct()
        .order_by(Product.name)
    )
    return [(id, name) for id, name in rows]

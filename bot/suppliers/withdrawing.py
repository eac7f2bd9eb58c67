"""A case leaves the partner who has it."""

import sqlalchemy as sa

from bot.db import Session
from bot.outbox.models import About, Delivery, DeliveryState
from bot.outbox.service import cancel
from bot.suppliers.agreement_models import Holding
from bot.suppliers.models import Case


def leave(session: Session, case: Case) -> None:
    """Their letters that have not left never leave; that they had it is kept, for the clocks."""
    _withdraw_letters(session, case)
    if case.supplier_id and case.handed_over_at:
        held = {"case_id": case.id, "supplier_id": case.supplier_id}
        session.put(Holding(**held, since=case.handed_over_at, until=session.now()))


def _withdraw_letters(session: Session, case: Case) -> None:
    waiting = sa.select(Delivery).where(
        Delivery.about == About.CASE,
        Delivery.about_id == case.id,
        Delivery.state.in_((DeliveryState.PENDING, DeliveryState.HELD)),
    )
    for letter in session.scalars(waiting).all():
        cancel(session, letter)

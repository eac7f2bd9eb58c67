"""Letters that no longer hold."""

import sqlalchemy as sa

from bot.db import Session
from bot.outbox.models import About, Delivery, DeliveryState
from bot.outbox.service import cancel
from bot.suppliers.models import Case


def withdraw_letters(session: Session, case: Case) -> None:
    """A letter to an earlier partner that has not left yet never leaves."""
    waiting = sa.select(Delivery).where(
        Delivery.about == About.CASE,
        Delivery.about_id == case.id,
        Delivery.state.in_((DeliveryState.PENDING, DeliveryState.HELD)),
    )
    for letter in session.scalars(waiting).all():
        cancel(session, letter)

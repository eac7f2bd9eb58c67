"""What a person was told unasked lately. Only reads."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session
from bot.engagement.closing.caps import Heard, day_of
from bot.engagement.closing.models import Notice
from bot.members.models import Member
from bot.outbox.models import Delivery, DeliveryState

DIGEST = "digest:"
_UNDER_WAY = (DeliveryState.PENDING, DeliveryState.SENDING)
_MAY_BE_THERE = (DeliveryState.SENT, DeliveryState.UNKNOWN)
# A week back, and a day for what the shop's clock and the world's differ.
_BACK = timedelta(days=8)


def heard(session: Session, persons: Iterable[UUID], zone: str) -> dict[UUID, Heard]:
    """By person, on all their identities; each message counts once, whatever it holds."""
    found = {person: Heard() for person in persons}
    when = sa.func.coalesce(Delivery.sent_at, Delivery.due_at)
    rows = session.execute(
        sa.select(Member.person_id, Delivery.id, Delivery.key, Delivery.state, when)
        .join(Notice, Notice.member_id == Member.id)
        .join(Delivery, Delivery.id == Notice.delivery_id)
        .where(
            Member.person_id.in_(found),
            sa.or_(
                Delivery.state.in_(_UNDER_WAY),
                sa.and_(Delivery.state.in_(_MAY_BE_THERE), when > session.now() - _BACK),
            ),
        )
        .distinct()
    )
    for person, _, key, state, moment in rows:
        found[person].add(
            day_of(moment, zone),
            digest=key.startswith(DIGEST),
            under_way=state in _UNDER_WAY,
        )
    return found

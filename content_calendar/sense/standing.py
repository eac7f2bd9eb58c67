"""How a community stands: how young it is, when it answers, and what it hears."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.inbox.models import Message
from bot.outbox.models import About, Delivery, DeliveryState
from content_calendar.queries import community_channels
from content_calendar.queue.queries import said
from content_calendar.sense.shares import AROUND, Share, longest_run, share
from content_calendar.sense.times import SETTLED, Outcome, Times, times

YOUNG_DAYS, YOUNG_REPLIES = 90, 30
"""Until its 91st day and its 30th reply a community is young: silence says nothing yet."""

_BACK = timedelta(days=180)
_MOST = 1_000  # replies; more are not counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Youth:
    """``day``: the how manieth since the first post; 0 before it. ``replies``: to posts, in all."""

    day: int
    replies: int
    calm: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """What one channel hears in eight weeks; ``run``: the most offers one after another."""

    channel: Channel
    share: Share
    run: int


def youth(session: Session, calm: Literal["auto", "on", "off"]) -> Youth:
    """``calm``: as in [calendar]."""
    ours = (Delivery.about == About.POST, Delivery.state == DeliveryState.SENT)
    first = session.scalar(sa.select(sa.func.min(Delivery.sent_at)).where(*ours))
    answered = sa.select(Message.id).join(Delivery, Delivery.id == Message.answers_id)
    some = answered.where(*ours).limit(_MOST).subquery()
    replies = session.scalar(sa.select(sa.func.count()).select_from(some)) or 0
    day = (session.now() - first).days + 1 if first else 0
    young = day <= YOUNG_DAYS or replies < YOUNG_REPLIES
    return Youth(day=day, replies=replies, calm=calm == "on" or (calm == "auto" and young))


def best_times(session: Session, zone: ZoneInfo) -> Times:
    """From the posts of the last half year that have had their time to be answered."""
    now = session.now()
    rows = session.execute(
        sa.select(Delivery.sent_at, sa.func.min(Message.said_at))
        .outerjoin(
            Message,
            sa.and_(
                Message.workspace_id == Delivery.workspace_id, Message.answers_id == Delivery.id
            ),
        )
        .where(
            Delivery.about == About.POST,
            Delivery.state == DeliveryState.SENT,
            Delivery.sent_at.between(now - _BACK, now - SETTLED),
        )
        .group_by(Delivery.id, Delivery.sent_at)
    )
    return times(_outcome(sent, answered, zone) for sent, answered in rows)


def _outcome(sent: Any, answered: datetime | None, zone: ZoneInfo) -> Outcome:
    in_time = answered is not None and answered - sent <= SETTLED
    return Outcome(local=sent.astimezone(zone).replace(tzinfo=None), answered=in_time)


def mixes(session: Session) -> Sequence[Mix]:
    """Of every channel that hears anything."""
    now = session.now()
    heard = said(session, now - AROUND, now + AROUND)
    return [
        Mix(channel=it, share=share(heard[it.id], now), run=longest_run(heard[it.id], now))
        for it in community_channels(session)
        if it.id in heard
    ]

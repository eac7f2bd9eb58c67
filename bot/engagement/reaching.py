"""Where somebody can be told something: in their thread, or alone, or not at all."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.inbox.models import Message
from bot.members.models import Member
from bot.networks import Action, Capabilities, Windows
from bot.outbox.models import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where something is said: the outbox's own fields."""

    channel: Channel
    action: Action
    thread: str | None = None
    reply_to: str | None = None
    recipient: str | None = None


def in_place(channel: Channel, message: Message, member: Member) -> Spot:
    """Right where they spoke."""
    return Spot(
        channel=channel,
        action=Action.DIRECT if message.private else Action.REPLY,
        thread=message.thread or message.remote_id,
        reply_to=message.remote_id,
        recipient=member.remote_id if message.private else None,
    )


def alone(
    session: Session, channel: Channel, message: Message, member: Member, can: Capabilities | None
) -> Spot | None:
    """To them alone, as the network's windows allow it now; None: that can't be. ``can``: what
    the network is able to do there; None where it isn't known, so that nothing speaks against it.
    """
    windows = can.windows if can else Windows()
    if member.unreachable_at is not None or (can and Action.DIRECT not in can.actions):
        return None
    latest = _latest_private(session, member.id)
    if latest and _is_open(windows, latest[1], session.now()):
        place = session.need(Channel, latest[0])
        if message.private and place.id == message.channel_id:
            return in_place(place, message, member)
        return Spot(channel=place, action=Action.DIRECT, recipient=member.remote_id)
    if message.private:
        return None
    if windows.first:
        return Spot(channel=channel, action=Action.DIRECT, recipient=member.remote_id)
    if _once_left(session, windows, message):
        return Spot(
            channel=channel,
            action=Action.DIRECT,
            reply_to=message.remote_id,
            recipient=member.remote_id,
        )
    return None


def _latest_private(session: Session, member: UUID) -> tuple[UUID, datetime] | None:
    row = session.execute(
        sa.select(Message.channel_id, Message.said_at)
        .where(Message.member_id == member, Message.private)
        .order_by(Message.id.desc())
        .limit(1)
    ).first()
    return (row.channel_id, row.said_at) if row else None


def _is_open(windows: Windows, last: datetime, now: datetime) -> bool:
    return windows.open_for is None or now < last + windows.open_for


def _once_left(session: Session, windows: Windows, message: Message) -> bool:
    if windows.once_within is None or session.now() >= message.said_at + windows.once_within:
        return False
    used = sa.select(Delivery.id).where(
        Delivery.channel_id == message.channel_id,
        Delivery.action == Action.DIRECT,
        Delivery.reply_to == message.remote_id,
    )
    return session.scalar(used.limit(1)) is None

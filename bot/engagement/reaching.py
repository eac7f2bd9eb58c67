"""Where somebody can be told something: in their thread, or alone, or not at all."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.inbox.models import Message
from bot.inbox.windows import window
from bot.members.models import Member
from bot.networks import Action, Capabilities, Windows


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
    found = window(session, windows, member, comment=message)
    if not found.may:
        return None
    if found.once:
        return Spot(
            channel=channel,
            action=Action.DIRECT,
            reply_to=message.remote_id,
            recipient=member.remote_id,
        )
    if (place := _where_they_write(session, member.id)) is None:
        return Spot(channel=channel, action=Action.DIRECT, recipient=member.remote_id)
    if message.private and place.id == message.channel_id:
        return in_place(place, message, member)
    return Spot(channel=place, action=Action.DIRECT, recipient=member.remote_id)


def _where_they_write(session: Session, member: UUID) -> Channel | None:
    """The private chat in which they last wrote."""
    latest = (
        sa.select(Channel)
        .join(Message, Message.channel_id == Channel.id)
        .where(Message.member_id == member, Message.private)
        .order_by(Message.id.desc())
        .limit(1)
    )
    return session.scalar(latest)

"""A thread: what people said in it, what we said to them, and what became of that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.models import AuditEntry
from bot.channels.models import Channel
from bot.clock import moment_of
from bot.db import Session
from bot.errors import NotFound
from bot.inbox.answering import ANSWERED
from bot.inbox.models import Event, Message
from bot.inbox.queries import Meant, meanings, spans
from bot.inbox.words import Piece, pieces
from bot.members.models import Member
from bot.outbox.models import About, Delivery, DeliveryState

# So many messages are shown before the one looked at, and so many after it.
_AROUND = 60

# How the pages' macros call what becomes of a delivery.
SHOWN_AS = {
    DeliveryState.PENDING: "waiting",
    DeliveryState.SENDING: "sending",
    DeliveryState.SENT: "sent",
    DeliveryState.UNKNOWN: "unknown",
    DeliveryState.REFUSED: "failed",
    DeliveryState.HELD: "overdue",
    DeliveryState.CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One thing said, by them or by us. ``state``: of our delivery, as `SHOWN_AS`."""

    id: UUID
    who: str
    moment: datetime
    pieces: list[Piece]
    ours: bool = False
    bot: bool = False
    current: bool = False
    hidden: bool = False  # from everybody else, at the network
    state: str = ""
    note: str = ""

    @property
    def order(self) -> tuple[datetime, UUID]:
        """Ids are ordered by time, too: they settle what a clock calls the same moment."""
        return self.moment, self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A message with all that stands around it, in order."""

    message: Message
    event: Event
    member: Member
    channel: Channel
    turns: list[Turn]
    meant: list[Meant]
    answers: list[Delivery]  # what we said to this very message
    understood_at: datetime | None


def thread(session: Session, id: UUID) -> Thread:
    """Raises `NotFound`."""
    message, event, member, channel = _found(session, id)
    said = _messages(session, message)
    sent = _deliveries(session, message, [one for one, _ in said])
    meant = meanings(session, [one.id for one, _ in said])
    staff = _staff(session, sent)
    theirs = [
        Turn(
            id=one.id,
            who=who,
            moment=one.said_at,
            pieces=pieces(one.text, spans(meant[one.id])),
            current=one.id == id,
            hidden=one.hidden_at is not None,
        )
        for one, who in said
    ]
    answers = [one for one in sent if one.reply_to == message.remote_id]
    return Thread(
        message=message,
        event=event,
        member=member,
        channel=channel,
        turns=sorted([*theirs, *(_turn(one, staff) for one in sent)], key=lambda it: it.order),
        meant=meant[id],
        answers=answers,
        understood_at=_understood(meant[id], message, answers),
    )


def _found(session: Session, id: UUID) -> tuple[Message, Event, Member, Channel]:
    row = session.execute(
        sa.select(Message, Event, Member, Channel)
        .join(Event, Event.id == Message.id)
        .join(Member, Member.id == Message.member_id)
        .join(Channel, Channel.id == Message.channel_id)
        .where(Message.id == id)
    ).first()
    if row is None:
        raise NotFound
    message, event, member, channel = row
    return message, event, member, channel


def root_of(message: Message) -> str:
    """The network's id of what the thread hangs under."""
    return message.thread or message.remote_id


def _messages(session: Session, around: Message) -> list[tuple[Message, str]]:
    statement = (
        sa.select(Message, Member.name)
        .join(Member, Member.id == Message.member_id)
        .where(Message.channel_id == around.channel_id, Message.private == around.private)
    )
    if around.private:
        statement = statement.where(Message.member_id == around.member_id)
    else:
        root = root_of(around)
        statement = statement.where(sa.or_(Message.thread == root, Message.remote_id == root))
    earlier = statement.where(Message.id <= around.id).order_by(Message.id.desc()).limit(_AROUND)
    later = statement.where(Message.id > around.id).order_by(Message.id).limit(_AROUND)
    rows = [*reversed(session.execute(earlier).all()), *session.execute(later)]
    return [(message, who) for message, who in rows]


def _deliveries(session: Session, message: Message, shown: Sequence[Message]) -> Sequence[Delivery]:
    """What was said to the messages shown, and the post that they stand under."""
    channel = message.channel_id
    threads = {f"{channel.hex}:{root_of(one)}" for one in shown}
    answering = sa.and_(
        Delivery.conversation.in_(threads),
        Delivery.reply_to.in_({one.remote_id for one in shown}),
    )
    above = sa.and_(Delivery.channel_id == channel, Delivery.remote_id == root_of(message))
    return session.scalars(
        sa.select(Delivery)
        .where(sa.or_(answering, above, Delivery.id == message.answers_id))
        .order_by(Delivery.id)
    ).all()


def _staff(session: Session, sent: Sequence[Delivery]) -> dict[UUID | None, str]:
    """By delivery: which person of the shop wrote it."""
    written = [one.id for one in sent if one.about is About.STAFF]
    rows = session.execute(
        sa.select(AuditEntry.subject_id, AuditEntry.actor).where(
            AuditEntry.subject_id.in_(written), AuditEntry.verb == ANSWERED
        )
    )
    return {id: actor.removeprefix("user:") for id, actor in rows}


def _turn(delivery: Delivery, staff: dict[UUID | None, str]) -> Turn:
    content: dict[str, Any] = delivery.content
    return Turn(
        id=delivery.id,
        who=staff.get(delivery.id, "Hubbub"),
        moment=delivery.sent_at or max(delivery.due_at, delivery.created_at),
        pieces=[(content["text"], False)] if content["text"] else [],
        ours=True,
        bot=delivery.id not in staff,
        state=SHOWN_AS[delivery.state],
        note=delivery.note,
    )


def _understood(
    meant: Sequence[Meant], message: Message, answers: Sequence[Delivery]
) -> datetime | None:
    """When it was read: signals and the bot's own answer are made in that same moment."""
    told = [one.created_at for one in answers if one.about_id == message.id]
    return min([*told, *(moment_of(one.signal.id) for one in meant)], default=None)

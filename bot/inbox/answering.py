"""What staff do in the inbox: answer, settle, and clear what could not be read."""

from uuid import UUID

import sqlalchemy as sa

from bot.accounts.audit import record
from bot.accounts.models import User
from bot.channels.models import Channel
from bot.db import Session
from bot.errors import Conflict
from bot.inbox.models import Event, EventState, Message
from bot.members.models import Member
from bot.networks import Action, Content
from bot.outbox.models import About, Delivery
from bot.outbox.service import enqueue

ANSWERED = "answered"  # the verb in the audit trail, about the delivery


def answer(
    session: Session,
    message: Message,
    content: Content,
    *,
    once: UUID,
    by: User,
    privately: bool = False,
) -> Delivery:
    """Say it in the thread that the message stands in, or to this person alone. The same ``once``
    again says it once."""
    privately = privately or message.private
    key = f"reply:{message.id.hex}:{once.hex}"
    known = session.scalar(sa.select(Delivery).filter_by(key=key))
    if known is not None:
        return known
    delivery = enqueue(
        session,
        key=key,
        channel=session.need(Channel, message.channel_id),
        action=Action.DIRECT if privately else Action.REPLY,
        content=content,
        about=About.STAFF,
        about_id=message.id,
        thread=message.thread or message.remote_id,
        reply_to=message.remote_id,
        recipient=session.need(Member, message.member_id).remote_id if privately else None,
    )
    record(session, by, ANSWERED, delivery)
    message.answered_at = session.now()
    session.announce("messages", f"chat:{message.channel_id.hex}")
    return delivery


def settle(session: Session, message: Message, *, by: User) -> None:
    """Nobody has to answer it any more."""
    message.answered_at = session.now()
    record(session, by, "settled", message)
    session.announce("messages")


def reopen(session: Session, message: Message, *, by: User) -> None:
    """It waits for an answer after all."""
    message.answered_at = None
    message.wants_person = True
    record(session, by, "reopened", message)
    session.announce("messages")


def dismiss(session: Session, event: Event, *, by: User) -> None:
    """What could not be read needs no look any more; its bytes stay."""
    _only_quarantined(event)
    event.state = EventState.DONE
    record(session, by, "dismissed", event)
    session.announce("messages")


def read_again(session: Session, event: Event, *, by: User) -> None:
    """Let Hubbub try once more. Only for what was translated: the rest has no fields to read."""
    _only_quarantined(event)
    if event.kind is None:
        raise Conflict("This came in a form that can't be read; trying again changes nothing.")
    event.state, event.tries, event.problem = EventState.NEW, 0, ""
    record(session, by, "asked to read again", event)
    session.announce("inbox", "messages")


def _only_quarantined(event: Event) -> None:
    if event.state is not EventState.QUARANTINED:
        raise Conflict("Somebody has taken care of this already.")

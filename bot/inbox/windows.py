"""The one place that decides whether something may be said to a person in private now."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.errors import Rejected
from bot.inbox.models import Message
from bot.members.models import Member
from bot.networks import Action, Windows
from bot.outbox.models import Delivery, DeliveryState

IN_PUBLIC = "Answer in public, in the thread."
WAIT = "Wait until they write again; then it can be sent."
_NOT_FIRST = "This network lets us write in private only to people who have written to us first."
_CLOSED = "They last wrote in private too long ago; this network's window has closed."
_ONCE = "Their comment was answered in private already, and this network allows that once."
_TOO_OLD = "Their comment is too old to be answered in private on this network."

# It is there, may be, or is about to be.
_SPENT = (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the network's rules ask: when the person last wrote in private, and of a public comment
    that is answered, when it was said and whether it was answered in private already."""

    last_private: datetime | None = None
    comment: datetime | None = None
    answered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Whether it may be said; ``until`` when (None: for ever). If not, ``why``, and what else
    could be done ``instead``. ``once``: this uses up the only private answer to a comment."""

    may: bool
    until: datetime | None = None
    once: bool = False
    why: str = ""
    instead: str = ""


def decide(rules: Windows, known: Known, now: datetime) -> Window:
    """Pure. A conversation that is open comes before the one answer to a comment."""
    if rules.open_for is None and (rules.first or known.last_private):
        return Window(may=True)
    if known.last_private is None and rules.first:
        return Window(may=True)
    if known.last_private is not None and rules.open_for is not None:
        until = known.last_private + rules.open_for
        if now < until:
            return Window(may=True, until=until)
    return _to_a_comment(rules, known, now)


def _to_a_comment(rules: Windows, known: Known, now: datetime) -> Window:
    closed = _CLOSED if known.last_private else _NOT_FIRST
    if known.comment is None:
        return Window(may=False, why=closed, instead=WAIT)
    if rules.once_within is None:
        return Window(may=False, why=closed, instead=IN_PUBLIC)
    until = known.comment + rules.once_within
    if known.answered:
        return Window(may=False, why=_ONCE, instead=IN_PUBLIC)
    if now >= until:
        return Window(may=False, why=_TOO_OLD, instead=IN_PUBLIC)
    return Window(may=True, until=until, once=True)


def window(
    session: Session,
    rules: Windows,
    member: Member,
    *,
    comment: Message | None = None,
    besides: UUID | None = None,
) -> Window:
    """`decide` for this member now. ``comment``: the public message that is answered;
    ``besides``: the delivery that asks, which is no answer yet."""
    last = session.scalar(
        sa.select(sa.func.max(Message.said_at)).filter_by(member_id=member.id, private=True)
    )
    public = comment if comment is not None and not comment.private else None
    known = Known(
        last_private=last,
        comment=public.said_at if public else None,
        answered=public is not None and _answered(session, public, besides),
    )
    return decide(rules, known, session.now())


def _answered(session: Session, comment: Message, besides: UUID | None) -> bool:
    earlier = sa.select(Delivery.id).where(
        Delivery.channel_id == comment.channel_id,
        Delivery.action == Action.DIRECT,
        Delivery.reply_to == comment.remote_id,
        Delivery.state.in_(_SPENT),
    )
    if besides:
        earlier = earlier.where(Delivery.id != besides)
    return session.scalar(earlier.limit(1)) is not None


def must_be_open(session: Session, delivery: Delivery, rules: Windows) -> None:
    """Asked once more before it leaves. Raises `Rejected` with what else could be done."""
    if delivery.action is not Action.DIRECT or rules == Windows():
        return
    channel = session.need(Channel, delivery.channel_id)
    member = session.scalar(
        sa.select(Member).filter_by(
            network=channel.network, account=channel.account, remote_id=delivery.recipient
        )
    )
    if member is None:
        return  # not a person of whom we have heard: the network itself has to say
    comment = delivery.reply_to and session.scalar(
        sa.select(Message)
        .filter_by(channel_id=channel.id, remote_id=delivery.reply_to)
        .order_by(Message.id)
        .limit(1)
    )
    found = window(session, rules, member, comment=comment or None, besides=delivery.id)
    if not found.may:
        raise Rejected(f"{found.why} {found.instead}")

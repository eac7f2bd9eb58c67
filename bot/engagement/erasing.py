"""Forgetting a person: names, ids and words go from everywhere; what was counted stays."""

from collections.abc import Iterator, Sequence
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.engagement.closing.models import Wishes
from bot.engagement.forgetting import forget_words
from bot.engagement.models import DataLink, Erasure, Expecting
from bot.engagement.persons import journal
from bot.engagement.persons.models import Belonging, Link, LinkCode, VoiceAside, WrongCode
from bot.inbox.models import Event, EventState, Message
from bot.members.models import Answers, Member
from bot.networks import Action, EventKind
from bot.outbox.models import Delivery, DeliveryState
from bot.suppliers.models import Supplier

_NOBODY = {"id": "", "name": "", "is_self": False, "is_bot": False}
_WAITING = (DeliveryState.PENDING, DeliveryState.HELD)
_UNDER_WAY = (*_WAITING, DeliveryState.SENDING)
# The one thing that is still said to them.
LAST = "erased:"


def begin(session: Session, person: UUID | None, code: str, until: UUID) -> None:
    """Erase who they are and what they said, up to the event ``until``, which asks for it. What
    they say from now on is somebody new's. The same code again changes nothing."""
    if session.scalar(sa.select(Erasure.id).filter_by(code=code)) is not None:
        return
    session.put(Erasure(code=code, person_id=person, asked_at=session.now()))
    if person is not None:
        for member in _members(session, person):
            journal.write(session, code, member, until)
            erase(session, member, until)
    session.announce("messages", "suggestions", "cases", journal.TOPIC)


def finish(session: Session) -> int:
    """End the erasures whose last answer has left, one way or the other; gives how many."""
    done = 0
    for erasure in session.scalars(sa.select(Erasure).filter_by(done_at=None)).all():
        last = session.scalar(sa.select(Delivery).filter_by(key=f"{LAST}{erasure.code}"))
        if last is not None and last.state in _UNDER_WAY:
            continue
        if last is not None and last.recipient:
            last.conversation = _without(last.conversation, last.recipient, "")
            last.recipient = None
        if erasure.person_id is not None:
            for member in _members(session, erasure.person_id):
                erase_places(session, member)
        erasure.person_id, erasure.done_at = None, session.now()
        done += 1
    return done


def waiting(session: Session) -> bool:
    return session.scalar(sa.select(Erasure.id).filter_by(done_at=None).limit(1)) is not None


def state_of(session: Session, code: str) -> bool | None:
    """Whether it is done; None for a code that nobody was given."""
    erasure = session.scalar(sa.select(Erasure).filter_by(code=code))
    if erasure is not None:
        return erasure.done_at is not None
    asked = sa.select(Event.id).where(
        Event.kind == EventKind.FORGET,
        Event.state != EventState.DONE,
        Event.details["data"]["code"].as_string() == code,
    )
    return None if session.scalar(asked.limit(1)) is None else False


def _members(session: Session, person: UUID) -> Sequence[Member]:
    return session.scalars(sa.select(Member).filter_by(person_id=person)).all()


def erase(session: Session, member: Member, until: UUID) -> None:
    id, gone = member.remote_id, f"erased-{member.id.hex}"
    for delivery in said_to(session, member):
        if delivery.key.startswith(LAST):
            continue
        delivery.content = delivery.content | {"text": "", "title": "", "buttons": []}
        delivery.recipient = None
        delivery.conversation = _without(delivery.conversation, id, gone)
        if delivery.state in _WAITING:
            delivery.state = DeliveryState.CANCELLED
    for message in session.scalars(sa.select(Message).filter_by(member_id=member.id)):
        forget_words(session, message)
        message.text, message.conversation = "", _without(message.conversation, id, gone)
    for event in _events(session, member, until):
        event.raw = b""
        event.details = event.details | {"text": "", "media": [], "data": {}, "author": _NOBODY}
        event.conversation = _without(event.conversation, id, gone)
        event.dedupe_key = _without(event.dedupe_key, id, gone)
    _unlink(session, member)
    session.execute(sa.delete(Expecting).filter_by(member_id=member.id))
    session.execute(sa.delete(DataLink).filter_by(person_id=member.person_id))
    session.execute(sa.delete(Wishes).filter_by(person_id=member.person_id))
    member.name, member.remote_id, member.erased_at = "", gone, session.now()
    member.answers = Answers.NONE
    session.flush()


def _unlink(session: Session, member: Member) -> None:
    """With which other account they were one, and for whom they spoke."""
    theirs = sa.or_(LinkCode.member_id == member.id, LinkCode.claimed_by == member.id)
    for kind, which in (
        (VoiceAside, VoiceAside.member_id == member.id),
        (WrongCode, WrongCode.member_id == member.id),
        (LinkCode, theirs),
        (Belonging, Belonging.member_id == member.id),
    ):
        session.execute(sa.delete(kind).where(which, kind.workspace_id == session.workspace))
    undone = sa.update(Link).where(
        Link.workspace_id == session.workspace,
        Link.person_id == member.person_id,
        Link.undone_at.is_(None),
    )
    session.execute(undone.values(undone_at=session.now(), undone_by="erased"))


def _events(session: Session, member: Member, until: UUID) -> Sequence[Event]:
    """Everything that they said and did; ids are ordered by time."""
    theirs = sa.select(Message.id).where(Message.member_id == member.id)
    by_them = sa.and_(
        Event.network == member.network,
        Event.account == member.account,
        Event.details["author"]["id"].as_string() == member.remote_id,
        Event.id <= until,
    )
    return session.scalars(sa.select(Event).where(sa.or_(by_them, Event.id.in_(theirs)))).all()


def said_to(session: Session, member: Member) -> Iterator[Delivery]:
    """What we said to them: to them alone, or in answer to a message of theirs."""
    places = sa.select(Channel.id).filter_by(network=member.network, account=member.account)
    yield from session.scalars(
        sa.select(Delivery).where(
            Delivery.channel_id.in_(places), Delivery.recipient == member.remote_id
        )
    )
    answers = sa.and_(
        Delivery.workspace_id == Message.workspace_id,
        Delivery.channel_id == Message.channel_id,
        Delivery.reply_to == Message.remote_id,
        Delivery.action.in_((Action.REPLY, Action.DIRECT)),
    )
    yield from session.scalars(
        sa.select(Delivery).join(Message, answers).where(Message.member_id == member.id)
    )


def erase_places(session: Session, member: Member) -> None:
    """Chats in which nobody but them and us has ever spoken, and that are no partner's."""
    for channel in _private_places(session, member):
        here = sa.select(Event).where(
            Event.network == member.network,
            Event.account == member.account,
            Event.details["channel"].as_string() == channel.remote_id,
        )
        gone = f"erased-{channel.id.hex}"
        for event in session.scalars(here):
            event.details = event.details | {"channel": gone}
            event.conversation = _without(event.conversation, channel.remote_id, gone)
        for message in session.scalars(sa.select(Message).filter_by(channel_id=channel.id)):
            message.conversation = _without(message.conversation, channel.remote_id, gone)
        channel.remote_id, channel.name = gone, ""


def _private_places(session: Session, member: Member) -> Sequence[Channel]:
    places = sa.select(Message.channel_id).where(Message.member_id == member.id, Message.private)
    others = sa.select(Message.channel_id).where(Message.member_id != member.id)
    posts = sa.select(Delivery.channel_id).where(Delivery.action == Action.PUBLISH)
    partners = sa.select(Supplier.channel_id)
    return session.scalars(
        sa.select(Channel).where(
            Channel.id.in_(places),
            Channel.id.not_in(others),
            Channel.id.not_in(posts),
            Channel.id.not_in(partners),
        )
    ).all()


def _without(key: str, id: str, gone: str) -> str:
    """A key of ours, whose parts stand between colons, without this part."""
    return ":".join(gone if part == id else part for part in key.split(":"))

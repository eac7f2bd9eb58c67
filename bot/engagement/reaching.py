"""Where somebody can be told something: in their thread, or alone, or not at all."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.engagement.closing.models import Fallback, Why, Wishes
from bot.engagement.speaking import Voices
from bot.inbox.models import Message
from bot.inbox.windows import Known, decide, window
from bot.members.models import Answers, Member
from bot.networks import Action, Capabilities, Windows
from bot.suggestions.models import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where something is said: the outbox's own fields."""

    channel: Channel
    action: Action
    thread: str | None = None
    reply_to: str | None = None
    recipient: str | None = None

    @property
    def way(self) -> str:
        """The same for two spots that one network's word closes both."""
        return f"{self.action}:{self.channel.id.hex}:{self.recipient or self.reply_to or ''}"


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
    talks = talks_of(session, [member.id])
    return _alone(session, channel, message, member, can, talks.get(member.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """The private chat in which somebody last wrote to us, and when they did."""

    channel: Channel
    last: datetime


def talks_of(session: Session, members: Iterable[UUID]) -> dict[UUID, Talk]:
    """By member, of those who have ever written in private."""
    latest = (
        sa.select(
            Message.member_id,
            Message.channel_id,
            sa.func.max(Message.said_at).over(partition_by=Message.member_id).label("last"),
            sa.func.row_number()
            .over(partition_by=Message.member_id, order_by=Message.id.desc())
            .label("place"),
        )
        .where(Message.member_id.in_(set(members)), Message.private)
        .subquery()
    )
    rows = session.execute(
        sa.select(latest.c.member_id, latest.c.last, Channel)
        .join(Channel, Channel.id == latest.c.channel_id)
        .where(latest.c.place == 1)
    )
    return {member: Talk(channel=channel, last=last) for member, last, channel in rows}


def _alone(
    session: Session,
    channel: Channel,
    message: Message | None,
    member: Member,
    can: Capabilities | None,
    talk: Talk | None,
) -> Spot | None:
    """``message``: of theirs, in that channel, that may be answered in private."""
    windows = can.windows if can else Windows()
    if member.unreachable_at is not None or (can and Action.DIRECT not in can.actions):
        return None
    if windows.once_within is not None and message is not None:
        found = window(session, windows, member, comment=message)
    else:
        known = Known(last_private=talk.last if talk else None)
        found = decide(windows, known, session.now())
    if not found.may:
        return None
    if found.once and message is not None:
        return Spot(
            channel=channel,
            action=Action.DIRECT,
            reply_to=message.remote_id,
            recipient=member.remote_id,
        )
    if talk is None:
        return Spot(channel=channel, action=Action.DIRECT, recipient=member.remote_id)
    if message is not None and message.private and talk.channel.id == message.channel_id:
        return in_place(talk.channel, message, member)
    return Spot(channel=talk.channel, action=Action.DIRECT, recipient=member.remote_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One person behind something, by the first voice of theirs."""

    voice: Voice
    message: Message
    member: Member
    channel: Channel

    @property
    def alone(self) -> bool:
        """Who spoke in private, or wants it so, is never mentioned in public; nor is what is
        hidden."""
        said = self.message
        return bool(said.private or said.hidden_at or self.member.answers is Answers.PRIVATE)


@dataclass(slots=True, kw_only=True)
class Ways:
    """All that decides where these people can be told something, read at once."""

    session: Session
    speak: Voices
    wishes: dict[UUID, Wishes] = field(default_factory=dict)  # by person
    identities: dict[UUID, list[Member]] = field(default_factory=dict)
    talks: dict[UUID, Talk] = field(default_factory=dict)  # by member

    @classmethod
    def of(cls, session: Session, speak: Voices, people: Sequence[Member]) -> "Ways":
        persons = {one.person_id for one in people}
        ways = cls(session=session, speak=speak)
        for wish in session.scalars(sa.select(Wishes).where(Wishes.person_id.in_(persons))):
            ways.wishes[wish.person_id] = wish
        known = sa.select(Member).where(Member.person_id.in_(persons)).order_by(Member.id)
        for member in session.scalars(known):
            ways.identities.setdefault(member.person_id, []).append(member)
        everybody = [one.id for many in ways.identities.values() for one in many]
        ways.talks = talks_of(session, everybody)
        return ways

    def spot(self, one: Listener, tried: Sequence[str] = ()) -> Spot | None:
        """The first of their ways that is open and that no network has refused before."""
        return next((spot for spot in self._spots(one) if spot.way not in tried), None)

    def _spots(self, one: Listener) -> Iterator[Spot]:
        """Where they spoke; else in private, as they allow it."""
        if not one.alone:
            yield in_place(one.channel, one.message, one.member)
        allowed = self._fallback(one.member.person_id)
        if one.alone or self._may_turn_to(one.member, allowed):
            able = self.speak.able(one.channel)
            talk = self.talks.get(one.member.id)
            spot = _alone(self.session, one.channel, one.message, one.member, able, talk)
            if spot is not None:
                yield spot
        for other in self.identities.get(one.member.person_id, ()):
            if other.id != one.member.id and self._may_turn_to(other, allowed):
                yield from self._elsewhere(other)

    def _fallback(self, person: UUID) -> Fallback:
        wish = self.wishes.get(person)
        return wish.fallback if wish else Fallback.TALKS

    def _may_turn_to(self, member: Member, allowed: Fallback) -> bool:
        if member.erased_at is not None or member.answers is Answers.NONE:
            return False
        if allowed is Fallback.TALKS:
            return member.id in self.talks
        return allowed is Fallback.ANYWHERE

    def _elsewhere(self, member: Member) -> Iterator[Spot]:
        """To this other identity of theirs: only where they have a private chat with us, since
        nothing else tells through which channel."""
        if (talk := self.talks.get(member.id)) is not None:
            able = self.speak.able(talk.channel)
            if spot := _alone(self.session, talk.channel, None, member, able, talk):
                yield spot

    def why_not(self, one: Listener, tried: Sequence[str] = ()) -> Why:
        """Why there is no spot."""
        if tried:
            return Why.REFUSED
        return Why.BLOCKED if one.member.unreachable_at is not None else Why.CLOSED

    def alone_of(self, person: UUID) -> Spot | None:
        """A private chat with them, the one last used first."""
        theirs = [one for one in self.identities.get(person, ()) if one.id in self.talks]
        for member in sorted(theirs, key=lambda one: self.talks[one.id].last, reverse=True):
            if member.erased_at is None and member.answers is not Answers.NONE:
                for spot in self._elsewhere(member):
                    return spot
        return None

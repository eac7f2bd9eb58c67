"""What the chat's pages show: visitors' messages and what we said, as threads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from adapters.webchat.translate import ACCOUNT, COMMUNITY, NETWORK, Visitor
from bot.channels.models import Channel
from bot.db import Session
from bot.errors import NotFound
from bot.inbox.models import Event, EventState, Message
from bot.members.models import Member
from bot.networks import Action, Button, Content, EventKind
from bot.outbox.models import About, Delivery, DeliveryState

# So many threads stand on one page; a thread shows so many of its newest messages.
THREADS, REPLIES, PRIVATE = 15, 60, 100
# Messages that engagement has not read yet are few: it takes milliseconds.
_UNREAD = 100
_Condition = sa.ColumnElement[bool]
_SAID = (EventKind.MESSAGE, EventKind.BUTTON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing said. ``ours``: by the shop (its bot unless ``staff``); ``mine``: by who looks."""

    id: str
    who: str
    text: str
    at: datetime
    thread: str | None = None
    reply_to: str | None = None
    ours: bool = False
    staff: bool = False
    mine: bool = False
    asks: bool = False
    title: str = ""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A message and everything said below it, oldest first."""

    root: Line
    replies: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A page of threads, newest first. ``older``: before when the next page begins, if any."""

    threads: list[Thread]
    older: datetime | None = None


def channel_of(session: Session, remote_id: str = COMMUNITY) -> Channel | None:
    return session.scalar(
        sa.select(Channel).filter_by(network=NETWORK, account=ACCOUNT, remote_id=remote_id)
    )


def feed(session: Session, visitor: Visitor, shop: str, before: datetime | None = None) -> Feed:
    """The community's newest threads, of those that began before ``before``."""
    reader = _Reader(session, visitor, shop, COMMUNITY)
    roots = reader.roots(THREADS + 1, before)
    more, roots = roots[:-THREADS], roots[-THREADS:]
    threads = reader.threads(roots)
    return Feed(threads=threads[::-1], older=roots[0].at if more else None)


def thread(session: Session, visitor: Visitor, shop: str, root: str) -> Thread:
    """One of the community's threads; `NotFound` for anything else."""
    reader = _Reader(session, visitor, shop, COMMUNITY)
    found = reader.root(root)
    if found is None:
        raise NotFound
    return reader.threads([found])[0]


def private(session: Session, visitor: Visitor, shop: str) -> list[Line]:
    """What this visitor and we said to each other alone, oldest first."""
    return _Reader(session, visitor, shop, visitor.own_channel).everything(PRIVATE)


def question_in(lines: Sequence[Line]) -> str | None:
    """The newest question of ours to this visitor that they have not answered yet."""
    mine = {line.id for line in lines if line.mine}
    answered = {line.reply_to for line in lines if line.mine}
    asked = (
        line.id
        for line in reversed(lines)
        if line.asks and line.reply_to in mine and line.id not in answered
    )
    return next(asked, None)


class _Reader:
    """Reads one channel's lines as one visitor may see them."""

    def __init__(self, session: Session, visitor: Visitor, shop: str, remote_id: str) -> None:
        self.session, self.visitor, self.shop = session, visitor, shop
        self.channel = channel_of(session, remote_id)
        self.private = remote_id != COMMUNITY
        shared = channel_of(session) if self.private else self.channel
        self.community = shared.id if shared else None
        self.unread = self._unread(remote_id)

    def roots(self, most: int, before: datetime | None) -> list[Line]:
        """The newest lines that begin a thread, oldest first."""
        theirs, ours = self._places([""])
        if before is not None:
            theirs = sa.and_(theirs, Message.said_at < before)
            ours = sa.and_(ours, Delivery.sent_at < before)
        lines = self._lines(most, theirs, ours)
        begun = (line for line in lines if line.thread is None)
        return [line for line in begun if before is None or line.at < before][-most:]

    def root(self, id: str) -> Line | None:
        here = self._here()
        lines = self._lines(
            1, sa.and_(here[0], Message.remote_id == id), sa.and_(here[1], Delivery.remote_id == id)
        )
        return next((line for line in lines if line.id == id and line.thread is None), None)

    def threads(self, roots: Sequence[Line]) -> list[Thread]:
        ids = [root.id for root in roots]
        below: dict[str | None, list[Line]] = {}
        for line in self._lines(REPLIES * len(ids), *self._places(ids)):
            below.setdefault(line.thread, []).append(line)
        return [Thread(root=root, replies=below.get(root.id, [])[-REPLIES:]) for root in roots]

    def everything(self, most: int) -> list[Line]:
        return self._lines(most, *self._here())[-most:]

    def _here(self) -> tuple[_Condition, _Condition]:
        id = self.channel and self.channel.id
        ours = Delivery.channel_id == id
        if self.private:
            ours = sa.or_(
                ours,
                sa.and_(
                    Delivery.action == Action.DIRECT,
                    Delivery.recipient == self.visitor.remote_id,
                    Delivery.channel_id == self.community,
                ),
            )
        else:
            ours = sa.and_(ours, Delivery.action != Action.DIRECT)
        return Message.channel_id == id, ours

    def _readable(self) -> _Condition:
        """What is said to one person alone is read by nobody else, wherever it was said."""
        theirs = Delivery.recipient == self.visitor.remote_id
        return sa.or_(Delivery.action != Action.DIRECT, theirs)

    def _places(self, threads: Sequence[str]) -> tuple[_Condition, _Condition]:
        """What was said in these threads ("": in none), as the inbox and the outbox name them:
        their tables are indexed by that."""
        channel = self.channel.id.hex if self.channel else ""
        theirs = [f"{NETWORK}:{ACCOUNT}:{thread or COMMUNITY}" for thread in threads]
        ours = [f"{channel}:{thread}" for thread in threads]
        public = Delivery.action != Action.DIRECT
        return Message.conversation.in_(theirs), sa.and_(Delivery.conversation.in_(ours), public)

    def _lines(self, most: int, theirs: _Condition, ours: _Condition) -> list[Line]:
        """What is unread, and the newest of what the conditions choose; each once, oldest first."""
        found = {line.id: line for line in self.unread}
        if self.channel or self.community:
            found |= {line.id: line for line in self._messages(most, theirs)}
            found |= {line.id: line for line in self._deliveries(most, ours)}
        return sorted(found.values(), key=lambda line: (line.at, line.id))

    def _messages(self, most: int, which: _Condition) -> Iterable[Line]:
        query = (
            sa.select(Message, Member.name, Member.remote_id)
            .join(
                Member,
                sa.and_(
                    Member.workspace_id == Message.workspace_id, Member.id == Message.member_id
                ),
            )
            .where(which, Message.text != "", Message.hidden_at.is_(None))
            .order_by(Message.id.desc())  # as they came in: an index has that order
            .limit(most)
        )
        for message, name, remote_id in self.session.execute(query):
            yield Line(
                id=message.remote_id,
                who=name,
                text=message.text,
                at=message.said_at,
                thread=message.thread,
                reply_to=message.reply_to,
                mine=remote_id == self.visitor.remote_id,
            )

    def _deliveries(self, most: int, which: _Condition) -> Iterable[Line]:
        query = (
            sa.select(Delivery)
            .where(which, Delivery.state == DeliveryState.SENT, self._readable())
            .order_by(Delivery.sent_at.desc(), Delivery.id.desc())
            .limit(most)
        )
        for delivery in self.session.scalars(query):
            content = Content.from_json(delivery.content)
            yield Line(
                id=delivery.remote_id or "",
                who=self.shop,
                text=content.text,
                title=content.title,
                at=delivery.sent_at or delivery.due_at,
                thread=delivery.thread,
                reply_to=delivery.reply_to,
                ours=True,
                staff=delivery.about is About.STAFF,
                asks=delivery.about is About.QUESTION,
                buttons=content.buttons,
            )

    def _unread(self, remote_id: str) -> list[Line]:
        """What has come in but was not read yet: nobody waits to see their own words."""
        events = self.session.scalars(
            sa.select(Event)
            .filter_by(state=EventState.NEW, network=NETWORK)
            .where(Event.kind.in_(_SAID))
            .order_by(Event.id.desc())
            .limit(_UNREAD)
        )
        return [
            self._from_event(event) for event in events if event.details["channel"] == remote_id
        ]

    def _from_event(self, event: Event) -> Line:
        details: dict[str, Any] = event.details
        return Line(
            id=details["message"],
            who=details["author"]["name"],
            text=details["text"],
            at=event.occurred_at,
            thread=details["thread"],
            reply_to=details["reply_to"],
            mine=details["author"]["id"] == self.visitor.remote_id,
        )

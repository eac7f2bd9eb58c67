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
from bot.networks import Button, Content, EventKind
from bot.outbox.models import About, Delivery, DeliveryState

# So many threads stand on one page; a thread shows so many of its newest messages.
THREADS, REPLIES, PRIVATE = 15, 60, 100
# Messages that engagement has not read yet are few: it takes milliseconds.
_UNREAD = 100
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
    roots = reader.newest(THREADS + 1, before, Message.thread.is_(None), Delivery.thread.is_(None))
    more, roots = roots[:-THREADS], roots[-THREADS:]
    threads = reader.threads(roots)
    return Feed(threads=threads[::-1], older=roots[0].at if more else None)


def thread(session: Session, visitor: Visitor, shop: str, root: str) -> Thread:
    """One of the community's threads; `NotFound` for anything else."""
    reader = _Reader(session, visitor, shop, COMMUNITY)
    found = reader.newest(
        1,
        None,
        sa.and_(Message.thread.is_(None), Message.remote_id == root),
        sa.and_(Delivery.thread.is_(None), Delivery.remote_id == root),
    )
    begun = [line for line in found if line.id == root]
    if not begun:
        raise NotFound
    return reader.threads(begun)[0]


def private(session: Session, visitor: Visitor, shop: str) -> list[Line]:
    """What this visitor and we said to each other alone, oldest first."""
    return _Reader(session, visitor, shop, visitor.own_channel).newest(PRIVATE, None)


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
        self.unread = self._unread(remote_id)

    def newest(
        self,
        most: int,
        before: datetime | None,
        theirs: sa.ColumnElement[bool] | None = None,
        ours: sa.ColumnElement[bool] | None = None,
    ) -> list[Line]:
        """The newest lines, oldest first; the conditions choose among messages and deliveries."""
        lines = [
            line
            for line in self.unread
            if (theirs is None or line.thread is None) and (before is None or line.at < before)
        ]
        if self.channel:
            lines += self._messages(most, before, theirs)
            lines += self._deliveries(most, before, ours)
        return sorted(lines, key=lambda line: (line.at, line.id))[-most:]

    def threads(self, roots: Sequence[Line]) -> list[Thread]:
        ids = [root.id for root in roots]
        found = [line for line in self.unread if line.thread in ids]
        if self.channel and ids:
            most = REPLIES * len(ids)
            found += self._messages(most, None, Message.thread.in_(ids))
            found += self._deliveries(most, None, Delivery.thread.in_(ids))
        below: dict[str | None, list[Line]] = {}
        for line in sorted(found, key=lambda line: (line.at, line.id)):
            below.setdefault(line.thread, []).append(line)
        return [Thread(root=root, replies=below.get(root.id, [])[-REPLIES:]) for root in roots]

    def _messages(
        self, most: int, before: datetime | None, which: sa.ColumnElement[bool] | None
    ) -> Iterable[Line]:
        assert self.channel
        query = (
            sa.select(Message, Member.name, Member.remote_id)
            .join(
                Member,
                sa.and_(
                    Member.workspace_id == Message.workspace_id, Member.id == Message.member_id
                ),
            )
            .where(Message.channel_id == self.channel.id, Message.text != "")
            .order_by(Message.said_at.desc(), Message.id.desc())
            .limit(most)
        )
        if which is not None:
            query = query.where(which)
        if before is not None:
            query = query.where(Message.said_at < before)
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

    def _deliveries(
        self, most: int, before: datetime | None, which: sa.ColumnElement[bool] | None
    ) -> Iterable[Line]:
        assert self.channel
        query = (
            sa.select(Delivery)
            .filter_by(channel_id=self.channel.id, state=DeliveryState.SENT)
            .order_by(Delivery.sent_at.desc(), Delivery.id.desc())
            .limit(most)
        )
        if which is not None:
            query = query.where(which)
        if before is not None:
            query = query.where(Delivery.sent_at < before)
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

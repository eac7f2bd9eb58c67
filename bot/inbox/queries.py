"""Reading the inbox: always the same number of statements, however much there is."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.inbox.forms import Wanted
from bot.inbox.models import Event, EventState, Message, Signal
from bot.inbox.words import Piece, readable, snippet, telling
from bot.members.models import Member
from bot.products.models import Product
from bot.understanding import Kind

MOST = 50
_READ = 2_000  # characters of a message, bytes of an event

WAITING = sa.and_(Message.wants_person, Message.answered_at.is_(None))
_QUARANTINED = Event.state == EventState.QUARANTINED


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """A signal, with its product's name where it has one."""

    signal: Signal
    product: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A message in the list."""

    id: UUID
    who: str
    network: str
    channel: str
    said_at: datetime
    waiting: bool
    private: bool
    pieces: list[Piece]
    kinds: list[Kind]
    products: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """An event that could not be read. ``raw``: its beginning, as text."""

    id: UUID
    network: str
    account: str
    received_at: datetime
    problem: str
    raw: str
    size: int
    again: bool  # it was translated, so that trying again may help


def waiting_count(session: Session) -> int:
    """How many messages wait for a person."""
    return session.scalar(sa.select(sa.func.count()).select_from(Message).where(WAITING)) or 0


def quarantine_count(session: Session) -> int:
    counted = sa.select(sa.func.count()).select_from(Event).where(_QUARANTINED)
    return session.scalar(counted) or 0


def newest(session: Session, wanted: Wanted) -> tuple[list[Line], UUID | None]:
    """The newest messages, and before which one the older ones begin (None: there are none)."""
    found = session.execute(_matching(wanted).limit(MOST + 1)).all()
    rows = found[:MOST]
    meant = meanings(session, [row.id for row in rows])
    lines = [
        Line(
            id=row.id,
            who=row.who,
            network=row.network,
            channel=row.channel,
            said_at=row.said_at,
            waiting=row.waiting,
            private=row.private,
            pieces=snippet(row.text, spans(meant[row.id])),
            kinds=list(dict.fromkeys(one.signal.kind for one in meant[row.id])),
            products=list(dict.fromkeys(one.product for one in meant[row.id] if one.product)),
        )
        for row in rows
    ]
    return lines, rows[-1].id if len(found) > MOST else None


def _matching(wanted: Wanted) -> sa.Select[*tuple[Any, ...]]:
    statement = (
        sa.select(
            Message.id,
            Message.said_at,
            Message.private,
            sa.func.substr(Message.text, 1, _READ).label("text"),
            WAITING.label("waiting"),
            Member.name.label("who"),
            Channel.network,
            Channel.name.label("channel"),
        )
        .join(Member, Member.id == Message.member_id)
        .join(Channel, Channel.id == Message.channel_id)
        .order_by(Message.id.desc())
    )
    if wanted.waiting:
        statement = statement.where(WAITING)
    if wanted.kind:
        of_kind = sa.select(Signal.message_id).where(Signal.kind == wanted.kind)
        statement = statement.where(Message.id.in_(of_kind))
    if wanted.channel:
        statement = statement.where(Message.channel_id == wanted.channel)
    if wanted.before:
        statement = statement.where(Message.id < wanted.before)
    return statement


def meanings(session: Session, messages: Collection[UUID]) -> defaultdict[UUID, list[Meant]]:
    """By message: what it says, the strongest first."""
    found: defaultdict[UUID, list[Meant]] = defaultdict(list)
    rows = session.execute(
        sa.select(Signal, Product.name)
        .outerjoin(Product, Product.id == Signal.product_id)
        .where(Signal.message_id.in_(messages))
        .order_by(Signal.id)
    )
    for signal, product in rows:
        found[signal.message_id].append(Meant(signal=signal, product=product or ""))
    return found


def spans(meant: Iterable[Meant]) -> list[tuple[int, int]]:
    """Where the telling words of these signals stand."""
    return [
        span for one in meant for span in telling(one.signal.kind, one.signal.start, one.signal.end)
    ]


def places(session: Session, most: int = 100) -> list[tuple[UUID, str]]:
    """Where people speak to us, most recent first: id and name."""
    rows = session.execute(
        sa.select(Channel.id, Channel.name)
        .where(Channel.last_event_at.is_not(None))
        .order_by(Channel.last_event_at.desc())
        .limit(most)
    )
    return [(id, name) for id, name in rows]


def quarantined(session: Session) -> list[Unread]:
    """The newest of what could not be read."""
    rows = session.execute(
        sa.select(
            Event.id,
            Event.network,
            Event.account,
            Event.received_at,
            Event.problem,
            Event.kind,
            sa.func.substr(Event.raw, 1, _READ, type_=sa.LargeBinary()).label("raw"),
            sa.func.length(Event.raw).label("size"),
        )
        .where(_QUARANTINED)
        .order_by(Event.id.desc())
        .limit(MOST)
    )
    return [
        Unread(
            id=row.id,
            network=row.network,
            account=row.account,
            received_at=row.received_at,
            problem=row.problem,
            raw=readable(bytes(row.raw or b"")),
            size=row.size or 0,
            again=row.kind is not None,
        )
        for row in rows
    ]

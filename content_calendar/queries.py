"""What the calendar's pages show. Everything is read in a few statements, however many posts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel, ChannelKind
from bot.db import Session
from bot.inbox.models import Message
from bot.outbox.models import Delivery, DeliveryState
from bot.products.models import Product
from content_calendar.draft import Draft
from content_calendar.hints import REPEATED, Neighbour
from content_calendar.models import Campaign, Occurrence, Post, Publication, Series, Stage
from content_calendar.planning import rule_of
from content_calendar.recurrence import occurrences, resolve
from content_calendar.states import DOTS, STUCK, state_of

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel with the state of what goes there, as the cards want it."""

    network: str
    name: str
    state: str = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A post at one of its times. ``ghost``: a future time that is not in the outbox yet."""

    post_id: UUID
    moment: datetime | None
    title: str
    text: str
    state: str
    channels: tuple[Place, ...]
    href: str
    reason: str = ""
    broadcast: bool = False
    campaign: str = ""
    ghost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What all entries of a post have in common."""

    id: UUID
    title: str
    text: str
    stage: Stage
    broadcast: bool
    campaign: str
    repeats: bool


def entries(session: Session, start: datetime, end: datetime) -> list[Entry]:
    """Everything in [start, end), by time: planned, gone out, still being written, and ghosts."""
    places = _places(session)
    found = [
        *_planned(session, start, end, places),
        *_unplanned(session, start, end, places),
        *_ghosts(session, start, end, places),
    ]
    return sorted(found, key=lambda entry: (entry.moment or start, entry.title))


def undated(session: Session) -> list[Entry]:
    """Ideas and drafts that nobody has given a time, newest first."""
    wanted = _posts().where(Post.local.is_(None)).order_by(Post.id.desc()).limit(50)
    places = _places(session)
    return [_entry(_said(row), None, _chosen(row.channel_ids, places)) for row in _rows(session, wanted)]


def _rows(session: Session, statement: sa.Select[*tuple[object, ...]]) -> Sequence[sa.Row]:  # type: ignore[type-arg]
    return session.execute(statement).all()


def _posts() -> sa.Select[*tuple[object, ...]]:
    return (
        sa.select(
            Post.id,
            Post.title,
            Post.text,
            Post.stage,
            Post.broadcast,
            Post.channel_ids,
            Post.local,
            Post.zone,
            Campaign.name.label("campaign"),
            Series.id.label("series_id"),
        )
        .outerjoin(Campaign, Campaign.id == Post.campaign_id)
        .outerjoin(Series, Series.post_id == Post.id)
    )

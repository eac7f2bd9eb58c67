"""What the calendar shows. Everything is read in a few statements, however many posts there are."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.channels.models import Channel, ChannelKind
from bot.db import Session
from bot.outbox.models import Delivery
from content_calendar.echoes import SILENCE, Echo, echoes
from content_calendar.models import Campaign, Occurrence, Post, Publication, Series, Stage
from content_calendar.planning import rule_of
from content_calendar.recurrence import occurrences, resolve
from content_calendar.states import DOTS, LOCKED, STUCK, state_of

_DAY = timedelta(days=1)
_UNDATED = 50
_GONE = {"published", "publishing", "needs_look"}  # a part of it may have gone out
_ALL = 5_000

K = TypeVar("K")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel with the state of what goes there."""

    network: str
    name: str
    state: str = "waiting"

    def being(self, state: str) -> "Place":
        """The same place in another state."""
        return Place(network=self.network, name=self.name, state=state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A post at one of its times. ``ghost``: a future time that is not in the outbox yet;
    ``locked``: it has gone out, or may have; ``repeats``: it is one of a series."""

    post_id: UUID
    title: str
    text: str
    state: str
    href: str
    moment: datetime | None = None
    channels: tuple[Place, ...] = ()
    reason: str = ""
    broadcast: bool = False
    campaign: str = ""
    ghost: bool = False
    version: int = 0
    locked: bool = False
    repeats: bool = False
    occurrence_id: UUID | None = None  # None for what is only computed or written so far
    echo: Echo = SILENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What stands on one day: the first entries by time, and how many there are in all."""

    entries: Sequence[Entry] = ()
    total: int = 0

    @property
    def more(self) -> int:
        return self.total - len(self.entries)


def by_day(
    session: Session, first: date, last: date, zone: ZoneInfo, *, most: int = _ALL
) -> dict[date, Day]:
    """The days from ``first`` to ``last`` on which something is planned, gone out or written.

    At most ``most`` entries a day are read, so a full month costs no more than a quiet one.
    """
    return _by(session, first, last, zone, lambda local: local.date(), most)


def by_hour(
    session: Session, first: date, last: date, zone: ZoneInfo, *, most: int = _ALL
) -> dict[tuple[date, int], Day]:
    """`by_day`, but by day and hour."""
    return _by(session, first, last, zone, lambda local: (local.date(), local.hour), most)


def _by(
    session: Session,
    first: date,
    last: date,
    zone: ZoneInfo,
    key: Callable[[datetime], K],
    most: int,
) -> dict[K, Day]:
    start, end = midnight(first, zone), midnight(last + _DAY, zone)
    places = _places(session)

    def of(moment: datetime) -> K:
        return key(moment.astimezone(zone))

    times, totals = _first(session, start, end, of, most)
    found = [*_unplanned(session, start, end, places), *_ghosts(session, start, end, places)]
    for entry in found:
        totals[of(entry.moment or start)] += 1
    found += with_echoes(session, [*_planned(session, times, places)])
    held: dict[K, list[Entry]] = defaultdict(list)
    for entry in sorted(found, key=lambda entry: (entry.moment or start, entry.title)):
        held[of(entry.moment or start)].append(entry)
    return {one: Day(entries=held[one][:most], total=totals[one]) for one in held}


def with_echoes(session: Session, entries: Sequence[Entry]) -> list[Entry]:
    """The entries with what came back to each, read in one statement."""
    ids = [it.occurrence_id for it in entries if it.occurrence_id and it.state in _GONE]
    came = echoes(session, ids)
    return [
        replace(it, echo=came[it.occurrence_id]) if it.occurrence_id in came else it
        for it in entries
    ]


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def undated(session: Session, most: int = _UNDATED) -> list[Entry]:
    """Ideas and drafts that nobody has given a time, newest first."""
    wanted = (
        _posts(Post.channel_ids).where(Post.local.is_(None)).order_by(Post.id.desc()).limit(most)
    )
    places = _places(session)
    return [_entry(row, _chosen(row, places)) for row in session.execute(wanted)]


def community_channels(session: Session) -> Sequence[Channel]:
    """Where posts for everybody can go."""
    wanted = sa.select(Channel).filter_by(kind=ChannelKind.COMMUNITY).order_by(Channel.name)
    return session.scalars(wanted).all()


def href(post_id: UUID, on: datetime | None = None) -> str:
    return f"/posts/{post_id}?on={on.isoformat()}" if on else f"/posts/{post_id}"


_POST = (
    Post.id.label("post_id"),
    Post.title,
    Post.text,
    Post.stage,
    Post.broadcast,
    Post.version,
    Campaign.name.label("campaign"),
)


def _posts(*more: Any) -> sa.Select[*tuple[Any, ...]]:
    """Columns, not objects: a busy month has many rows."""
    named = sa.select(*_POST, *more).select_from(Post)
    return named.outerjoin(Campaign, Campaign.id == Post.campaign_id)


def _entry(row: Any, channels: Iterable[Place], **more: Any) -> Entry:
    """``more``: what `Entry` holds besides, or instead."""
    given = {"state": row.stage.value, "href": href(row.post_id)} | more
    return Entry(
        post_id=row.post_id,
        title=row.title,
        text=row.text,
        channels=tuple(channels),
        broadcast=row.broadcast,
        campaign=row.campaign or "",
        version=row.version,
        **given,
    )


def _places(session: Session) -> dict[str, Place]:
    return {
        channel.id.hex: Place(network=channel.network, name=channel.name)
        for channel in session.scalars(sa.select(Channel))
    }


def _chosen(row: Any, places: Mapping[str, Place]) -> Iterator[Place]:
    return (places[each] for each in row.channel_ids if each in places)


def _first(
    session: Session, start: datetime, end: datetime, of: Callable[[datetime], K], most: int
) -> tuple[set[datetime], dict[K, int]]:
    """The times of the first ``most`` of each day, and how many each has: from the index alone."""
    within = sa.select(Occurrence.at).where(Occurrence.at >= start, Occurrence.at < end)
    shown, totals = set[datetime](), defaultdict[K, int](int)
    for at in session.scalars(within.order_by(Occurrence.at)):
        day = of(at)
        totals[day] += 1
        if totals[day] <= most:
            shown.add(at)
    return shown, totals


def _planned(
    session: Session, times: Iterable[datetime], places: Mapping[str, Place]
) -> Iterator[Entry]:
    wanted = (
        _posts(
            Occurrence.id,
            Occurrence.at,
            Occurrence.local,
            Occurrence.series_id,
            Publication.channel_id,
            Delivery.state,
            Delivery.note,
        )
        .join(Occurrence, Occurrence.post_id == Post.id)
        .outerjoin(Publication, Publication.occurrence_id == Occurrence.id)
        .outerjoin(Delivery, Publication.delivery_id == Delivery.id)
        .where(Occurrence.at.in_(times))
        .order_by(Occurrence.at, Occurrence.id)
    )
    for _, group in groupby(session.execute(wanted), key=lambda row: row.id):
        yield _carried(list(group), places)


def _carried(parts: Sequence[Any], places: Mapping[str, Place]) -> Entry:
    """An occurrence with what became of it, from its rows: one for each channel."""
    row, sent = parts[0], [part for part in parts if part.state]
    states = [part.state for part in sent]
    notes = [part.note for part in sent if part.state in STUCK and part.note]
    return _entry(
        row,
        [places[part.channel_id.hex].being(DOTS[part.state]) for part in sent],
        moment=row.at,
        occurrence_id=row.id,
        state=state_of(row.stage, states),
        reason=" ".join(dict.fromkeys(notes)),
        locked=not LOCKED.isdisjoint(states),
        repeats=row.series_id is not None,
        href=href(row.post_id, row.local),
    )


def _unplanned(
    session: Session, start: datetime, end: datetime, places: Mapping[str, Place]
) -> Iterator[Entry]:
    first, last = (each.astimezone(UTC).replace(tzinfo=None) for each in (start, end))
    wanted = (
        _posts(Post.channel_ids, Post.local, Post.zone, Series.id.label("series_id"))
        .outerjoin(Series, Series.post_id == Post.id)
        .where(Post.stage != Stage.SCHEDULED, Post.local.between(first - _DAY, last + _DAY))
    )
    for row in session.execute(wanted):
        at = resolve(row.local, row.zone).at
        if start <= at < end:
            on = row.local if row.series_id else None
            yield _entry(row, _chosen(row, places), moment=at, href=href(row.post_id, on))


def _ghosts(
    session: Session, start: datetime, end: datetime, places: Mapping[str, Place]
) -> Iterator[Entry]:
    wanted = (
        _posts(Post.channel_ids, Series)
        .join(Series, Series.post_id == Post.id)
        .where(Post.stage == Stage.SCHEDULED, Series.materialised_until < end)
    )
    for row in session.execute(wanted):
        ghost = _entry(row, _chosen(row, places), ghost=True, repeats=True)
        after = max(row.Series.materialised_until, start - timedelta(microseconds=1))
        for slot in occurrences(rule_of(row.Series), after=after, until=end):
            if slot.at < end:
                yield replace(ghost, moment=slot.at, href=href(row.post_id, slot.local))

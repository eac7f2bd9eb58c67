"""What the calendar shows. Everything is read in a few statements, however many posts there are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel, ChannelKind
from bot.db import Session
from bot.outbox.models import Delivery, DeliveryState
from content_calendar.hints import REPEATED, Neighbour
from content_calendar.models import Campaign, Occurrence, Post, Publication, Series, Stage
from content_calendar.planning import rule_of
from content_calendar.recurrence import occurrences, resolve
from content_calendar.states import DOTS, STUCK, state_of

_DAY = timedelta(days=1)
_UNDATED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel with the state of what goes there."""

    network: str
    name: str
    state: str = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A post at one of its times. ``ghost``: a future time that is not in the outbox yet."""

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
    wanted = _posts().where(Post.local.is_(None)).order_by(Post.id.desc()).limit(_UNDATED)
    places = _places(session)
    return [
        replace(_entry(post, campaign), channels=_chosen(post, places))
        for post, campaign in session.execute(wanted)
    ]


def community_channels(session: Session) -> Sequence[Channel]:
    """Where posts for everybody can go."""
    wanted = sa.select(Channel).filter_by(kind=ChannelKind.COMMUNITY).order_by(Channel.name)
    return session.scalars(wanted).all()


def neighbours(session: Session, at: datetime, *, besides: UUID | None) -> list[Neighbour]:
    """What else goes out around that time, for `hints`."""
    rows = session.execute(
        sa.select(Post.title, Post.text, Channel.id, Channel.name, Delivery.due_at)
        .join(Occurrence, Occurrence.post_id == Post.id)
        .join(Publication, Publication.occurrence_id == Occurrence.id)
        .join(Delivery, Publication.delivery_id == Delivery.id)
        .join(Channel, Publication.channel_id == Channel.id)
        .where(
            Occurrence.at.between(at - REPEATED, at + REPEATED),
            Delivery.state != DeliveryState.CANCELLED,
            Post.id != besides if besides else sa.true(),
        )
    )
    return [
        Neighbour(title=title, text=text, channel_id=id, channel=name, at=due)
        for title, text, id, name, due in rows
    ]


def href(post: Post, on: datetime | None = None) -> str:
    return f"/posts/{post.id}?on={on.isoformat()}" if on else f"/posts/{post.id}"


def _posts() -> sa.Select[Post, str | None]:
    return sa.select(Post, Campaign.name).outerjoin(Campaign, Campaign.id == Post.campaign_id)


def _entry(post: Post, campaign: str | None) -> Entry:
    return Entry(
        post_id=post.id,
        title=post.title,
        text=post.text,
        state=post.stage.value,
        href=href(post),
        broadcast=post.broadcast,
        campaign=campaign or "",
    )


def _places(session: Session) -> dict[str, Place]:
    return {
        channel.id.hex: Place(network=channel.network, name=channel.name)
        for channel in session.scalars(sa.select(Channel))
    }


def _chosen(post: Post, places: Mapping[str, Place]) -> tuple[Place, ...]:
    return tuple(places[each] for each in post.channel_ids if each in places)


def _planned(
    session: Session, start: datetime, end: datetime, places: Mapping[str, Place]
) -> Iterator[Entry]:
    # Columns, not objects: a busy month has thousands of these rows.
    rows = session.execute(
        sa.select(
            Occurrence.id,
            Occurrence.at,
            Occurrence.local,
            Occurrence.post_id,
            Publication.channel_id,
            Delivery.state,
            Delivery.note,
        )
        .outerjoin(Publication, Publication.occurrence_id == Occurrence.id)
        .outerjoin(Delivery, Publication.delivery_id == Delivery.id)
        .where(Occurrence.at >= start, Occurrence.at < end)
        .order_by(Occurrence.at, Occurrence.id)
    ).all()
    once = sa.select(Occurrence.post_id).where(Occurrence.at >= start, Occurrence.at < end)
    posts = {
        post.id: (post, _entry(post, campaign))
        for post, campaign in session.execute(_posts().where(Post.id.in_(once)))
    }
    for _, group in groupby(rows, key=lambda row: row.id):
        parts = list(group)
        post, entry = posts[parts[0].post_id]
        sent = [part for part in parts if part.state]
        notes = [part.note for part in sent if part.state in STUCK and part.note]
        yield replace(
            entry,
            moment=parts[0].at,
            state=state_of(post.stage, [part.state for part in sent]),
            reason=" ".join(dict.fromkeys(notes)),
            href=href(post, parts[0].local),
            channels=tuple(
                replace(places[part.channel_id.hex], state=DOTS[part.state]) for part in sent
            ),
        )


def _unplanned(
    session: Session, start: datetime, end: datetime, places: Mapping[str, Place]
) -> Iterator[Entry]:
    first, last = (each.astimezone(UTC).replace(tzinfo=None) for each in (start, end))
    wanted = _posts().where(
        Post.stage != Stage.SCHEDULED, Post.local.between(first - _DAY, last + _DAY)
    )
    for post, campaign in session.execute(wanted):
        at = resolve(post.local, post.zone).at if post.local else None
        if at and start <= at < end:
            yield replace(_entry(post, campaign), moment=at, channels=_chosen(post, places))


def _ghosts(
    session: Session, start: datetime, end: datetime, places: Mapping[str, Place]
) -> Iterator[Entry]:
    wanted = (
        _posts()
        .add_columns(Series)
        .join(Series, Series.post_id == Post.id)
        .where(Post.stage == Stage.SCHEDULED, Series.materialised_until < end)
    )
    for post, campaign, series in session.execute(wanted):
        after = max(series.materialised_until, start - timedelta(microseconds=1))
        for slot in occurrences(rule_of(series), after=after, until=end):
            if slot.at < end:
                yield replace(
                    _entry(post, campaign),
                    moment=slot.at,
                    channels=_chosen(post, places),
                    href=href(post, slot.local),
                    ghost=True,
                )

"""What the queue knows, read in a few statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session
from bot.outbox.models import Delivery, DeliveryState
from content_calendar.models import Occurrence, Post, Publication, Series, Stage
from content_calendar.planning import rule_of
from content_calendar.queue.choosing import Uses
from content_calendar.queue.models import Category, Evergreen, Fill, WeeklySlot
from content_calendar.queue.repeats import Said
from content_calendar.recurrence import occurrences, resolve

_DAY = timedelta(days=1)


def categories(session: Session) -> Sequence[Category]:
    return session.scalars(sa.select(Category).order_by(Category.name)).all()


def categories_on(session: Session, channels: Iterable[UUID]) -> Sequence[Category]:
    """Those with a slot on one of these channels."""
    there = sa.select(WeeklySlot.category_id).where(WeeklySlot.channel_id.in_(list(channels)))
    return session.scalars(
        sa.select(Category).where(Category.id.in_(there)).order_by(Category.name)
    ).all()


def slots_of(session: Session, category: UUID | None = None) -> Sequence[WeeklySlot]:
    wanted = sa.select(WeeklySlot).order_by(WeeklySlot.weekday, WeeklySlot.minute, WeeklySlot.id)
    return session.scalars(wanted.filter_by(category_id=category) if category else wanted).all()


def evergreens_of(session: Session, category: UUID | None = None) -> Sequence[Evergreen]:
    wanted = sa.select(Evergreen).order_by(Evergreen.id)
    return session.scalars(wanted.filter_by(category_id=category) if category else wanted).all()


def fills(session: Session, after: datetime, until: datetime) -> Mapping[Any, Fill]:
    """What was decided about the slots in (after, until], by `Opening.key`."""
    found = session.scalars(sa.select(Fill).where(Fill.at > after, Fill.at <= until))
    return {(it.channel_id, it.local, it.zone): it for it in found}


def uses(session: Session) -> dict[UUID, Uses]:
    """By evergreen. What a person took off the calendar again was no use."""
    rows = session.execute(
        sa.select(Fill.evergreen_id, Fill.channel_id, sa.func.coalesce(Occurrence.at, Fill.at))
        .join(Post, Post.id == Fill.post_id)
        .outerjoin(Occurrence, Occurrence.post_id == Post.id)
        .where(Post.stage.in_((Stage.SCHEDULED, Stage.IN_REVIEW)))
    )
    times: dict[UUID, dict[UUID, list[datetime]]] = defaultdict(lambda: defaultdict(list))
    for evergreen, channel, at in rows:
        assert evergreen is not None  # only a fill that has one makes a post
        times[evergreen][channel].append(at)
    return {
        evergreen: Uses(count=sum(map(len, by_channel.values())), times=by_channel)
        for evergreen, by_channel in times.items()
    }


def said(
    session: Session,
    after: datetime,
    until: datetime,
    *,
    besides: UUID | None = None,
    channels: Collection[UUID] | None = None,
) -> dict[UUID, list[Said]]:
    """What each channel hears between the two: gone out, planned, in review or written with a time,
    and what series have ahead that is not in the outbox yet. ``besides``: a post to leave out;
    ``channels``: only these."""
    found: dict[UUID, list[Said]] = defaultdict(list)
    other = Post.id != besides if besides else sa.true()
    rows = session.execute(
        sa.select(
            *_SAID, Publication.channel_id, Occurrence.at, Delivery.content["text"].label("there")
        )
        .join(Occurrence, Occurrence.post_id == Post.id)
        .join(Publication, Publication.occurrence_id == Occurrence.id)
        .join(Delivery, Publication.delivery_id == Delivery.id)
        .where(
            Occurrence.at > after,
            Occurrence.at <= until,
            Delivery.state != DeliveryState.CANCELLED,
            other,
            sa.true() if channels is None else Publication.channel_id.in_(channels),
        )
    )
    for row in rows:
        text = row.there if isinstance(row.there, str) else row.text
        found[row.channel_id].append(_heard(row, row.at, text))
    others = _written(session, after, until, other) + _ahead(session, after, until, other)
    for row, at in others:
        for channel in row.channel_ids:
            found[UUID(channel)].append(_heard(row, at, row.text))
    return found


_SAID = (Post.id.label("post_id"), Post.title, Post.text, Post.broadcast)


def _heard(row: Any, at: datetime, text: str) -> Said:
    return Said(title=row.title, text=text, at=at, post_id=row.post_id, broadcast=row.broadcast)


def _written(session: Session, after: datetime, until: datetime, other: Any) -> list[Any]:
    """Not on the calendar yet, but somebody has given it a time."""
    first, last = (each.astimezone(UTC).replace(tzinfo=None) for each in (after, until))
    rows = session.execute(
        sa.select(*_SAID, Post.channel_ids, Post.local, Post.zone).where(
            Post.stage != Stage.SCHEDULED, Post.local.between(first - _DAY, last + _DAY), other
        )
    )
    timed = ((row, resolve(row.local, row.zone).at) for row in rows)
    return [(row, at) for row, at in timed if after < at <= until]


def _ahead(session: Session, after: datetime, until: datetime, other: Any) -> list[Any]:
    rows = session.execute(
        sa.select(*_SAID, Post.channel_ids, Series)
        .join(Series, Series.post_id == Post.id)
        .where(Post.stage == Stage.SCHEDULED, Series.materialised_until < until, other)
    )
    return [
        (row, slot.at)
        for row in rows
        for slot in occurrences(
            rule_of(row.Series), after=max(after, row.Series.materialised_until), until=until
        )
    ]

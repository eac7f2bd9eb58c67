"""How fresh it is: how long ago something was said, and the holes in what is planned."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.db import Session
from bot.networks import Action
from bot.outbox.models import About, Delivery, DeliveryState
from content_calendar import queries
from content_calendar.models import Campaign, Occurrence, Post, Publication
from content_calendar.month import GAP

DAYS = 30
"""So many days ahead are shown: within `planning.HORIZON`, so every series is in the outbox."""

_DAY = timedelta(days=1)
_LEAVES = (
    DeliveryState.PENDING,
    DeliveryState.SENDING,
    DeliveryState.SENT,
    DeliveryState.UNKNOWN,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """``gap``: it lies in a hole of at least `GAP` days."""

    date: date
    count: int
    gap: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A channel or a campaign. ``days``: since the last post, None where there never was one.
    ``hole``: the first day of the longest hole ahead, and how long it is."""

    name: str
    network: str
    last: datetime | None
    days: int | None
    cells: Sequence[Cell]
    hole: tuple[date, int] | None


def coverage(session: Session, zone: ZoneInfo) -> tuple[list[Row], list[Row]]:
    """Every channel for the community, and every campaign that has or had a post."""
    today = session.now().astimezone(zone).date()
    start, end = queries.midnight(today, zone), queries.midnight(today + DAYS * _DAY, zone)
    by_channel: dict[UUID, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    by_campaign: dict[UUID, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    posts = set[tuple[Any, datetime]]()
    for channel, campaign, occurrence, at in _planned(session, start, end):
        day = at.astimezone(zone).date()
        by_channel[channel][day] += 1
        if campaign and (occurrence, at) not in posts:
            by_campaign[campaign][day] += 1
        posts.add((occurrence, at))
    lasts = _last(session, Publication.channel_id)
    channels = [
        _row(it.name, it.network, lasts.get(it.id), by_channel[it.id], today, zone)
        for it in queries.community_channels(session)
    ]
    lasts = _last(session, Post.campaign_id)
    campaigns = [
        _row(it.name, "", lasts.get(it.id), by_campaign[it.id], today, zone)
        for it in session.scalars(sa.select(Campaign).order_by(Campaign.name))
        if it.id in lasts or it.id in by_campaign
    ]
    return channels, campaigns


def _planned(session: Session, start: datetime, end: datetime) -> Iterator[Any]:
    wanted = (
        sa.select(Publication.channel_id, Post.campaign_id, Occurrence.id, Occurrence.at)
        .join(Occurrence, Publication.occurrence_id == Occurrence.id)
        .join(Post, Occurrence.post_id == Post.id)
        .join(Delivery, Publication.delivery_id == Delivery.id)
        .where(Occurrence.at >= start, Occurrence.at < end, Delivery.state.in_(_LEAVES))
    )
    yield from session.execute(wanted)


def _last(session: Session, by: Any) -> dict[UUID, datetime]:
    """When something was last sent, by channel or by campaign."""
    wanted = (
        sa.select(by, sa.func.max(Delivery.sent_at))
        .select_from(Publication)
        .join(Delivery, Publication.delivery_id == Delivery.id)
        .join(Occurrence, Publication.occurrence_id == Occurrence.id)
        .join(Post, Occurrence.post_id == Post.id)
        .where(
            Delivery.about == About.POST,
            Delivery.action == Action.PUBLISH,
            Delivery.state == DeliveryState.SENT,
            by.is_not(None),
        )
        .group_by(by)
    )
    return {id: at for id, at in session.execute(wanted) if at}


def _row(
    name: str,
    network: str,
    last: datetime | None,
    planned: Mapping[date, int],
    today: date,
    zone: ZoneInfo,
) -> Row:
    days = [today + n * _DAY for n in range(DAYS)]
    holes = list(_holes(days, planned))
    in_hole = {day for hole in holes for day in hole}
    longest = max(holes, key=len, default=[])
    return Row(
        name=name,
        network=network,
        last=last,
        days=(today - last.astimezone(zone).date()).days if last else None,
        cells=[Cell(date=day, count=planned.get(day, 0), gap=day in in_hole) for day in days],
        hole=(longest[0], len(longest)) if longest else None,
    )


def _holes(days: Sequence[date], planned: Mapping[date, int]) -> Iterator[list[date]]:
    """Runs of at least `GAP` days without anything."""
    run: list[date] = []
    for day in [*days, None]:
        if day and not planned.get(day):
            run.append(day)
            continue
        if len(run) >= GAP:
            yield run
        run = []

"""The queue as its page shows it: the next two weeks slot by slot, and what stands on the shelf."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from babel.dates import format_date

from bot.channels.models import Channel
from bot.db import Session
from bot.web.i18n import locale
from content_calendar.queries import href
from content_calendar.queue import queries
from content_calendar.queue.choosing import Choice, Standing, Uses, standing
from content_calendar.queue.models import Category, Evergreen, Fill, Filling, WeeklySlot
from content_calendar.queue.repeats import Said
from content_calendar.queue.service import AHEAD, SHOWN
from content_calendar.queue.shelf import Shelf
from content_calendar.queue.slots import ROOM, Opening, openings
from content_calendar.writing import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One slot on one day. ``state``: taken, left (not this time), silent (its channel is paused),
    waits (it will be filled by itself), suggested, or free."""

    opening: Opening
    category: str
    channel: str
    network: str
    state: str
    title: str = ""
    text: str = ""
    href: str = ""
    choice: Choice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An evergreen with how it stands. ``last``: when it goes out last, as far as is known."""

    one: Evergreen
    standing: Standing
    used: int
    last: datetime | None
    rests_until: datetime | None

    @property
    def last_day(self) -> str:
        """In the reader's words; empty where it has none."""
        day = self.one.expires_on
        return format_date(day, "d MMM y", locale=locale()) if day else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """A weekly time of a category on the channels that share it."""

    weekday: int
    minute: int
    zone: str
    slots: Sequence[tuple[WeeklySlot, Channel]]

    @property
    def clock(self) -> str:
        return f"{self.minute // 60:02}:{self.minute % 60:02}"


def lines(session: Session, limits: Limits, repeat: timedelta) -> list[Line]:
    """Every slot of the next `SHOWN`, by instant; suggestions as they would come one after
    another."""
    now = session.now()
    until = now + SHOWN
    weekly, kinds = queries.slots_of(session), {it.id: it for it in queries.categories(session)}
    if not weekly:
        return []
    shelf = Shelf.read(session, now, until, limits, repeat)
    heard = {channel: list(said) for channel, said in shelf.said.items()}
    decided = queries.fills(session, now, until)
    channels = {it.id: it for it in session.scalars(sa.select(Channel))}
    found = []
    for it in openings(weekly, after=now, until=until):
        channel, kind = channels[it.channel_id], kinds[it.category_id]
        taken = _nearest(it, heard.get(it.channel_id, ()))
        what = _line(it, kind, taken, decided.get(it.key), shelf, now, bool(channel.paused_because))
        found.append(
            Line(
                opening=it,
                category=kind.name,
                channel=channel.name,
                network=channel.network,
                **what,
            )
        )
    return found


def _line(
    opening: Opening,
    kind: Category,
    taken: Said | None,
    fill: Fill | None,
    shelf: Shelf,
    now: datetime,
    silent: bool,
) -> dict[str, Any]:
    if taken and taken.post_id:
        there = {"title": taken.title, "text": taken.text, "href": href(taken.post_id)}
        return {"state": "taken", **there}
    if fill:
        return {"state": "left" if fill.evergreen_id is None else "free"}
    if silent:
        return {"state": "silent"}
    choice = None if kind.filling is Filling.NEVER else shelf.take(opening)
    if choice is None:
        return {"state": "free"}
    waits = kind.filling is Filling.AUTOMATIC and opening.at <= now + AHEAD
    title = next(it.title for it in shelf.evergreens if it.id == choice.evergreen.id)
    return {
        "state": "waits" if waits else "suggested",
        "title": title,
        "text": choice.text,
        "choice": choice,
    }


def _nearest(opening: Opening, heard: Sequence[Said]) -> Said | None:
    near = [one for one in heard if abs(one.at - opening.at) < ROOM]
    return min(near, key=lambda one: abs(one.at - opening.at), default=None)


def cards(session: Session, zone: ZoneInfo) -> dict[UUID, list[Card]]:
    """The evergreens by category."""
    uses, found = queries.uses(session), dict[UUID, list[Card]]()
    for one in queries.evergreens_of(session):
        found.setdefault(one.category_id, []).append(card(session, one, uses, zone))
    return found


def card(session: Session, one: Evergreen, uses: Mapping[UUID, Uses], zone: ZoneInfo) -> Card:
    used, now = uses.get(one.id, Uses()), session.now()
    last = max((at for times in used.times.values() for at in times), default=None)
    rested = last + timedelta(days=one.cool_down_days) if last else None
    return Card(
        one=one,
        standing=standing(one, used.count, now.astimezone(zone).date()),
        used=used.count,
        last=last,
        rests_until=rested if rested and rested > now else None,
    )


def weekly_times(session: Session) -> dict[UUID, list[Times]]:
    """The slots by category, those at the same time together."""
    channels = {it.id: it for it in session.scalars(sa.select(Channel))}
    found: dict[UUID, list[Times]] = {}

    def key(slot: WeeklySlot) -> tuple[UUID, int, int, str]:
        return slot.category_id, slot.weekday, slot.minute, slot.zone

    for (category, weekday, minute, zone), group in groupby(
        sorted(queries.slots_of(session), key=key), key=key
    ):
        slots = [(slot, channels[slot.channel_id]) for slot in group]
        times = Times(weekday=weekday, minute=minute, zone=zone, slots=slots)
        found.setdefault(category, []).append(times)
    return found

"""How much one person may hear unasked, over all networks together. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

from bot.engagement.closing.models import ASKS, What

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """At most so many messages on a day, and in any seven days in a row, by the shop's clock.
    ``digest_at``: when what was too much comes as one."""

    per_day: int = 3
    per_week: int = 10
    digest_at: time = time(18)


@dataclass(slots=True, kw_only=True)
class Heard:
    """What one person was told unasked: how often by day, on which days a digest was among it, and
    whether something is on its way to them right now."""

    days: Counter[date] = field(default_factory=Counter)
    digests: set[date] = field(default_factory=set)
    under_way: bool = False

    def add(self, day: date, *, digest: bool, under_way: bool) -> None:
        self.days[day] += 1
        if digest:
            self.digests.add(day)
        self.under_way |= under_way


class Turn(Enum):
    """Whose turn it is among what waits for a person."""

    NOBODY = auto()
    FIRST = auto()
    ALL_NEWS = auto()  # as one digest


def room(heard: Heard, caps: Caps, day: date) -> int:
    """How many more may be said on that day. Whatever seven days hold it are looked at together, so
    this may be one too few and is never one too many."""
    week = sum(times for one, times in heard.days.items() if abs(one - day) < _WEEK)
    return max(0, min(caps.per_day - heard.days[day], caps.per_week - week))


def in_order(waiting: Sequence[What]) -> list[int]:
    """Their numbers, questions first, the oldest first."""
    rank = list(What)
    return sorted(range(len(waiting)), key=lambda number: (rank.index(waiting[number]), number))


def turn(
    waiting: Sequence[What],
    heard: Heard,
    caps: Caps,
    day: date,
    *,
    digest_time: bool,
    wants_digest: bool,
) -> Turn:
    """Only one thing at a time is on its way: so nothing that is late can come on top of another
    day's. A digest is the last that a day brings, and there is at most one a day."""
    left = room(heard, caps, day)
    if heard.under_way or not left or not waiting:
        return Turn.NOBODY
    if any(what in ASKS for what in waiting):
        return Turn.FIRST
    if not wants_digest and len(waiting) <= left:
        return Turn.FIRST
    if digest_time and day not in heard.digests:
        return Turn.ALL_NEWS
    return Turn.NOBODY


def digest_time(now: datetime, zone: str, at: time) -> datetime:
    """When today's digests leave, or left, by the shop's clock."""
    local = now.astimezone(ZoneInfo(zone))
    return datetime.combine(local.date(), at, local.tzinfo)


def day_of(moment: datetime, zone: str) -> date:
    """The shop's day."""
    return moment.astimezone(ZoneInfo(zone)).date()

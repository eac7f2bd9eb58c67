"""The rule, what it plans, and how it is cut."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from heapq import heappop, heappush
from itertools import takewhile

from dateutil.rrule import rrulestr

from bot.errors import InvalidInput
from content_calendar.recurrence.zones import Slot, resolve

_DAY = timedelta(days=1)
_BEGINNING, _END = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
_STRIDES = {"DAILY": _DAY, "WEEKLY": 7 * _DAY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A series; ``start`` and ``exdates`` are naive wall times in ``zone``. See ``check``."""

    start: datetime
    zone: str
    rrule: str
    exdates: frozenset[datetime] = frozenset()


def occurrences(rule: Rule, *, after: datetime, until: datetime, limit: int = 1000) -> list[Slot]:
    """Return what happens in (after, until], both aware, ordered by instant and then wall time.

    Two wall times may share one instant (02:30 that moved to 03:30 beside 03:30 itself): both are
    kept, because each was planned and ``local`` tells them apart. Such a pair is never parted, so
    it may exceed ``limit``, and the last ``at`` is always a safe next ``after``.
    The rule must have passed ``check``.
    """
    after, until = max(after, _BEGINNING), min(until, _END)
    # No zone is a day or more away from UTC, so a day on both sides misses nothing.
    earliest, latest = _naive(after) - _DAY, _naive(until) + _DAY
    planned = (wall for wall in _walls(rule, earliest, latest) if wall not in rule.exdates)
    found: list[Slot] = []
    for slot in _by_instant(resolve(wall, rule.zone) for wall in planned):
        if slot.at > until or (len(found) >= max(limit, 1) and slot.at != found[-1].at):
            break
        if slot.at > after:
            found.append(slot)
    return found


def split(rule: Rule, at_local: datetime) -> tuple[Rule, Rule]:
    """Cut in two for "this and later": the first ends before ``at_local``, the second starts there.

    Together they have the occurrences of ``rule``. Raises InvalidInput where ``at_local`` isn't an
    occurrence, or is the very first (then change the whole series instead).
    """
    _must_occur(rule, at_local)
    *before, _ = _walls(rule, rule.start, at_local)
    if not before:
        raise InvalidInput("This is the first one of the series: change the whole series instead.")
    parts = read(rule.rrule)
    if "COUNT" in parts:
        old = parts | {"COUNT": f"{len(before)}"}
        new = parts | {"COUNT": f"{int(parts['COUNT']) - len(before)}"}
    else:
        # Whole days where that is enough: then another time of day wins or loses none, and a form
        # that shows only the day of the end keeps it.
        same_day = before[-1].date() == at_local.date()
        cut = at_local if same_day else datetime.combine(at_local.date(), time())
        old = parts | {"UNTIL": f"{cut - timedelta(seconds=1):%Y%m%dT%H%M%S}"}
        new = parts
    skipped = frozenset(wall for wall in rule.exdates if wall < at_local)
    return (
        replace(rule, rrule=write(old), exdates=skipped),
        replace(rule, start=at_local, rrule=write(new), exdates=rule.exdates - skipped),
    )


def without(rule: Rule, local: datetime) -> Rule:
    """Skip one; raises InvalidInput where nothing is planned at ``local``."""
    _must_occur(rule, local)
    return replace(rule, exdates=rule.exdates | {local})


def _must_occur(rule: Rule, local: datetime) -> None:
    if local not in _walls(rule, local, local):
        raise InvalidInput(f"Nothing of this series is planned at {local:%Y-%m-%d %H:%M}.")


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)


def _walls(rule: Rule, first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the rule's wall times in [first, last], skipped ones too, without replaying the past.

    Only COUNT needs the past. Months and years are few enough to walk through.
    """
    parts, start = read(rule.rrule), rule.start
    stride = _STRIDES.get(parts["FREQ"])
    if stride and "COUNT" not in parts and first > start:
        stride *= int(parts.get("INTERVAL", 1))
        start += (first - start) // stride * stride
    every = rrulestr(write(parts), dtstart=start)
    return takewhile(lambda wall: wall <= last, every.xafter(first, inc=True))


def _by_instant(slots: Iterable[Slot]) -> Iterator[Slot]:
    """Sort lazily: around a gap, instants may come in another order than their wall times."""
    waiting: list[tuple[datetime, datetime, Slot]] = []
    for slot in slots:
        # Every offset is less than a day, so nothing still to come can be before this.
        settled = slot.local.replace(tzinfo=UTC) - _DAY
        while waiting and waiting[0][0] <= settled:
            yield heappop(waiting)[-1]
        heappush(waiting, (slot.at, slot.local, slot))
    while waiting:
        yield heappop(waiting)[-1]


def read(text: str) -> dict[str, str]:
    """Read an RRULE, however odd: an unreadable piece becomes a name that ``check`` refuses."""
    pieces = text.strip().upper().removeprefix("RRULE:").rstrip(";").split(";")
    parts: dict[str, str] = {}
    for piece in filter(None, pieces):
        name, _, value = piece.partition("=")
        parts[piece if name in parts else name] = value
    if re.fullmatch(r"\d{8}", parts.get("UNTIL", "")):
        parts["UNTIL"] += "T235959"
    return parts


def write(parts: dict[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())

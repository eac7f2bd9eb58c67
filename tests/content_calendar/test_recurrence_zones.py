"""Every change of the clocks in every zone from 2000 to 2040, one by one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

from content_calendar.recurrence import Rule, Wall, occurrences, resolve, zone_info, zone_names

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC)
STEP = 9 * DAY  # no zone has changed its clocks twice within nine days since 2000


def distinct_zones() -> list[str]:
    """One name for each set of rules: the rest are aliases."""
    root = files("tzdata") / "zoneinfo"
    return sorted({(root / name).read_bytes(): name for name in sorted(zone_names())}.values())


def offset(at: datetime, zone: ZoneInfo) -> timedelta:
    """Ask from UTC, the direction in which nothing is ambiguous."""
    return at.astimezone(zone).replace(tzinfo=UTC) - at


def changes(zone: ZoneInfo) -> Iterator[tuple[datetime, timedelta, timedelta]]:
    """Yield each first second of a new offset, with the offsets before and from then."""
    low, before = FIRST, offset(FIRST, zone)
    while low < LAST:
        high, after = low + STEP, offset(low + STEP, zone)
        if after != before:
            while high - low > SECOND:
                middle = low + (high - low) // (2 * SECOND) * SECOND
                low, high = (middle, high) if offset(middle, zone) == before else (low, middle)
            yield high, before, after
        low, before = high, after


def fates(
    at: datetime, before: timedelta, after: timedelta
) -> Iterator[tuple[datetime, Wall, datetime]]:
    """Yield wall times around a change, with what must become of them."""
    old, new = (at + before).replace(tzinfo=None), (at + after).replace(tzinfo=None)
    kind = Wall.MOVED if after > before else Wall.EARLIER
    first, beyond = min(old, new), max(old, new)
    yield first - SECOND, Wall.EXACT, (first - SECOND).replace(tzinfo=UTC) - before
    yield beyond, Wall.EXACT, beyond.replace(tzinfo=UTC) - after
    for local in (first, beyond - SECOND, first + (beyond - first) / 2):
        yield local, kind, local.replace(tzinfo=UTC) - before


def nights(name: str, local: datetime) -> list[timedelta]:
    """Return the wall times of a daily series, as distances from ``local`` in its middle."""
    daily = Rule(start=local - 2 * DAY, zone=name, rrule="FREQ=DAILY;COUNT=5")
    noon = local.replace(tzinfo=UTC)
    slots = occurrences(daily, after=noon - 9 * DAY, until=noon + 9 * DAY)
    return [slot.local - local for slot in slots]


def test_every_change_of_every_clock_loses_and_doubles_nothing() -> None:
    seen = 0
    for name in distinct_zones():
        for at, before, after in changes(zone_info(name)):
            seen += 1
            for local, kind, instant in fates(at, before, after):
                slot = resolve(local, name)
                assert (slot.kind, slot.at) == (kind, instant), (name, local)
            assert nights(name, local) == [n * DAY for n in range(-2, 3)], (name, local)
    assert seen > 10_000

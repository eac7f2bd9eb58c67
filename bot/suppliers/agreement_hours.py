"""Working time: when an office is open, and sums of such time. Pure.

An office is open while the clocks of its zone show a time within its hours, on a day that is not
off. So the hour that comes twice in autumn counts twice, and the one skipped in spring not at all.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

# Minutes since midnight: from, until. 24 o'clock is 1440.
Span = tuple[int, int]
# An instant and a later one: what lies between counts, the later one itself not.
Stretch = tuple[datetime, datetime]

WHOLE_DAY: Span = (0, 1440)
# Nobody is given longer than this; the search for open time ends here.
LONGEST = timedelta(days=5 * 366)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When an office is open. ``week``: the spans of each weekday in order, Monday's first."""

    zone: str
    week: tuple[tuple[Span, ...], ...]
    off: Container[date] = frozenset()

    def open_from(self, start: datetime) -> Iterator[Stretch]:
        """Every stretch of open time from ``start`` on, in UTC, for as long as `LONGEST`."""
        day = start.astimezone(ZoneInfo(self.zone)).date()
        for _ in range(LONGEST.days):
            if day not in self.off:
                for begin, end in _stretches(self.zone, day, self.week[day.weekday()]):
                    if end > start:
                        yield max(begin, start), end
            day += _DAY

    def add(self, start: datetime, amount: timedelta, pauses: Sequence[Stretch] = ()) -> datetime:
        """When ``amount`` of open time has passed since ``start``; what lies in ``pauses`` (in
        order, apart from each other) doesn't count."""
        left = amount
        if left <= timedelta():
            return start
        for begin, end in _without(self.open_from(start), pauses):
            if end - begin >= left:
                return begin + left
            left -= end - begin
        return start + LONGEST

    def between(self, start: datetime, end: datetime, pauses: Sequence[Stretch] = ()) -> timedelta:
        """How much open time lies between two instants, as `add` counts it."""
        sum_ = timedelta()
        for begin, until in _without(self.open_from(start), pauses):
            if begin >= end:
                break
            sum_ += min(until, end) - begin
        return sum_

    def is_open(self, moment: datetime) -> bool:
        begin, _ = next(self.open_from(moment), (None, None))
        return begin == moment


def always(zone: str) -> Hours:
    """Around the clock, every day."""
    return Hours(zone=zone, week=((WHOLE_DAY,),) * 7)


def _without(stretches: Iterable[Stretch], pauses: Sequence[Stretch]) -> Iterator[Stretch]:
    for begin, end in stretches:
        at = begin
        for pause, resumed in pauses:
            if resumed > at and pause < end:
                if pause > at:
                    yield at, pause
                at = resumed
        if at < end:
            yield at, end


@lru_cache(maxsize=4_000)
def _stretches(zone: str, day: date, spans: tuple[Span, ...]) -> tuple[Stretch, ...]:
    """A day's open time in UTC: its spans, as each offset of that day reads them."""
    found = []
    for first, last, offset in _pieces(zone, day):
        midnight = datetime.combine(day, time(), UTC) - offset
        for begin, end in spans:
            at = max(first, midnight + timedelta(minutes=begin))
            until = min(last, midnight + timedelta(minutes=end))
            if at < until:
                found.append((at, until))
    return tuple(found)


def _pieces(zone: str, day: date) -> list[tuple[datetime, datetime, timedelta]]:
    """The day in its zone, cut where the clocks change: from, until and the offset from UTC."""
    where = ZoneInfo(zone)
    first, last = (
        datetime.combine(one, time(), where).astimezone(UTC) for one in (day, day + _DAY)
    )
    if first >= last:
        return []  # a day that was skipped whole, as on Samoa in 2011
    before, after = _offset(first, where), _offset(last - timedelta(seconds=1), where)
    if before == after:
        return [(first, last, before)]
    change = _change(first, last, where)
    return [(first, change, before), (change, last, after)]


def _change(first: datetime, last: datetime, where: ZoneInfo) -> datetime:
    """When the clocks change between two instants: to the second, as zones are written."""
    before, low, high = _offset(first, where), 0, int((last - first).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(first + timedelta(seconds=middle), where) == before:
            low = middle
        else:
            high = middle
    return first + timedelta(seconds=high)


def _offset(moment: datetime, where: ZoneInfo) -> timedelta:
    return moment.astimezone(where).utcoffset() or timedelta()

"""A month as the page draws it. Pure."""

from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names

from content_calendar.queries import Entry

MOST = 4
"""So many posts a day are shown; the rest is a number that leads to the day."""

GAP = 3
"""From so many days without a post on, they are marked."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    number: int
    said: str
    href: str
    posts: Sequence[Entry]
    more: int
    outside: bool
    today: bool
    gap: str
    add_href: str


def weeks_of(month: date) -> list[list[date]]:
    """The weeks that show the month, from Monday."""
    return Calendar().monthdatescalendar(month.year, month.month)


def by_day(entries: Iterable[Entry], zone: ZoneInfo) -> dict[date, list[Entry]]:
    days: dict[date, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.moment:
            days[entry.moment.astimezone(zone).date()].append(entry)
    return days


def month_table(
    month: date, entries: Iterable[Entry], now: datetime, zone: ZoneInfo, locale: str = "en"
) -> list[list[Day]]:
    days, today = by_day(entries, zone), now.astimezone(zone).date()
    weeks = weeks_of(month)
    gaps = _gaps([day for week in weeks for day in week if day >= today], days)
    return [[_day(day, month, days, today, gaps, locale) for day in week] for week in weeks]


def _day(
    day: date,
    month: date,
    days: Mapping[date, Sequence[Entry]],
    today: date,
    gaps: Mapping[date, str],
    locale: str,
) -> Day:
    posts = days.get(day, ())
    return Day(
        number=day.day,
        said=format_date(day, "EEEE d MMMM", locale=locale),
        href=f"/calendar?view=list&day={day}",
        posts=posts[:MOST],
        more=max(0, len(posts) - MOST),
        outside=day.month != month.month,
        today=day == today,
        gap=gaps.get(day, ""),
        add_href=f"/posts/new?date={day}" if day >= today else "",
    )


def _gaps(days: Sequence[date], posts: Mapping[date, Sequence[Entry]]) -> dict[date, str]:
    """Words for the days ahead on which nothing is said for long; the first says how long."""
    found: dict[date, str] = {}
    run: list[date] = []
    for day in [*days, None]:
        if day and not posts.get(day):
            run.append(day)
            continue
        if len(run) >= GAP:
            found |= dict.fromkeys(run, " ") | {run[0]: f"{len(run)} days without a post"}
        run = []
    return found


def weekdays(locale: str = "en") -> list[tuple[str, str]]:
    """Long and short names from Monday on."""
    long, short = get_day_names("wide", locale=locale), get_day_names("abbreviated", locale=locale)
    return [(long[day], short[day]) for day in range(7)]


def neighbour_months(month: date) -> tuple[date, date]:
    first = month.replace(day=1)
    return (first - _DAY).replace(day=1), (first + 31 * _DAY).replace(day=1)

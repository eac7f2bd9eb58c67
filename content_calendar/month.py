"""A month as the page draws it. Pure."""

from calendar import Calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from babel.dates import format_date, get_day_names

from bot.web.i18n import ngettext
from content_calendar import queries

MOST = 4
"""So many posts a day are shown; the rest is a number that leads to the day."""

LISTED = 8
"""The same in the list of a month."""

UNDATED = 9
"""So many posts without a date stand below a month; the list has them all."""

GAP = 3
"""From so many days without a post on, they are marked."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    date: date
    number: int
    said: str
    href: str
    posts: Sequence[queries.Entry]
    more: int
    outside: bool
    today: bool
    gap: str
    add_href: str
    holiday: str = ""


def weeks_of(month: date) -> list[list[date]]:
    """The weeks that show the month, from Monday."""
    return Calendar().monthdatescalendar(month.year, month.month)


def month_table(
    month: date,
    days: Mapping[date, queries.Day],
    today: date,
    *,
    asked: str = "",
    locale: str = "en",
    holidays: Mapping[date, str] | None = None,
) -> list[list[Day]]:
    """The weeks of the month with what is planned on their ``days``. ``asked``: what the address
    of a day has to carry on, such as "&zone=UTC"."""
    weeks = weeks_of(month)
    gaps = _gaps([day for week in weeks for day in week if day >= today], days)
    named = holidays or {}
    return [
        [
            replace(_day(day, month, days, today, gaps, asked, locale), holiday=named.get(day, ""))
            for day in week
        ]
        for week in weeks
    ]


def _day(
    day: date,
    month: date,
    days: Mapping[date, queries.Day],
    today: date,
    gaps: Mapping[date, str],
    asked: str,
    locale: str,
) -> Day:
    held = days.get(day, queries.Day())
    return Day(
        date=day,
        number=day.day,
        said=say_day(day, locale),
        href=f"/calendar?view=list&day={day}{asked}",
        posts=held.entries,
        more=held.more,
        outside=day.month != month.month,
        today=day == today,
        gap=gaps.get(day, ""),
        add_href=f"/posts/new?date={day}" if day >= today else "",
    )


def _gaps(days: Sequence[date], posts: Mapping[date, queries.Day]) -> dict[date, str]:
    """Words for the days ahead on which nothing is said for long; the first says how long."""
    found: dict[date, str] = {}
    run: list[date] = []
    for day in [*days, None]:
        if day and day not in posts:
            run.append(day)
            continue
        if len(run) >= GAP:
            found |= dict.fromkeys(run, " ") | {run[0]: _without_posts(len(run))}
        run = []
    return found


def _without_posts(days: int) -> str:
    return ngettext("%d day without a post", "%d days without a post", days) % days


def say_day(day: date, locale: str = "en") -> str:
    """ "Tuesday 3 March"."""
    return format_date(day, "EEEE d MMMM" if locale == "en" else "EEEE, d. MMMM", locale=locale)


def weekdays(locale: str = "en") -> list[tuple[str, str]]:
    """Long and short names from Monday on."""
    long, short = get_day_names("wide", locale=locale), get_day_names("abbreviated", locale=locale)
    return [(long[day], short[day]) for day in range(7)]


def neighbour_months(month: date) -> tuple[date, date]:
    first = month.replace(day=1)
    return (first - _DAY).replace(day=1), (first + 31 * _DAY).replace(day=1)

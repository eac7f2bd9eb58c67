"""A week as the page draws it, hour by hour. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_skeleton

from bot.web.words import spoken
from content_calendar import queries
from content_calendar.month import say_day

MOST = 4
"""So many posts of one hour are shown; the rest is a number that leads to the day."""

_WAKING = range(7, 22)  # hours that keep their height also when nothing is planned in them
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    date: date
    posts: Sequence[queries.Entry]
    more: int
    href: str
    today: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """``low``: an hour of the night in which nothing happens."""

    hour: int
    cells: Sequence[Hour]
    low: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    said: str
    short: str
    href: str
    today: bool


def days_of(day: date) -> list[date]:
    """The week of that day, from Monday."""
    monday = day - day.weekday() * _DAY
    return [monday + n * _DAY for n in range(7)]


def heads(days: Sequence[date], today: date, asked: str, locale: str) -> list[Head]:
    return [
        Head(
            said=say_day(day, locale),
            short=format_skeleton("Ed", day, locale=spoken(locale)),
            href=_day_href(day, asked),
            today=day == today,
        )
        for day in days
    ]


def rows(
    days: Sequence[date],
    hours: Mapping[tuple[date, int], queries.Day],
    today: date,
    asked: str = "",
) -> list[Row]:
    """All 24 hours, each with its seven days. ``asked``: see `month.month_table`."""
    found = []
    for hour in range(24):
        held = [(day, hours.get((day, hour), queries.Day())) for day in days]
        cells = [
            Hour(
                date=day,
                posts=it.entries,
                more=it.more,
                href=_day_href(day, asked),
                today=day == today,
            )
            for day, it in held
        ]
        is_low = hour not in _WAKING and not any(it.total for _day, it in held)
        found.append(Row(hour=hour, cells=cells, low=is_low))
    return found


def _day_href(day: date, asked: str) -> str:
    return f"/calendar?view=list&day={day}{asked}"

"""A rule in plain English."""

from calendar import day_name, month_name
from collections.abc import Iterable
from datetime import datetime
from itertools import product

from content_calendar.recurrence.rules import Rule, read

_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_DAYS = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), day_name, strict=True))
_WORKWEEK = {"MO", "TU", "WE", "TH", "FR"}


def describe(rule: Rule) -> str:
    """Say the rule in plain English: ``every Tuesday at 09:30 (Europe/Berlin)``.

    The rule must have passed ``check``.
    """
    parts = read(rule.rrule)
    text = f"{_every(parts, rule.start)} at {_clock(parts, rule.start)} ({rule.zone})"
    if "COUNT" in parts:
        text += f", {_counted(int(parts['COUNT']), 'time')}"
    if "UNTIL" in parts:
        end = datetime.fromisoformat(parts["UNTIL"])
        text += f", until {end.day} {month_name[end.month]} {end.year}"
    if rule.exdates:
        text += f", except {_counted(len(rule.exdates), 'date')}"
    return text


def _every(parts: dict[str, str], start: datetime) -> str:
    unit, step = _UNITS[parts["FREQ"]], int(parts.get("INTERVAL", "1"))
    days = _days(parts, start)
    by_weekday = "BYDAY" in parts and "BYMONTHDAY" not in parts
    if step == 1 and (unit == "week" or (unit == "day" and by_weekday)):
        words = f"every {days}"
    else:
        words = f"every {unit}" if step == 1 else f"every {step} {unit}s"
        words += f" on {'each ' if days == 'weekday' else ''}{days}" if days else ""
    words += _within(parts, start, "of" if unit == "year" and days else "in")
    if "BYSETPOS" in parts:
        words += f", only the {_listed(map(_ordinal, _numbers(parts['BYSETPOS'])))} of these"
    return words


def _days(parts: dict[str, str], start: datetime) -> str:
    """Name the days; what a rule leaves out comes from its start, as in RFC 5545."""
    kinds = []
    if "BYMONTHDAY" in parts:
        kinds.append(_listed(f"the {_day(n)}" for n in _numbers(parts["BYMONTHDAY"])))
    if "BYYEARDAY" in parts:
        kinds.append(_listed(f"the {_day(n)}" for n in _numbers(parts["BYYEARDAY"])))
    if "BYDAY" in parts:
        kinds.append(_weekdays(parts["BYDAY"].split(",")))
    if kinds:
        return ", if that is also ".join(kinds)
    if parts["FREQ"] == "WEEKLY":
        return day_name[start.weekday()]
    return "" if parts["FREQ"] == "DAILY" else f"the {_day(start.day)}"


def _weekdays(days: list[str]) -> str:
    if set(days) == _WORKWEEK:
        return "weekday"
    return _listed(
        f"the {_ordinal(int(day[:-2]))} {_DAYS[day[-2:]]}" if day[:-2] else _DAYS[day]
        for day in days
    )


def _within(parts: dict[str, str], start: datetime, word: str) -> str:
    if "BYWEEKNO" in parts:
        return f" in week {_listed(map(str, _numbers(parts['BYWEEKNO'])))}"
    if "BYMONTH" in parts:
        return f" {word} {_listed(month_name[month] for month in _numbers(parts['BYMONTH']))}"
    if parts["FREQ"] != "YEARLY":
        return ""
    if "BYMONTHDAY" in parts:
        return " of every month"
    chosen = "BYYEARDAY" in parts or "BYDAY" in parts
    return " of the year" if chosen else f" of {month_name[start.month]}"


def _clock(parts: dict[str, str], start: datetime) -> str:
    names = {"BYHOUR": start.hour, "BYMINUTE": start.minute, "BYSECOND": start.second}
    times = [_numbers(parts.get(name, str(usual))) for name, usual in names.items()]
    return _listed(
        f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")
        for hour, minute, second in product(*times)
    )


def _numbers(value: str) -> list[int]:
    return sorted({int(number) for number in value.split(",")}, key=lambda n: (n < 0, n))


def _day(number: int) -> str:
    return (
        "last day"
        if number == -1
        else f"{_ordinal(number)} day"
        if number < 0
        else _ordinal(number)
    )


def _ordinal(number: int) -> str:
    if number < 0:
        return "last" if number == -1 else f"{_ordinal(-number)} to last"
    teens = number % 100 in {11, 12, 13}
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _listed(words: Iterable[str]) -> str:
    *head, last = words
    return f"{', '.join(head)} and {last}" if head else last

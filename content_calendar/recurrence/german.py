"""A rule in plain German."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import product

from babel.dates import get_day_names, get_month_names

from content_calendar.recurrence.rules import Rule, read

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NAMES: Mapping[int, str] = get_day_names(locale="de")
_MONTHS: Mapping[int, str] = get_month_names(locale="de")
_UNITS = {
    "DAILY": ("jeden Tag", "Tage"),
    "WEEKLY": ("jede Woche", "Wochen"),
    "MONTHLY": ("jeden Monat", "Monate"),
    "YEARLY": ("jedes Jahr", "Jahre"),
}
_FROM_THE_END = {-1: "letzten", -2: "vorletzten", -3: "drittletzten"}


def describe_german(rule: Rule) -> str:
    """ "jeden Dienstag um 09:30 (Europe/Berlin)". The rule must have passed ``check``."""
    parts = read(rule.rrule)
    text = f"{_every(parts, rule.start)} um {_clock(parts, rule.start)} ({rule.zone})"
    if "COUNT" in parts:
        text += f", {parts['COUNT']}-mal"
    if "UNTIL" in parts:
        end = datetime.fromisoformat(parts["UNTIL"])
        text += f", bis {end.day}. {_MONTHS[end.month]} {end.year}"
    if rule.exdates:
        one = len(rule.exdates) == 1
        text += f", außer an {len(rule.exdates)} {'Termin' if one else 'Terminen'}"
    return text


def _every(parts: dict[str, str], start: datetime) -> str:
    frequency, step = parts["FREQ"], int(parts.get("INTERVAL", "1"))
    days = _days(parts, start)
    one, many = _UNITS[frequency]
    if step == 1 and days and frequency in {"WEEKLY", "DAILY"}:
        words = "jeden " + days
    else:
        words = one if step == 1 else f"alle {step} {many}"
        words += f" am {days}" if days else ""
    words += _within(parts, start)
    if "BYSETPOS" in parts:
        words += f", nur am {_listed(map(_ordinal, _numbers(parts['BYSETPOS'])))} davon"
    return words


def _days(parts: dict[str, str], start: datetime) -> str:
    """The days; what a rule leaves out comes from its start, as in RFC 5545."""
    kinds = []
    for name in ("BYMONTHDAY", "BYYEARDAY"):
        if name in parts:
            kinds.append(_listed(map(_day, _numbers(parts[name]))))
            kinds[-1] += " Tag des Jahres" if name == "BYYEARDAY" else ""
    if "BYDAY" in parts:
        kinds.append(_weekdays(parts["BYDAY"].split(",")))
    if kinds:
        return ", wenn das auch ist: ".join(kinds)
    if parts["FREQ"] == "WEEKLY":
        return _NAMES[start.weekday()]
    return "" if parts["FREQ"] == "DAILY" else f"{start.day}."


def _weekdays(days: list[str]) -> str:
    is_workweek = set(days) == set(_DAYS[:5])
    return "Tag von Montag bis Freitag" if is_workweek else _listed(map(_weekday, days))


def _weekday(day: str) -> str:
    name = _NAMES[_DAYS.index(day[-2:])]
    return f"{_ordinal(int(day[:-2]))} {name}" if day[:-2] else name


def _within(parts: dict[str, str], start: datetime) -> str:
    if "BYWEEKNO" in parts:
        return f" in Woche {_listed(map(str, _numbers(parts['BYWEEKNO'])))}"
    if "BYMONTH" in parts:
        return f" im {_listed(_MONTHS[month] for month in _numbers(parts['BYMONTH']))}"
    if parts["FREQ"] != "YEARLY" or "BYYEARDAY" in parts or "BYDAY" in parts:
        return ""
    return " jedes Monats" if "BYMONTHDAY" in parts else f" {_MONTHS[start.month]}"


def _clock(parts: dict[str, str], start: datetime) -> str:
    names = {"BYHOUR": start.hour, "BYMINUTE": start.minute}
    times = [_numbers(parts.get(name, str(usual))) for name, usual in names.items()]
    return _listed(f"{hour:02}:{minute:02}" for hour, minute in product(*times))


def _numbers(value: str) -> list[int]:
    return sorted({int(number) for number in value.split(",")}, key=lambda n: (n < 0, n))


def _day(number: int) -> str:
    return _ordinal(number) + (" Tag" if number < 0 else "")


def _ordinal(number: int) -> str:
    return f"{number}." if number > 0 else _FROM_THE_END.get(number, f"{-number}.-letzten")


def _listed(words: Iterable[str]) -> str:
    *head, last = words
    return f"{', '.join(head)} und {last}" if head else last

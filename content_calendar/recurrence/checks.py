"""Everything that can be wrong with a rule, said before it is stored."""

import re
from collections.abc import Container, Iterator
from datetime import datetime, timedelta

from dateutil.rrule import rrulestr

from bot.errors import InvalidInput
from content_calendar.recurrence.rules import Rule, read, write
from content_calendar.recurrence.zones import zone_info

MAX_COUNT = 5_000
MAX_INTERVAL = 1_000
MAX_TIMES_A_DAY = 24
YEARS = range(1970, 2201)

_FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_WEEKDAYS = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
_CLOCK = {"BYHOUR": range(24), "BYMINUTE": range(60), "BYSECOND": range(60)}
# RFC 5545, section 3.3.10: the numbers a part may hold, and the frequencies it may not go with.
_NUMBERS = {
    "BYMONTH": range(1, 13),
    "BYMONTHDAY": {*range(-31, 32)} - {0},
    "BYYEARDAY": {*range(-366, 367)} - {0},
    "BYWEEKNO": {*range(-53, 54)} - {0},
    "BYSETPOS": {*range(-366, 367)} - {0},
    **_CLOCK,
}
_LIMITS = {"INTERVAL": MAX_INTERVAL, "COUNT": MAX_COUNT}
_NOT_WITH = {
    "BYMONTHDAY": {"WEEKLY"},
    "BYYEARDAY": {"DAILY", "WEEKLY", "MONTHLY"},
    "BYWEEKNO": {"DAILY", "WEEKLY", "MONTHLY"},
}


def check(rule: Rule) -> None:
    """Raise InvalidInput with everything that is wrong with the rule, in plain words."""
    parts = read(rule.rrule)
    problems = [
        *_time_problems(rule),
        *_frequency_problems(parts),
        *_number_problems(parts),
        *_day_problems(parts),
        *_end_problems(parts),
    ]
    if problems := problems or list(_emptiness(rule.start, parts)):
        raise InvalidInput(*problems)


def _time_problems(rule: Rule) -> Iterator[str]:
    try:
        zone_info(rule.zone)
    except InvalidInput as unknown:
        yield from unknown.problems
    if any(time.tzinfo for time in (rule.start, *rule.exdates)):
        yield "Give the start and the skipped dates in local time, without a zone or offset."
    if rule.start.microsecond or rule.start.year not in YEARS:
        yield f"The start must be a whole second between {YEARS[0]} and {YEARS[-1]}."


def _frequency_problems(parts: dict[str, str]) -> Iterator[str]:
    frequency = parts.get("FREQ", "")
    if frequency in {"HOURLY", "MINUTELY", "SECONDLY"}:
        yield f"{frequency} is too often: choose DAILY, WEEKLY, MONTHLY or YEARLY."
    elif frequency not in _FREQUENCIES:
        yield "The rule needs FREQ=DAILY, WEEKLY, MONTHLY or YEARLY."
    known = {"FREQ", "UNTIL", "WKST", "BYDAY", *_NUMBERS, *_LIMITS}
    for name in sorted(parts.keys() - known):
        yield f"“{name[:60]}” can't be read here: write a rule like FREQ=WEEKLY;BYDAY=TU."
    for name, frequencies in _NOT_WITH.items():
        if name in parts and frequency in frequencies:
            yield f"{name} does not go together with FREQ={frequency}."


def _number_problems(parts: dict[str, str]) -> Iterator[str]:
    for name, allowed in _NUMBERS.items():
        if name in parts and not _all_in(parts[name], allowed):
            yield f"{name} takes numbers from {min(allowed)} to {max(allowed)}, split by commas."
    for name, most in _LIMITS.items():
        if name in parts and not _all_in(parts[name], range(1, most + 1), commas=False):
            yield f"{name} takes one number from 1 to {most}."
    times = 1
    for name in _CLOCK.keys() & parts.keys():
        times *= len(set(parts[name].split(",")))
    if times > MAX_TIMES_A_DAY:
        yield f"{times} times a day is too often: at most {MAX_TIMES_A_DAY}."


def _all_in(value: str, allowed: Container[int], *, commas: bool = True) -> bool:
    numbers = value.split(",") if commas else [value]
    return all(
        re.fullmatch(r"[+-]?[0-9]{1,5}", number) and int(number) in allowed for number in numbers
    )


def _day_problems(parts: dict[str, str]) -> Iterator[str]:
    days = parts.get("BYDAY", "MO").split(",")
    matches = [re.fullmatch(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)", day) for day in days]
    if not all(matches) or parts.get("WKST", "MO") not in _WEEKDAYS:
        yield "Weekdays are written MO, TU, WE, TH, FR, SA, SU, split by commas."
    numbered = [int(match[1]) for match in matches if match and match[1]]
    most = 53 if parts.get("FREQ") == "YEARLY" and "BYMONTH" not in parts else 5
    if any(not 1 <= abs(number) <= most for number in numbered):
        yield f"The number before a weekday goes from 1 to {most}, or from -1 to -{most}."
    if numbered and (parts.get("FREQ") in {"DAILY", "WEEKLY"} or "BYWEEKNO" in parts):
        yield "Weekdays can be counted (2TU) within months and years only."
    if "BYWEEKNO" in parts and "BYDAY" not in parts:
        yield "BYWEEKNO needs BYDAY: say which day of that week."
    if "BYSETPOS" in parts and not any(
        name.startswith("BY") for name in parts.keys() - {"BYSETPOS"}
    ):
        yield "BYSETPOS chooses among days: add BYDAY or another BY part."


def _end_problems(parts: dict[str, str]) -> Iterator[str]:
    end = parts.get("UNTIL")
    if end is None:
        return
    if "COUNT" in parts:
        yield "Use COUNT or UNTIL, not both."
    if end.endswith("Z"):
        yield "UNTIL is local time in the series' own zone: write it without the Z."
    elif not _is_time(end):
        yield "UNTIL is a date or local time: 20261231 or 20261231T093000."


def _is_time(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"[0-9]{8}T[0-9]{6}", text)) and bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def _emptiness(start: datetime, parts: dict[str, str]) -> Iterator[str]:
    # dateutil looks for a first occurrence until the year 9999, ten times as long as we wait.
    # The calendar repeats every 400 years, so it may look from a year near its end.
    cycles = timedelta(days=146_097) * 19
    endless = {name: value for name, value in parts.items() if name not in {"UNTIL", "COUNT"}}
    first = next(iter(rrulestr(write(endless), dtstart=start + cycles)), None)
    if first is None:
        yield "This rule never happens: no date meets all its parts."
    elif "UNTIL" in parts and first - cycles > datetime.fromisoformat(parts["UNTIL"]):
        yield f"UNTIL is before the first date, {first - cycles:%Y-%m-%d %H:%M}."

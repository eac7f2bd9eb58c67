"""The few ways to repeat that the form offers, as rules and back. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Every(StrEnum):
    NONE = "none"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"  # the same day of the month; the last one where it is shorter
    MONTH_WEEKDAY = "month_weekday"  # the second Tuesday, the last Friday
    OTHER = "other"  # a rule that the form can't show: kept as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """``days`` as in `DAYS`, for weeks only; ``until`` is the last day, None without an end."""

    every: Every = Every.NONE
    days: tuple[str, ...] = ()
    until: date | None = None


def to_rrule(repeat: Repeat, first: date, other: str = "") -> str:
    """The rule for what was chosen, empty for none; ``other`` is the rule to keep."""
    end = f";UNTIL={repeat.until:%Y%m%d}T235959" if repeat.until else ""
    match repeat.every:
        case Every.NONE:
            return ""
        case Every.OTHER:
            return other
        case Every.DAY:
            return f"FREQ=DAILY{end}"
        case Every.WEEK:
            days = [day for day in DAYS if day in repeat.days] or [DAYS[first.weekday()]]
            return f"FREQ=WEEKLY;BYDAY={','.join(days)}{end}"
        case Every.MONTH:
            return f"FREQ=MONTHLY;{_day_of_month(first.day)}{end}"
        case Every.MONTH_WEEKDAY:
            nth = (first.day - 1) // 7 + 1
            return f"FREQ=MONTHLY;BYDAY={nth if nth < 5 else -1}{DAYS[first.weekday()]}{end}"


def _day_of_month(day: int) -> str:
    if day <= 28:
        return f"BYMONTHDAY={day}"
    return f"BYMONTHDAY={','.join(str(each) for each in range(28, day + 1))};BYSETPOS=-1"


def from_rrule(rrule: str, first: date) -> Repeat:
    """What the form would have to show for it to write this rule."""
    if not rrule:
        return Repeat()
    parts = dict(part.partition("=")[::2] for part in rrule.split(";"))
    shown = _guess(parts)
    same = to_rrule(shown, first).split(";UNTIL")[0] == rrule.split(";UNTIL")[0]
    return shown if same else Repeat(every=Every.OTHER)


def _guess(parts: dict[str, str]) -> Repeat:
    end = parts.get("UNTIL", "")[:8]
    until = date.fromisoformat(end) if len(end) == 8 else None
    days: Sequence[str] = parts.get("BYDAY", "").split(",")
    every = {"DAILY": Every.DAY, "WEEKLY": Every.WEEK, "MONTHLY": Every.MONTH}.get(
        parts.get("FREQ", ""), Every.OTHER
    )
    if every is Every.MONTH and "BYDAY" in parts:
        every = Every.MONTH_WEEKDAY
    return Repeat(every=every, days=tuple(days) if every is Every.WEEK else (), until=until)

"""A whole series, moved to another day or time of day. Pure."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.errors import InvalidInput
from content_calendar.recurrence.rules import Rule, occurrences, read, write
from content_calendar.recurrence.zones import resolve

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_CLOCK = {"BYHOUR", "BYMINUTE", "BYSECOND"}
_OTHER_DAY = "This rhythm can't be moved to another day as a whole. Open the post, change its rule."
_OTHER_TIME = "This series has times of day of its own. Open the post, change its rule."


def shifted(rule: Rule, on: datetime, to: datetime) -> Rule:
    """The rule under which what was planned for wall time ``on`` comes at ``to``, and so on.

    Weekdays turn with it; a day of the month, or a counted weekday ("the second Tuesday"), becomes
    that of ``to``. Raises `InvalidInput` for a rhythm that no rule says after such a move.
    """
    parts = read(rule.rrule)
    if on.time() != to.time() and _CLOCK & parts.keys():
        raise InvalidInput(_OTHER_TIME)
    days = (to.date() - on.date()).days
    rrule, by = _other_day(parts, days, to) if days else rule.rrule, to - on
    if days and parts["FREQ"] == "MONTHLY":
        return _by_month(rule, rrule, on, to)
    skipped = frozenset(each + by for each in rule.exdates)
    return replace(rule, start=rule.start + by, rrule=rrule, exdates=skipped)


def _other_day(parts: dict[str, str], days: int, to: datetime) -> str:
    by = {name for name in parts if name.startswith("BY")} - _CLOCK
    if parts["FREQ"] in {"DAILY", "WEEKLY"} and by <= {"BYDAY"}:
        turned = {"BYDAY": _turned(parts["BYDAY"], days)} if by else {}
        if parts["FREQ"] == "WEEKLY" and parts.get("INTERVAL", "1") != "1":
            # Which days make one week decides which weeks are left out.
            turned["WKST"] = _turned(parts.get("WKST", "MO"), days)
        return write(parts | turned)
    if parts["FREQ"] == "MONTHLY" and by == {"BYDAY"} and _is_counted_once(parts["BYDAY"]):
        nth = (to.day - 1) // 7 + 1
        return write(parts | {"BYDAY": f"{nth if nth < 5 else -1}{_DAYS[to.weekday()]}"})
    if parts["FREQ"] == "MONTHLY" and by <= {"BYMONTHDAY", "BYSETPOS"} and to.day <= 28:
        kept = {name: value for name, value in parts.items() if name != "BYSETPOS"}
        return write(kept | {"BYMONTHDAY": f"{to.day}"})
    raise InvalidInput(_OTHER_DAY)


def _turned(weekdays: str, days: int) -> str:
    turned = {(_DAYS.index(day) + days) % 7 for day in weekdays.split(",")}
    return ",".join(_DAYS[each] for each in sorted(turned))


def _is_counted_once(weekdays: str) -> bool:
    return "," not in weekdays and weekdays not in _DAYS


def _by_month(rule: Rule, rrule: str, on: datetime, to: datetime) -> Rule:
    """Each in the month that it was in, or as many months later as ``to`` is.

    What was skipped is skipped for its whole month, whichever day that is now.
    """
    later = (to.year - on.year) * 12 + to.month - on.month

    def first_of_month(wall: datetime) -> datetime:
        years, month = divmod(wall.month - 1 + later, 12)
        return datetime.combine(date(wall.year + years, month + 1, 1), to.time())

    moved = replace(rule, start=first_of_month(rule.start), rrule=rrule, exdates=frozenset())
    skipped: set[datetime] = set()
    for each in rule.exdates:
        first = first_of_month(each)
        after = resolve(first, rule.zone).at - timedelta(seconds=1)
        planned = occurrences(moved, after=after, until=after + timedelta(days=31))
        skipped |= {slot.local for slot in planned if slot.local.month == first.month}
    return replace(moved, exdates=frozenset(skipped))

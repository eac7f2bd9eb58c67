"""Events of another calendar (iCalendar, RFC 5545) as drafts; what recurs stays a series. Pure.

An event without a time of day is planned for nine in the morning. Its wall time and zone are kept;
a zone that nobody knows is translated into the shop's.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

from bot.errors import InvalidInput
from content_calendar.draft import Draft
from content_calendar.exchange.rows import Entry, Known, problems_of
from content_calendar.models import Stage
from content_calendar.recurrence import zone_info

SOURCE = "ics"
MOST_EVENTS = 5_000
LARGEST = 10_000_000  # bytes
_MORNING = time(9)
_BROKEN = "This is no calendar that can be read. Export it once more, as iCalendar (.ics)."


def entries(data: bytes, known: Known) -> Iterator[Entry]:
    """A draft for each event. Raises `InvalidInput` for what is no calendar."""
    if len(data) > LARGEST or data.count(b"BEGIN:VEVENT") > MOST_EVENTS:
        raise InvalidInput(
            f"The calendar is too large: at most {MOST_EVENTS:,} events in "
            f"{LARGEST // 1_000_000} MB fit. Export a shorter time."
        )
    found = list(enumerate(_events(data), 1))
    moved = _moved(event for _, event in found)
    for number, event in found:
        if str(event.get("STATUS", "")).upper() != "CANCELLED":
            yield _entry(number, event, moved.get(_uid(event), set()), known)


def _events(data: bytes) -> list[Any]:
    try:
        calendars = Calendar.from_ical(data.decode("utf-8-sig", "replace"), multiple=True)
        return [each for calendar in calendars for each in calendar.walk("VEVENT")]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise InvalidInput(_BROKEN) from None


def _uid(event: Any) -> str:
    return str(event.get("UID", "")) or hashlib.sha256(event.to_ical()).hexdigest()


def _moved(events: Iterable[Any]) -> dict[str, set[Any]]:
    """By series, which of its dates have events of their own, or are called off."""
    found: dict[str, set[Any]] = defaultdict(set)
    for event in events:
        if (which := event.get("RECURRENCE-ID")) is not None and hasattr(which, "dt"):
            found[_uid(event)].add(which.dt)
    return found


def _entry(number: int, event: Any, moved: set[Any], known: Known) -> Entry:
    title = " ".join(str(event.get("SUMMARY", "")).split())[:200]
    name = f"Event {number} (“{title[:60]}”)" if title else f"Event {number}"
    which = event.get("RECURRENCE-ID")
    key = hashlib.sha256(
        f"{_uid(event)}\0{which.to_ical().decode() if which is not None else ''}".encode()
    ).hexdigest()
    try:
        draft = _draft(event, title, set() if which is not None else moved, known)
    except (InvalidInput, ValueError, KeyError, TypeError, AttributeError) as wrong:
        said = str(wrong) if isinstance(wrong, InvalidInput) else "It can't be read."
        return Entry(row=number, problems=(f"{name}: {said}",), key=key)
    problems = (f"{name}: {said}" for _, said in problems_of(draft, Stage.DRAFT, known))
    return Entry(row=number, draft=draft, problems=tuple(problems), key=key)


def _draft(event: Any, title: str, moved: set[Any], known: Known) -> Draft:
    if not hasattr(event.get("DTSTART"), "dt"):
        raise InvalidInput("It doesn't say when it begins.")
    begins = event["DTSTART"].dt
    rule = event.get("RRULE")
    if isinstance(rule, list) or event.get("RDATE") is not None:
        raise InvalidInput("It comes again by more than one rule. Split it into several events.")
    zone = _zone(begins, known, recurs=rule is not None)
    skipped = {*moved, *_excepted(event)} if rule else set()
    return Draft(
        title=title,
        text=_text(event),
        local=_wall(begins, zone),
        zone=zone,
        rrule=_rrule(rule, zone) if rule else "",
        exdates=frozenset(_wall(each, zone) for each in skipped),
    )


def _text(event: Any) -> str:
    text = str(event.get("DESCRIPTION", "")).strip() or str(event.get("SUMMARY", "")).strip()
    link = str(event.get("URL", "")).strip()
    return text[:20_000] if not link or link in text else f"{text[:18_000]}\n\n{link[:2_000]}"


def _zone(begins: date, known: Known, *, recurs: bool) -> str:
    """A moment in UTC is said in the shop's time; a series keeps the zone in which it recurs."""
    zone = getattr(begins, "tzinfo", None)
    name = getattr(zone, "key", None) or (str(zone) if zone is not None else "")
    if not name or (name == "UTC" and not recurs):
        return known.zone
    try:
        zone_info(name)
    except InvalidInput:
        return known.zone
    return name


def _wall(moment: date, zone: str) -> datetime:
    if not isinstance(moment, datetime):
        return datetime.combine(moment, _MORNING)
    if moment.tzinfo is not None:
        moment = moment.astimezone(ZoneInfo(zone))
    return moment.replace(tzinfo=None, microsecond=0, fold=0)


def _excepted(event: Any) -> Iterator[date]:
    found = event.get("EXDATE", [])
    for several in found if isinstance(found, list) else [found]:
        yield from (each.dt for each in several.dts)


def _rrule(rule: Any, zone: str) -> str:
    """With ``UNTIL`` as wall time, as our rules have it."""
    parts = dict(rule)
    until = parts.pop("UNTIL", None)
    kept: str = type(rule)(parts).to_ical().decode()
    if until is None:
        return kept
    last = until[0] if isinstance(until, list) else until
    is_moment = isinstance(last, datetime)
    ends = f"{_wall(last, zone):%Y%m%dT%H%M%S}" if is_moment else f"{last:%Y%m%d}"
    return f"{kept};UNTIL={ends}"

"""The calendar as other calendars read it: https://www.rfc-editor.org/rfc/rfc5545."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from bot.clock import moment_of
from bot.db import Session
from content_calendar.queries import Entry, by_day

_AT_ONCE = timedelta(days=30)
_BACK, _AHEAD = timedelta(days=60), timedelta(days=365)
# What has no place in a text of a calendar: all control characters but line breaks and tabs.
_UNSAYABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURE = frozenset({"scheduled", "publishing", "published", "needs_look"})
_MARKS = {"needs_look": "⚠ ", "published": "✓ "}


def entries(session: Session, zone: ZoneInfo, *, drafts: bool) -> list[Entry]:
    """What is shown: two months back, a year ahead."""
    today = session.now().astimezone(zone).date()
    first, last = today - _BACK, today + _AHEAD
    found: list[Entry] = []
    while first <= last:  # a database takes only so many times in one question
        until = min(first + _AT_ONCE, last)
        days = by_day(session, first, until, zone)
        found += (entry for day in days.values() for entry in day.entries if _wanted(entry, drafts))
        first = until + timedelta(days=1)
    return found


def _wanted(entry: Entry, drafts: bool) -> bool:
    return entry.moment is not None and (entry.state in _SURE or (drafts and _is_draft(entry)))


def _is_draft(entry: Entry) -> bool:
    return entry.state not in _SURE and entry.state != "cancelled"


def tag(shown: Iterable[Entry], name: str) -> str:
    """An ETag: the same as long as the calendar would be."""
    digest = hashlib.sha256(name.encode())
    for entry in shown:
        digest.update(repr(entry).encode("utf-8", "surrogatepass"))
    return f'"{digest.hexdigest()[:32]}"'


def calendar(shown: Iterable[Entry], name: str, public_url: str) -> bytes:
    found = Calendar()
    found.add("prodid", "-//Hubbub//Calendar//EN")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", _clean(name))
    found.add("x-published-ttl", "PT15M")
    for event in _events(shown, public_url):
        found.add_component(event)
    body: bytes = found.to_ical()
    return body


def _events(shown: Iterable[Entry], public_url: str) -> Iterator[Event]:
    for entry in shown:
        assert entry.moment is not None
        event = Event()
        at = entry.moment.astimezone(UTC)
        event.add("uid", f"{entry.post_id.hex}-{at:%Y%m%dT%H%M%SZ}@hubbub")
        event.add("dtstamp", moment_of(entry.post_id).replace(microsecond=0))
        event.add("dtstart", at)
        event.add("summary", _MARKS.get(entry.state, "") + _clean(entry.title))
        event.add("description", _clean("\n\n".join(filter(None, (entry.text, entry.reason)))))
        event.add("status", "CONFIRMED" if entry.state in _SURE else "TENTATIVE")
        event.add("transp", "TRANSPARENT")  # nobody is busy because a post goes out
        event.add("url", public_url + entry.href)
        if entry.channels:
            event.add("location", _clean(", ".join(each.name for each in entry.channels)))
        if entry.campaign:
            event.add("categories", [_clean(entry.campaign)])
        yield event


def _clean(text: str) -> str:
    return _UNSAYABLE.sub("", text)

"""Events of other calendars become drafts; what recurs stays a series, at its own wall time."""

from datetime import datetime
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events  # type: ignore[import-untyped]  # ships no types
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.errors import InvalidInput
from content_calendar import service
from content_calendar.draft import Draft
from content_calendar.exchange import events
from content_calendar.exchange.looking import known
from content_calendar.exchange.models import Kind, Step
from content_calendar.exchange.rows import Entry, Known
from content_calendar.models import Post, Series, Stage
from content_calendar.recurrence import occurrences
from tests import rooms
from tests.content_calendar.calendars import LIMITS, wall
from tests.content_calendar.test_files import Files, counts

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

KNOWN = Known(
    channels={}, products={}, limits=LIMITS, zone="Europe/Berlin", now=rooms.START, approves=True
)


def ics(*components: str) -> bytes:
    body = "\r\n".join(f"BEGIN:VEVENT\r\n{each}\r\nEND:VEVENT" for each in components)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}\r\nEND:VCALENDAR\r\n".encode()


def only(*lines: str) -> Entry:
    (entry,) = events.entries(ics("\r\n".join(("UID:1", "SUMMARY:Lids", *lines))), KNOWN)
    return entry


def when(draft: Draft) -> tuple[datetime | None, str]:
    return draft.local, draft.zone


@pytest.mark.parametrize(
    ("line", "local", "zone"),
    [
        ("DTSTART:20260303T133000Z", "2026-03-03T14:30", "Europe/Berlin"),  # in the shop's time
        ("DTSTART:20260303T143000", "2026-03-03T14:30", "Europe/Berlin"),  # wherever one is
        ("DTSTART;TZID=Asia/Tokyo:20260303T143000", "2026-03-03T14:30", "Asia/Tokyo"),
        ("DTSTART;VALUE=DATE:20260303", "2026-03-03T09:00", "Europe/Berlin"),  # all day
        ("DTSTART;TZID=Nowhere/Land:20260303T143000", "2026-03-03T14:30", "Europe/Berlin"),
    ],
)
def test_a_time_is_kept_as_the_clock_shows_it(line: str, local: str, zone: str) -> None:
    entry = only(line)
    assert entry.problems == () and entry.stage is Stage.DRAFT
    assert when(entry.draft) == (wall(local), zone)


def test_words_and_link_are_taken_over_as_they_are() -> None:
    nasty = "Hm\\, \\; 👩‍👩‍👧‍👦 \u202eabc\\n<b>@all</b>"
    entry = only("DTSTART:20260303T133000Z", f"DESCRIPTION:{nasty}", "URL:https://shop.example/a")
    assert entry.draft.text == "Hm, ; 👩‍👩‍👧‍👦 \u202eabc\n<b>@all</b>\n\nhttps://shop.example/a"
    assert only("DTSTART:20260303T133000Z").draft.text == "Lids"


SERIES = (
    "DTSTART;TZID=Europe/Berlin:20260303T143000",
    "RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20260428T123000Z",
    "EXDATE;TZID=Europe/Berlin:20260317T143000",
)


def test_a_series_stays_one_and_falls_on_the_days_on_which_others_see_it() -> None:
    """Judged by recurring-ical-events, across the change to summer time."""
    moved = (
        "UID:1\r\nSUMMARY:Later\r\nRECURRENCE-ID;TZID=Europe/Berlin:20260331T143000\r\n"
        "DTSTART;TZID=Europe/Berlin:20260331T180000"
    )
    off = (
        "UID:1\r\nSUMMARY:Lids\r\nRECURRENCE-ID;TZID=Europe/Berlin:20260407T143000\r\n"
        "DTSTART;TZID=Europe/Berlin:20260407T143000\r\nSTATUS:CANCELLED"
    )
    data = ics("\r\n".join(("UID:1", "SUMMARY:Lids", *SERIES)), moved, off)
    series, one = events.entries(data, KNOWN)
    rule = series.draft.rule
    assert rule is not None and series.problems == one.problems == ()
    zone = ZoneInfo("Europe/Berlin")
    first, last = datetime(2026, 3, 1, tzinfo=zone), datetime(2026, 6, 1, tzinfo=zone)
    ours = {slot.at for slot in occurrences(rule, after=first, until=last)}
    assert when(one.draft) == (wall("2026-03-31T18:00"), "Europe/Berlin")
    ours.add(datetime(2026, 3, 31, 18, tzinfo=zone))
    judged = recurring_ical_events.of(icalendar.Calendar.from_ical(data)).between(first, last)
    assert {each["DTSTART"].dt for each in judged if each.get("STATUS") != "CANCELLED"} == ours


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("DESCRIPTION:No time",), "doesn't say when"),
        (("DTSTART:tomorrow",), "can't be read"),
        (("DTSTART:20260303T133000Z", "RRULE:FREQ=SECONDLY"), "too often"),
        (("DTSTART:20260303T133000Z", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"), "more than one"),
        (("DTSTART:20260303T133000Z", "RDATE:20260305T133000Z"), "more than one"),
        (("DTSTART:20260303T133000Z", "RRULE:BYDAY=MO"), ""),
    ],
)
def test_what_can_not_be_kept_is_told_by_event(lines: tuple[str, ...], words: str) -> None:
    (problem, *_) = only(*lines).problems
    assert problem.startswith("Event 1 (“Lids”): ") and words in problem


@pytest.mark.parametrize(
    "data",
    [
        b"BEGIN:VCALENDAR",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\n",
        b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\nEND:VCALENDAR",
        b"BEGIN:VCALENDAR\r\nnonsense\r\nEND:VCALENDAR",
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 3000,
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 6000,
    ],
)
@pytest.mark.timeout(30)
def test_a_broken_calendar_is_refused_in_words(data: bytes) -> None:
    try:
        found = list(events.entries(data, KNOWN))
    except InvalidInput as refused:
        said = str(refused)
    else:
        said = "" if all(entry.problems for entry in found) else "taken in"
    assert said == "" or "calendar" in said


@given(st.text(max_size=200))
def test_whatever_an_event_holds_it_is_a_draft_or_told(text: str) -> None:
    data = ics(f"UID:1\r\nSUMMARY:Lids\r\nDTSTART:20260303T133000Z\r\n{text}")
    try:
        for entry in events.entries(data, KNOWN):
            assert entry.problems or entry.draft.heading
    except InvalidInput as refused:
        assert str(refused)  # noqa: PT017  # either way is right


def test_a_calendar_is_taken_in_once(files: Files, clock: FrozenClock) -> None:
    data = ics(
        "\r\n".join(("UID:a", "SUMMARY:Lids", *SERIES)),
        "UID:b\r\nSUMMARY:Mugs\r\nDTSTART:20260304T090000Z",
        "UID:c\r\nSUMMARY:Off\r\nDTSTART:20260304T090000Z\r\nSTATUS:CANCELLED",
    )
    taken = files.bring(data)
    assert (taken.kind, counts(taken)) == (Kind.ICS, (Step.TAKEN, 2, 0, 0))
    assert {post.title for post in files.posts()} == {"Lids", "Mugs"}
    with files.writer.database.reading() as session:
        (series,) = session.scalars(sa.select(Series))
        assert series.rrule == "FREQ=WEEKLY;BYDAY=TU;UNTIL=20260428T143000"
        assert series.exdates == ["2026-03-17T14:30:00"]
    _edit(files.writer, "Mugs", "Other words by now")
    assert counts(files.look(data)) == (Step.LOOKED, 0, 2, 0)  # also after it was edited here
    _delete(files.writer, "Other words by now")
    assert counts(files.bring(data)) == (Step.TAKEN, 1, 1, 0)  # and what was deleted may come back


def _edit(writer: Writer, title: str, to: str) -> None:
    def command(session: Session) -> None:
        session.scalars(sa.select(Post).filter_by(title=title)).one().title = to

    writer.run_blocking(command)


def _delete(writer: Writer, title: str) -> None:
    def command(session: Session) -> None:
        post = session.scalars(sa.select(Post).filter_by(title=title)).one()
        service.delete(session, post.id, post.version, by=None)

    writer.run_blocking(command)


@pytest.fixture
def files(writer: Writer) -> Files:
    return Files(writer)


@sqlite
def test_what_rows_may_name_is_read_once(files: Files) -> None:
    with files.writer.database.reading() as session:
        names = known(session, LIMITS, "UTC", None)
    assert set(names.channels) == {"webchat lobby", "webchat/webchat lobby"}

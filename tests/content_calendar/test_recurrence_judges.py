"""Edits of real series, judged by two programs that are not ours: python-dateutil's rule sets and
recurring-ical-events, in every zone there is."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
import recurring_ical_events  # type: ignore[import-untyped]  # ships no types
from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event, vRecur

from bot.clock import FrozenClock
from bot.db import Database, Session
from content_calendar import series, service
from content_calendar.models import Post, Stage
from content_calendar.planning import draft_of
from content_calendar.recurrence import Rule, occurrences, zone_info, zone_names
from content_calendar.series import Scope
from tests.content_calendar.calendars import LIMITS, deliveries, draft

DAY = timedelta(days=1)
RULES = ("FREQ=DAILY", "FREQ=DAILY;INTERVAL=2", "FREQ=WEEKLY;BYDAY=MO,TH,SU", "FREQ=WEEKLY")
NIGHT = (0, 30, 60, 120, 150, 180, 1410)  # where clocks change

zones = st.sampled_from(sorted(zone_names()))
edits = st.tuples(
    st.sampled_from(["skip", "move", "later", "all"]),
    st.integers(0, 30),  # which one
    st.sampled_from(NIGHT),  # the new time of day
)


@dataclass(slots=True)
class Piece:
    """A series as an outside calendar would hold it, and the post that is ours."""

    post: Post
    start: datetime
    zone: str
    rule: str
    until: datetime | None = None  # the midnight from which it has no more
    skipped: set[datetime] = field(default_factory=set)
    moved: set[datetime] = field(default_factory=set)

    def walls(self, last: datetime) -> list[datetime]:
        """By python-dateutil."""
        found = []
        for wall in rrulestr(self.rule, dtstart=self.start):
            if wall > last or (self.until and wall >= self.until):
                break
            if wall not in self.skipped:
                found.append(wall)
        return found

    def events(self) -> list[Event]:
        """As iCalendar has it: RFC 5545 wants UNTIL in UTC, inclusive."""
        event, tz = Event(), zone_info(self.zone)
        event.add("uid", f"{id(self)}@shop.test")
        event.add("dtstart", self.start.replace(tzinfo=tz))
        rule = vRecur.from_ical(self.rule)
        if self.until:
            before = (self.until - timedelta(minutes=1)).replace(tzinfo=tz)
            rule["UNTIL"] = [before.astimezone(UTC)]
        event.add("rrule", rule)
        for wall in sorted(self.skipped):
            event.add("exdate", wall.replace(tzinfo=tz))
        alone = []
        for wall in self.moved:
            single = Event()
            single.add("uid", f"{id(self)}-{wall.isoformat()}@shop.test")
            single.add("dtstart", wall.replace(tzinfo=tz))
            alone.append(single)
        return [event, *alone]


def edit(session: Session, piece: Piece, what: str, number: int, minute: int) -> Piece | None:
    """The same edit in our calendar and in theirs; gives the series that came off it, if any."""
    ahead = piece.walls(session.now().replace(tzinfo=None) + 25 * DAY)
    if not ahead:
        return None
    on, post = ahead[number % len(ahead)], piece.post
    if what == "skip":
        series.skip(session, post.id, post.version, on=on, by=None)
        piece.skipped.add(on)
    elif what == "move":
        # Nothing else happens at so odd a minute, so it meets no other.
        to = on + timedelta(minutes=7 + 11 * len(piece.moved)) + DAY * (number % 3)
        series.move(session, post.id, post.version, on=on, local=to, zone=piece.zone, by=None)
        piece.skipped.add(on)
        piece.moved.add(to)
    elif what == "later" and on != piece.walls(on)[0]:
        return _later(session, piece, on, minute)
    else:
        _all(session, piece, minute)
    return None


def _at(wall: datetime, minute: int) -> datetime:
    return wall.replace(hour=minute // 60, minute=minute % 60)


def _later(session: Session, piece: Piece, on: datetime, minute: int) -> Piece:
    post, start = piece.post, _at(on, minute)
    wanted = replace(draft_of(session, post), local=start)
    new = series.edit(
        session,
        post.id,
        post.version,
        wanted,
        on=on,
        scope=Scope.LATER,
        by=None,
        capabilities=LIMITS,
    )
    skipped = {_at(wall, minute) for wall in piece.skipped if wall > on}
    rest = Piece(new, start, piece.zone, piece.rule, piece.until, skipped)
    piece.until = datetime.combine(on.date(), datetime.min.time())
    piece.skipped = {wall for wall in piece.skipped if wall < on}
    return rest


def _all(session: Session, piece: Piece, minute: int) -> None:
    post, start = piece.post, _at(piece.start, minute)
    wanted = replace(draft_of(session, post), local=start, exdates=frozenset())
    service.save(session, post.id, post.version, wanted, by=None, capabilities=LIMITS)
    piece.skipped = {_at(wall, minute) for wall in piece.skipped}
    piece.start = start


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    zone=zones,
    rule=st.sampled_from(RULES),
    now=st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31)),
    days=st.integers(2, 5),
    minute=st.sampled_from(NIGHT),
    wanted=st.lists(edits, max_size=5),
)
def test_both_judges_agree_with_what_is_in_the_outbox_after_any_edits(
    database: Database,
    clock: FrozenClock,
    zone: str,
    rule: str,
    now: datetime,
    days: int,
    minute: int,
    wanted: list[tuple[str, int, int]],
) -> None:
    clock.advance(now.replace(tzinfo=UTC) - clock.now())
    start = datetime.combine(now.date(), datetime.min.time()) + days * DAY
    start += timedelta(minutes=minute)
    while "BYDAY" in rule and start.weekday() not in {0, 3, 6}:
        start += DAY  # RFC 5545 counts the start always, we only where the rule meets it
    with database.session(database.writers) as session:  # never committed
        post = service.create(
            session,
            draft(session, start.isoformat(), zone=zone, rrule=rule),
            by=None,
            capabilities=LIMITS,
            stage=Stage.SCHEDULED,
        )
        pieces = [Piece(post, start, zone, rule)]
        for what, number, to in wanted:
            if new := edit(session, pieces[number % len(pieces)], what, number, to):
                pieces.append(new)
        until = clock.now() + 35 * DAY
        service.materialise(session, until)
        ours = sorted(it.due_at for it in deliveries(session) if it.due_at <= until)
    assert ours == by_dateutil(pieces, until)
    assert ours == by_icalendar(pieces, clock.now(), until)


def by_dateutil(pieces: list[Piece], until: datetime) -> list[datetime]:
    return sorted(
        at
        for piece in pieces
        for wall in [*piece.walls(until.replace(tzinfo=None) + 2 * DAY), *piece.moved]
        if (at := wall.replace(tzinfo=zone_info(piece.zone)).astimezone(UTC)) <= until
    )


def by_icalendar(pieces: list[Piece], now: datetime, until: datetime) -> list[datetime]:
    calendar = Calendar()
    for piece in pieces:
        for event in piece.events():
            calendar.add_component(event)
    found = recurring_ical_events.of(calendar).between(now - DAY, until + 2 * DAY)
    instants = (event["DTSTART"].dt.replace(fold=0).astimezone(UTC) for event in found)
    return sorted(at for at in instants if at <= until)


def test_in_every_zone_every_night_is_where_dateutil_puts_it() -> None:
    """A year of the nights at which clocks change, at half past midnight and half past two."""
    wrong = []
    after, until = datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 12, 30, tzinfo=UTC)
    rrule = "FREQ=WEEKLY;BYDAY=TH,FR,SA,SU;BYHOUR=0,2"
    start = datetime(2026, 1, 1, 0, 30)
    walls = list(rrulestr(rrule + ";UNTIL=20270101T000000", dtstart=start))
    for zone in sorted(zone_names()):
        tz = zone_info(zone)
        theirs = sorted(wall.replace(tzinfo=tz).astimezone(UTC) for wall in walls)
        rule = Rule(start=start, zone=zone, rrule=rrule)
        ours = [it.at for it in occurrences(rule, after=after, until=until, limit=10_000)]
        if ours != [at for at in theirs if after < at <= until]:
            wrong.append(zone)
    assert wrong == []

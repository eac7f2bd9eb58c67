"""Whatever the rule, zone and change of clocks: nothing is lost and nothing is doubled."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import recurring_ical_events  # type: ignore[import-untyped]  # ships no types
from dateutil.rrule import rrulestr
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event, vRecur

from bot.errors import InvalidInput
from content_calendar.recurrence import (
    Rule,
    Slot,
    Wall,
    check,
    describe,
    occurrences,
    resolve,
    split,
    without,
    zone_info,
    zone_names,
)

settings.register_profile(
    "recurrence", max_examples=70, deadline=None, derandomize=True, database=None
)
profile = settings.get_profile("recurrence")

DAY = timedelta(days=1)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NIGHT = [2 * 60 + 30, 3 * 60 + 30, 30, 0, 60, 23 * 60 + 30]

zones = st.sampled_from(sorted(zone_names()))
minutes = st.one_of(st.sampled_from(NIGHT), st.integers(0, 24 * 60 - 1))


@st.composite
def locals_(draw: st.DrawFn, first: int = 1980, last: int = 2060) -> datetime:
    day = draw(st.dates(datetime(first, 1, 1).date(), datetime(last, 12, 31).date()))
    return datetime.combine(day, datetime.min.time()) + timedelta(minutes=draw(minutes))


def some(values: st.SearchStrategy[int], most: int = 3) -> st.SearchStrategy[str]:
    listed = st.lists(values, min_size=1, max_size=most, unique=True)
    return listed.map(lambda numbers: ",".join(map(str, sorted(numbers))))


weekdays = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7, unique=True).map(",".join)
counted = st.tuples(st.sampled_from([1, 2, 4, -1, -2]), st.sampled_from(WEEKDAYS)).map(
    lambda pair: f"{pair[0]}{pair[1]}"
)
month_days = some(st.sampled_from([1, 13, 28, 29, 30, 31, -1, -2, -31]))
DAYS = {
    "DAILY": [weekdays.map("BYDAY={}".format)],
    "WEEKLY": [weekdays.map("BYDAY={}".format)],
    "MONTHLY": [
        month_days.map("BYMONTHDAY={}".format),
        counted.map("BYDAY={}".format),
        st.just("BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1"),
    ],
    "YEARLY": [
        st.just("BYMONTH=2;BYMONTHDAY=29"),
        some(st.integers(1, 12)).map("BYMONTH={}".format),
        st.just("BYWEEKNO=1,53;BYDAY=MO,SU"),
        st.just("BYYEARDAY=1,60,366,-1"),
        st.just("BYDAY=20MO,-1FR"),
    ],
}


@st.composite
def endless_rules(draw: st.DrawFn) -> Rule:
    frequency = draw(st.sampled_from(sorted(DAYS)))
    parts = [f"FREQ={frequency}"]
    parts += draw(st.sampled_from([[], ["INTERVAL=2"], ["INTERVAL=3"]]))
    parts += draw(
        st.one_of(st.just([]), *[day.map(lambda part: [part]) for day in DAYS[frequency]])
    )
    parts += draw(st.sampled_from([[], [], ["BYHOUR=2,3"], ["BYHOUR=0,2;BYMINUTE=0,30"]]))
    parts += draw(st.sampled_from([[], ["WKST=SU"]]))
    return valid(Rule(start=draw(locals_(1990, 2040)), zone=draw(zones), rrule=";".join(parts)))


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Any rule, its end and some skipped dates included."""
    endless = draw(endless_rules())
    last = endless.start + draw(st.integers(0, 900)) * DAY
    ends = ["", f";COUNT={draw(st.integers(1, 60))}", f";UNTIL={last:%Y%m%dT%H%M%S}"]
    ended = endless.rrule + draw(st.sampled_from(ends))
    rule = valid(Rule(start=endless.start, zone=endless.zone, rrule=ended))
    if slots := planned(rule, 300):
        for slot in draw(st.sets(st.sampled_from(slots), max_size=3)):
            rule = without(rule, slot.local)
    return rule


def valid(rule: Rule) -> Rule:
    try:
        check(rule)
    except InvalidInput:
        assume(False)
    return rule


def window(rule: Rule, days: int = 800) -> tuple[datetime, datetime]:
    start = rule.start.replace(tzinfo=UTC)
    return start - 2 * DAY, start + days * DAY


def planned(rule: Rule, days: int = 800) -> list[Slot]:
    after, until = window(rule, days)
    return occurrences(rule, after=after, until=until, limit=10_000)


@profile
@given(locals_(), zones)
@example(datetime(2011, 12, 30, 10), "Pacific/Apia")
@example(datetime(2026, 3, 29, 2, 30), "Europe/Berlin")
def test_a_wall_time_that_exists_is_what_the_clock_shows(local: datetime, zone: str) -> None:
    slot = resolve(local, zone)
    shown = slot.at.astimezone(zone_info(zone)).replace(tzinfo=None)
    assert (shown == local) is (slot.kind is not Wall.MOVED)
    assert shown >= local


@profile
@given(rules())
def test_instants_rise_and_wall_times_are_unique(rule: Rule) -> None:
    slots = planned(rule)
    assert all((one.at, one.local) < (next_.at, next_.local) for one, next_ in pairwise(slots))
    assert len({slot.local for slot in slots}) == len(slots)
    assert not rule.exdates & {slot.local for slot in slots}


@profile
@given(rules(), st.data())
def test_windows_put_together_are_the_whole(rule: Rule, data: st.DataObject) -> None:
    after, until = window(rule)
    whole = planned(rule)
    cuts = [st.integers(0, 800).map(lambda days: after + days * DAY)]
    cuts += [st.sampled_from(whole).map(lambda slot: slot.at)] if whole else []
    edges = [after, *sorted(data.draw(st.lists(st.one_of(cuts), max_size=4))), until]
    pieces = [
        occurrences(rule, after=one, until=next_, limit=10_000) for one, next_ in pairwise(edges)
    ]
    assert [slot for piece in pieces for slot in piece] == whole


@profile
@given(rules(), st.integers(1, 20))
def test_pages_put_together_are_the_whole(rule: Rule, limit: int) -> None:
    after, until = window(rule, 200)
    pages: list[Slot] = []
    while page := occurrences(rule, after=after, until=until, limit=limit):
        pages += page
        after = page[-1].at
    assert pages == planned(rule, 200)


@profile
@given(endless_rules(), st.integers(0, 3000), st.sampled_from(["", ";COUNT=40"]))
def test_dateutil_in_the_zone_itself_agrees(rule: Rule, days: int, end: str) -> None:
    after = rule.start.replace(tzinfo=UTC) + days * DAY
    until = after + 100 * DAY
    aware = rule.start.replace(tzinfo=zone_info(rule.zone))
    theirs = set()
    for local in rrulestr(rule.rrule + end, dtstart=aware):
        if local.replace(tzinfo=UTC) > until + DAY:
            break
        theirs.add(local.astimezone(UTC))
    ended = replace(rule, rrule=rule.rrule + end)
    ours = {slot.at for slot in occurrences(ended, after=after, until=until)}
    assert ours == {at for at in theirs if after < at <= until}


@profile
@given(rules())
@example(
    Rule(
        start=datetime(2000, 1, 1, 2, 30),
        zone="Atlantic/Cape_Verde",
        rrule="FREQ=DAILY;BYHOUR=2,3",
        exdates=frozenset({datetime(2000, 1, 1, 2, 30)}),
    )
)
def test_a_calendar_program_agrees(rule: Rule) -> None:
    # RFC 5545 always counts the start, we only if the rule meets it; and its UNTIL is in UTC.
    assume("UNTIL" not in rule.rrule and planned(rule))
    rule = replace(rule, start=planned(rule)[0].local)
    if "BYHOUR" in rule.rrule:  # theirs skips the whole day where one of its times is skipped
        rule = replace(rule, exdates=frozenset())
    zone = zone_info(rule.zone)
    series = Event()
    series.add("dtstart", rule.start.replace(tzinfo=zone))
    series.add("rrule", vRecur.from_ical(rule.rrule))
    for skipped in rule.exdates:
        series.add("exdate", skipped.replace(tzinfo=zone))
    calendar = Calendar()
    calendar.add_component(series)
    after, until = window(rule, 250)
    events = recurring_ical_events.of(calendar).between(after, until + DAY)
    theirs = {found["DTSTART"].dt.replace(tzinfo=None) for found in events}
    assert {slot.local for slot in planned(rule, 250)} == {
        local for local in theirs if resolve(local, rule.zone).at <= until
    }


@profile
@given(rules(), st.data())
def test_this_and_later_loses_and_doubles_nothing(rule: Rule, data: st.DataObject) -> None:
    whole = planned(rule)
    assume(len(whole) > 1)
    chosen = data.draw(st.sampled_from(sorted(slot.local for slot in whole)[1:]))
    old, new = split(rule, chosen)
    check(old)
    check(new)
    after, until = window(rule)
    earlier = occurrences(old, after=after, until=until, limit=10_000)
    later = occurrences(new, after=after, until=until, limit=10_000)
    assert {slot.local for slot in earlier} == {s.local for s in whole if s.local < chosen}
    assert {slot.local for slot in later} == {s.local for s in whole if s.local >= chosen}
    assert old.exdates | new.exdates == rule.exdates


@profile
@given(rules(), st.data())
def test_skipping_one_skips_that_one(rule: Rule, data: st.DataObject) -> None:
    whole = planned(rule)
    assume(whole)
    skipped = data.draw(st.sampled_from(whole))
    assert planned(without(rule, skipped.local)) == [slot for slot in whole if slot != skipped]


@profile
@given(rules(), st.data())
def test_another_time_of_day_for_all_keeps_every_date(rule: Rule, data: st.DataObject) -> None:
    assume("BYHOUR" not in rule.rrule and "UNTIL" not in rule.rrule)
    moved = time(*divmod(data.draw(minutes), 60))
    edited = replace(
        rule,
        start=datetime.combine(rule.start, moved),
        exdates=frozenset(datetime.combine(day, moved) for day in rule.exdates),
    )
    dates = [slot.local.date() for slot in planned(edited)]
    assert dates == [slot.local.date() for slot in planned(rule)]


ODDITIES = """
    BYDAY=MO BYHOUR=9 INTERVAL=2 COUNT=3 WKST=SU
    FREQ=DAILY FREQ=WEEKLY FREQ=YEARLY INTERVAL=0 INTERVAL=-1 INTERVAL=1000 COUNT=5000 COUNT=٣
    BYDAY=5FR BYDAY=MO, BYDAY=-53SU BYMONTHDAY=31 BYMONTH=2 BYHOUR=1,2,3 BYHOUR=+9 BYSECOND=60
    BYSETPOS=-366 BYWEEKNO=53 BYYEARDAY=-366 UNTIL=99991231 UNTIL=00000000 UNTIL=２０２７0101 =
"""
pieces = st.sampled_from(ODDITIES.split())


@profile
@given(
    st.one_of(
        st.text(max_size=40),
        st.lists(st.one_of(pieces, st.text(max_size=5))).map(";".join),
        st.tuples(endless_rules(), pieces).map(lambda pair: f"{pair[0].rrule};{pair[1]}"),
    ),
    st.one_of(st.datetimes(), locals_()),
    st.one_of(zones, st.sampled_from(["", "Europe", "/etc/localtime", "utc\0"])),
)
def test_any_input_is_refused_in_words_or_works(rrule: str, start: datetime, zone: str) -> None:
    rule = Rule(start=start, zone=zone, rrule=rrule)
    try:
        check(rule)
    except InvalidInput as refused:
        event(f"refused for {len(refused.problems)} problems")
        return
    event("works")
    assert f"({zone})" in describe(rule)
    assert all(slot.local >= start for slot in planned(rule))

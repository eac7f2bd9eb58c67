"""Tables: what becomes of a wall time, what a rule plans, what is refused, and how it is said."""

from datetime import UTC, datetime
from time import perf_counter

import pytest
from dateutil.rrule import rrulestr

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
)

BERLIN = "Europe/Berlin"


def time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    return time(text).replace(tzinfo=UTC)


def rule(rrule: str, start: str = "2026-01-06 09:30", zone: str = BERLIN) -> Rule:
    return Rule(start=time(start), zone=zone, rrule=rrule)


def between(series: Rule, after: str, until: str) -> list[Slot]:
    return occurrences(series, after=utc(after), until=utc(until))


def walls(series: Rule, after: str, until: str) -> list[str]:
    return [f"{slot.local:%Y-%m-%d %H:%M}" for slot in between(series, after, until)]


@pytest.mark.parametrize(
    ("local", "zone", "shown", "at", "kind"),
    [
        ("2026-07-01 09:30", BERLIN, "2026-07-01 09:30", "2026-07-01 07:30", Wall.EXACT),
        # the hour that does not exist
        ("2026-03-29 01:59", BERLIN, "2026-03-29 01:59", "2026-03-29 00:59", Wall.EXACT),
        ("2026-03-29 02:00", BERLIN, "2026-03-29 03:00", "2026-03-29 01:00", Wall.MOVED),
        ("2026-03-29 02:30", BERLIN, "2026-03-29 03:30", "2026-03-29 01:30", Wall.MOVED),
        ("2026-03-29 03:00", BERLIN, "2026-03-29 03:00", "2026-03-29 01:00", Wall.EXACT),
        # the hour that comes twice
        ("2026-10-25 01:59", BERLIN, "2026-10-25 01:59", "2026-10-24 23:59", Wall.EXACT),
        ("2026-10-25 02:00", BERLIN, "2026-10-25 02:00", "2026-10-25 00:00", Wall.EARLIER),
        ("2026-10-25 02:30", BERLIN, "2026-10-25 02:30", "2026-10-25 00:30", Wall.EARLIER),
        ("2026-10-25 03:00", BERLIN, "2026-10-25 03:00", "2026-10-25 02:00", Wall.EXACT),
        # half an hour only
        (
            "2025-10-05 02:10",
            "Australia/Lord_Howe",
            "2025-10-05 02:40",
            "2025-10-04 15:40",
            Wall.MOVED,
        ),
        (
            "2025-04-06 01:45",
            "Australia/Lord_Howe",
            "2025-04-06 01:45",
            "2025-04-05 14:45",
            Wall.EARLIER,
        ),
        # a whole day that never was
        ("2011-12-30 10:00", "Pacific/Apia", "2011-12-31 10:00", "2011-12-30 20:00", Wall.MOVED),
        ("2011-12-29 10:00", "Pacific/Apia", "2011-12-29 10:00", "2011-12-29 20:00", Wall.EXACT),
        (
            "1993-08-21 10:00",
            "Pacific/Kwajalein",
            "1993-08-22 10:00",
            "1993-08-21 22:00",
            Wall.MOVED,
        ),
        # the clocks go back for Ramadan and forward after it
        (
            "2024-03-10 02:30",
            "Africa/Casablanca",
            "2024-03-10 02:30",
            "2024-03-10 01:30",
            Wall.EARLIER,
        ),
        (
            "2024-04-14 02:30",
            "Africa/Casablanca",
            "2024-04-14 03:30",
            "2024-04-14 02:30",
            Wall.MOVED,
        ),
        # midnight itself is missing
        (
            "2018-11-04 00:00",
            "America/Sao_Paulo",
            "2018-11-04 01:00",
            "2018-11-04 03:00",
            Wall.MOVED,
        ),
        # far ahead: the last rule that is known goes on
        ("2150-03-29 02:30", BERLIN, "2150-03-29 03:30", "2150-03-29 01:30", Wall.MOVED),
        ("2150-07-01 09:30", BERLIN, "2150-07-01 09:30", "2150-07-01 07:30", Wall.EXACT),
        ("2024-02-29 23:59", "Asia/Kathmandu", "2024-02-29 23:59", "2024-02-29 18:14", Wall.EXACT),
    ],
)
def test_a_wall_time_becomes_one_instant(
    local: str, zone: str, shown: str, at: str, kind: Wall
) -> None:
    slot = resolve(time(local), zone)
    assert slot == Slot(local=time(local), at=utc(at), kind=kind)
    assert slot.at.astimezone(zone_info(zone)).replace(tzinfo=None) == time(shown)


@pytest.mark.parametrize(
    ("local", "zone", "sentence"),
    [
        (time("2026-01-01"), "Europe/Berln", "did you mean Europe/Berlin?"),
        (time("2026-01-01"), "../../etc/passwd", "There is no time zone"),
        (time("2026-01-01"), "", "There is no time zone"),
        (utc("2026-01-01"), BERLIN, "without a zone"),
        (time("9999-12-31 23:30"), "America/New_York", "too far away"),
        (time("0001-01-01"), "Asia/Tokyo", "too far away"),
    ],
)
def test_a_wall_time_that_cannot_be_placed_is_refused(
    local: datetime, zone: str, sentence: str
) -> None:
    with pytest.raises(InvalidInput, match=sentence.replace("?", r"\?")):
        resolve(local, zone)


@pytest.mark.parametrize(
    ("rrule", "start", "until", "expected"),
    [
        (
            "FREQ=WEEKLY",
            "2026-01-06 09:30",
            "2026-01-21",
            ["2026-01-06 09:30", "2026-01-13 09:30", "2026-01-20 09:30"],
        ),
        (
            "FREQ=YEARLY",  # leap days only
            "2020-02-29 09:00",
            "2030-01-01",
            ["2020-02-29 09:00", "2024-02-29 09:00", "2028-02-29 09:00"],
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=31",
            "2026-01-31 09:00",
            "2026-06-30",
            ["2026-01-31 09:00", "2026-03-31 09:00", "2026-05-31 09:00"],
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=-1",
            "2028-01-31 09:00",
            "2028-04-01",
            ["2028-01-31 09:00", "2028-02-29 09:00", "2028-03-31 09:00"],
        ),
        (
            "FREQ=DAILY;UNTIL=20260107",  # a date alone is the whole day
            "2026-01-06 23:30",
            "2026-02-01",
            ["2026-01-06 23:30", "2026-01-07 23:30"],
        ),
        (
            "FREQ=DAILY;UNTIL=20260330T090000",  # local: 07:00 UTC after the change
            "2026-03-28 09:00",
            "2026-04-10",
            ["2026-03-28 09:00", "2026-03-29 09:00", "2026-03-30 09:00"],
        ),
        (
            "FREQ=WEEKLY;BYDAY=MO;COUNT=2",  # the start is no Monday and does not count
            "2026-01-06 09:00",
            "2027-01-01",
            ["2026-01-12 09:00", "2026-01-19 09:00"],
        ),
        (
            " rrule:freq=daily;count=1; ",  # as people paste it
            "2026-01-06 09:00",
            "2027-01-01",
            ["2026-01-06 09:00"],
        ),
    ],
)
def test_a_rule_plans(rrule: str, start: str, until: str, expected: list[str]) -> None:
    series = rule(rrule, start)
    check(series)
    assert walls(series, "2019-01-01", until) == expected


def test_half_past_two_every_night_happens_once_a_night_in_spring_and_autumn() -> None:
    nightly = rule("FREQ=DAILY", "2026-01-01 02:30")
    spring = between(nightly, "2026-03-27 12:00", "2026-03-30 12:00")
    assert [f"{slot.at:%d %H:%M}" for slot in spring] == ["28 01:30", "29 01:30", "30 00:30"]
    autumn = between(nightly, "2026-10-23 12:00", "2026-10-26 12:00")
    assert [f"{slot.at:%d %H:%M}" for slot in autumn] == ["24 00:30", "25 00:30", "26 01:30"]


def test_two_wall_times_at_one_instant_are_both_kept_and_never_parted_by_a_limit() -> None:
    twice = rule("FREQ=DAILY;BYHOUR=2,3", "2026-03-29 02:30")
    page = occurrences(twice, after=utc("2026-03-29"), until=utc("2026-04-02"), limit=1)
    assert [f"{slot.local:%H:%M} {slot.at:%H:%M}" for slot in page] == [
        "02:30 01:30",
        "03:30 01:30",
    ]


def test_occurrences_come_in_the_order_of_their_instants() -> None:
    dense = rule("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,45", "2026-03-29 02:00")
    slots = between(dense, "2026-03-29", "2026-03-29 12:00")
    assert [f"{slot.local:%H:%M}" for slot in slots] == ["02:00", "03:00", "02:45", "03:45"]


def test_a_window_excludes_its_beginning_and_includes_its_end() -> None:
    daily = rule("FREQ=DAILY", "2026-01-01 09:00", "UTC")
    assert walls(daily, "2026-01-01 09:00", "2026-01-02 09:00") == ["2026-01-02 09:00"]
    assert walls(daily, "2026-01-02 09:00", "2026-01-02 09:00") == []


def test_windows_at_the_ends_of_time_are_survived() -> None:
    series = rule("FREQ=DAILY;COUNT=3")
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert len(occurrences(series, after=first, until=last)) == 3


@pytest.mark.parametrize(
    ("rrule", "sentence"),
    [
        ("", "The rule needs FREQ="),
        ("every tuesday", "“EVERY TUESDAY” can't be read"),
        ("FREQ=HOURLY", "HOURLY is too often"),
        ("FREQ=DAILY;FREQ=DAILY", "“FREQ=DAILY” can't be read"),
        ("FREQ=DAILY\nDTSTART:20200101T000000", "The rule needs FREQ="),
        ("FREQ=DAILY;BYEASTER=0", "“BYEASTER” can't be read"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL takes one number from 1 to 1000."),
        ("FREQ=DAILY;COUNT=0", "COUNT takes one number from 1 to 5000."),
        ("FREQ=DAILY;COUNT=5001", "COUNT takes one number from 1 to 5000."),
        ("FREQ=DAILY;COUNT=1,2", "COUNT takes one number from 1 to 5000."),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY takes numbers from -31 to 31"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR takes numbers from 0 to 23"),
        ("FREQ=DAILY;BYHOUR=", "BYHOUR takes numbers from 0 to 23"),
        ("FREQ=DAILY;BYHOUR=9,10,11;BYMINUTE=0,1,2,3,4,5,6,7,8", "27 times a day is too often"),
        ("FREQ=WEEKLY;BYDAY=XX", "Weekdays are written MO"),
        ("FREQ=WEEKLY;WKST=1", "Weekdays are written MO"),
        ("FREQ=WEEKLY;BYDAY=2TU", "Weekdays can be counted"),
        ("FREQ=MONTHLY;BYDAY=6TU", "goes from 1 to 5"),
        ("FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO needs BYDAY"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY does not go together with FREQ=WEEKLY"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS chooses among days"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "not both"),
        ("FREQ=DAILY;UNTIL=20270101T000000Z", "without the Z"),
        ("FREQ=DAILY;UNTIL=20270230", "UNTIL is a date or local time"),
        ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL is a date or local time"),
        ("FREQ=DAILY;UNTIL=20260106T092959", "UNTIL is before the first date, 2026-01-06 09:30."),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never happens"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=MO", "never happens"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3", "never happens"),
    ],
)
def test_a_rule_that_cannot_work_is_refused_in_plain_words(rrule: str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check(rule(rrule))
    assert any(sentence in problem for problem in refused.value.problems), refused.value.problems


def test_every_problem_is_told_at_once() -> None:
    broken = Rule(
        start=utc("1066-10-14"),
        zone="Europe/Atlantis",
        rrule="FREQ=SECONDLY;COUNT=x;BYHOUR=25;BYDAY=YY;UNTIL=1Z;PLEASE=1",
    )
    with pytest.raises(InvalidInput) as refused:
        check(broken)
    assert len(refused.value.problems) == 10


def test_this_and_later_divides_the_count_and_the_skipped_dates() -> None:
    series = without(rule("FREQ=WEEKLY;COUNT=5"), time("2026-01-13 09:30"))
    series = without(series, time("2026-01-27 09:30"))
    old, new = split(series, time("2026-01-20 09:30"))
    assert (old.rrule, new.rrule) == ("FREQ=WEEKLY;COUNT=2", "FREQ=WEEKLY;COUNT=3")
    assert walls(old, "2026-01-01", "2027-01-01") == ["2026-01-06 09:30"]
    assert walls(new, "2026-01-01", "2027-01-01") == ["2026-01-20 09:30", "2026-02-03 09:30"]


def test_cutting_at_a_skipped_date_keeps_it_skipped() -> None:
    series = without(rule("FREQ=WEEKLY"), time("2026-01-13 09:30"))
    old, new = split(series, time("2026-01-13 09:30"))
    assert walls(old, "2026-01-01", "2026-01-21") == ["2026-01-06 09:30"]
    assert walls(new, "2026-01-01", "2026-01-21") == ["2026-01-20 09:30"]


@pytest.mark.parametrize("at", ["2026-01-06 09:30", "2026-01-07 09:30", "2025-12-30 09:30"])
def test_a_series_is_cut_only_at_a_later_occurrence(at: str) -> None:
    with pytest.raises(InvalidInput):
        split(rule("FREQ=WEEKLY"), time(at))


def test_only_what_is_planned_can_be_skipped() -> None:
    series = without(rule("FREQ=WEEKLY"), time("2026-01-13 09:30"))
    assert walls(series, "2026-01-01", "2026-01-21") == ["2026-01-06 09:30", "2026-01-20 09:30"]
    with pytest.raises(InvalidInput, match="2026-01-14 09:30"):
        without(series, time("2026-01-14 09:30"))


@pytest.mark.parametrize(
    ("rrule", "words"),
    [
        ("FREQ=DAILY", "every day at 09:30"),
        ("FREQ=DAILY;INTERVAL=3;BYMONTH=12", "every 3 days in December at 09:30"),
        ("FREQ=DAILY;BYDAY=SA,SU", "every Saturday and Sunday at 09:30"),
        ("FREQ=WEEKLY", "every Tuesday at 09:30"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday at 09:30"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "every 2 weeks on Monday and Friday at 09:30"),
        ("FREQ=MONTHLY", "every month on the 6th at 09:30"),
        ("FREQ=MONTHLY;BYMONTHDAY=31,-1,-2",
         "every month on the 31st, the 2nd to last day and the last day at 09:30"),
        ("FREQ=MONTHLY;BYDAY=2TU,-1FR;BYHOUR=17,9",
         "every month on the 2nd Tuesday and the last Friday at 09:30 and 17:30"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
         "every month on each weekday, only the last of these at 09:30"),
        ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR",
         "every month on the 13th, if that is also Friday at 09:30"),
        ("FREQ=YEARLY", "every year on the 6th of January at 09:30"),
        ("FREQ=YEARLY;BYMONTH=3,6", "every year on the 6th of March and June at 09:30"),
        ("FREQ=YEARLY;BYMONTHDAY=1", "every year on the 1st of every month at 09:30"),
        ("FREQ=YEARLY;BYDAY=20MO", "every year on the 20th Monday of the year at 09:30"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "every year on Monday in week 20 at 09:30"),
        ("FREQ=YEARLY;BYYEARDAY=112", "every year on the 112th of the year at 09:30"),
    ],
)  # fmt: skip
def test_a_rule_is_said_in_plain_words(rrule: str, words: str) -> None:
    check(rule(rrule))
    assert describe(rule(rrule)) == f"{words} (Europe/Berlin)"


def test_the_end_and_the_skipped_dates_are_said_too() -> None:
    series = without(rule("FREQ=WEEKLY;COUNT=10"), time("2026-01-13 09:30"))
    assert describe(series).endswith("(Europe/Berlin), 10 times, except 1 date")
    assert describe(rule("FREQ=DAILY;UNTIL=20261231")).endswith(", until 31 December 2026")


def test_a_daily_series_of_two_centuries_is_not_replayed() -> None:
    old = rule("FREQ=DAILY;INTERVAL=2", "1970-01-02 09:00")
    began = perf_counter()
    slots = between(old, "2199-12-01", "2199-12-05")
    ours = perf_counter() - began
    replayed = rrulestr(old.rrule, dtstart=old.start).between(
        datetime(2199, 12, 1), datetime(2199, 12, 5)
    )
    assert ours < (perf_counter() - began) / 10
    assert [slot.local for slot in slots] == replayed

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.words import HUES, NEAR, clock, exact, hue, hue_of_degrees, initials, when

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)  # a Tuesday, ten in the morning in Berlin
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-10T09:00:00", "now"),
        ("2026-11-10T09:00:59", "now"),
        ("2026-11-10T08:59:01", "now"),
        ("2026-11-10T09:20:00", "in 20 min"),
        ("2026-11-10T08:40:00", "20 min ago"),
        ("2026-11-10T09:01:00", "in 1 min"),
        ("2026-11-10T09:59:59", "in 59 min"),
        ("2026-11-10T10:00:00", "today 11:00"),
        ("2026-11-10T07:00:00", "today 08:00"),
        ("2026-11-10T23:30:00", "tomorrow 00:30"),  # already Wednesday in Berlin
        ("2026-11-09T13:30:00", "yesterday 14:30"),
        ("2026-11-12T13:30:00", "Thu 14:30"),
        ("2026-11-16T13:30:00", "Mon 14:30"),
        ("2026-11-17T13:30:00", "17 Nov"),  # a week on, a weekday would mean today
        ("2026-11-03T13:30:00", "3 Nov"),
        ("2027-01-02T13:30:00", "2 Jan 2027"),
        ("2025-12-31T23:30:00", "1 Jan"),  # New Year's night in Berlin, this year
    ],
)
def test_a_moment_is_said_as_its_reader_would(moment: str, said: str) -> None:
    assert when(datetime.fromisoformat(moment + "+00:00"), NOW, BERLIN) == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-10T22:59:00", "today"),
        ("2026-11-10T23:30:00", "tomorrow"),
        ("2026-11-08T23:30:00", "yesterday"),
        ("2026-11-12T13:30:00", "Thu 12 Nov"),
        ("2027-01-02T13:30:00", "Sat, 2 Jan 2027"),
    ],
)
def test_a_day_is_that_of_the_reader(moment: str, said: str) -> None:
    at = datetime.fromisoformat(moment + "+00:00")
    assert when(at, NOW, BERLIN, day_only=True) == said


def test_months_and_directions_follow_the_language() -> None:
    german = NEAR | {"tomorrow": "morgen"}
    said = [
        when(NOW + distance, NOW, BERLIN, locale="de", near=german)
        for distance in (timedelta(minutes=20), timedelta(days=1), timedelta(days=30))
    ]
    assert said == ["in 20 Min.", "morgen 10:00", "10. Dez."]


@given(MOMENTS, st.timezones())
def test_any_moment_in_any_zone_can_be_said(moment: datetime, zone: ZoneInfo) -> None:
    assert when(moment, NOW, zone)


def test_the_exact_moment_names_its_zone() -> None:
    assert exact(NOW, BERLIN) == "Tuesday, 10 November 2026, 10:00 (Europe/Berlin)"
    assert clock(NOW, BERLIN) == "10:00"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Mara Lindqvist", "ML"),
        ("mara", "M"),
        ("Ana de la Cruz", "AC"),
        ("  ", "?"),
        ("(bot) Ida", "I"),
        ("Øystein Åsen", "ØÅ"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_name_keeps_its_colour_whatever_its_case() -> None:
    assert hue("Mara") == hue("MARA")
    assert {hue(str(number)) for number in range(200)} == set(range(HUES))


@pytest.mark.parametrize(("degrees", "colour"), [(0, 0), (14, 0), (16, 1), (345, 0), (344, 11)])
def test_a_shop_colour_becomes_the_nearest_class(degrees: int, colour: int) -> None:
    assert hue_of_degrees(degrees) == colour

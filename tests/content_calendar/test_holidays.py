from datetime import date

import pytest

from bot.settings import Calendar
from content_calendar.sense.holidays import holidays_between


@pytest.mark.parametrize(
    ("countries", "locale", "expected"),
    [
        ((), "en", {}),
        (("DE",), "en", {date(2026, 4, 3): "Good Friday", date(2026, 4, 6): "Easter Monday"}),
        (("DE",), "de", {date(2026, 4, 3): "Karfreitag", date(2026, 4, 6): "Ostermontag"}),
        (("DE-BY",), "de", {date(2026, 4, 3): "Karfreitag", date(2026, 4, 6): "Ostermontag"}),
        (
            ("DE", "AT"),
            "de",
            {date(2026, 4, 3): "Karfreitag (DE)", date(2026, 4, 6): "Ostermontag"},
        ),
    ],
)
def test_holidays_of_easter(
    countries: tuple[str, ...], locale: str, expected: dict[date, str]
) -> None:
    first, last = date(2026, 4, 1), date(2026, 4, 30)
    assert holidays_between(countries, first, last, locale) == expected


@pytest.mark.parametrize("country", ["XX", "DE-XX", "Germany"])
def test_a_country_that_is_none_is_refused(country: str) -> None:
    with pytest.raises(ValueError, match="must be a country such as"):
        Calendar(countries=(country,))

"""Public holidays, as a layer over the calendar; the dates are the `holidays` package's."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache

_DAY = timedelta(days=1)
_LANGUAGES = {"en": "en_US", "de": "de"}


def holidays_between(
    countries: Iterable[str], first: date, last: date, locale: str = "en"
) -> dict[date, str]:
    """What is celebrated on each day, in the reader's language where the package has it, else in
    the country's. ``countries``: as in [calendar] countries, "DE" or "DE-BY"."""
    wanted = tuple(countries)
    found: dict[date, dict[str, list[str]]] = {}
    for country in wanted:
        for year in range(first.year, last.year + 1):
            for day, name in _year(country, year, locale).items():
                if first <= day <= last:
                    found.setdefault(day, {}).setdefault(name, []).append(country)
    return {day: _said(found[day], len(wanted)) for day in sorted(found)}


def _said(names: Mapping[str, Sequence[str]], countries: int) -> str:
    """Where only some of the countries celebrate it, they are named."""
    return ", ".join(
        name if len(where) == countries else f"{name} ({', '.join(where)})"
        for name, where in names.items()
    )


@lru_cache(maxsize=200)
def _year(country: str, year: int, locale: str) -> dict[date, str]:
    from holidays import country_holidays  # slow to load, and few shops name a country

    code, _, part = country.partition("-")
    kind = country_holidays(code, subdiv=part or None, years=year)
    spoken = kind.supported_languages
    language = next((it for it in (_LANGUAGES[locale], locale) if it in spoken), None)
    named = country_holidays(code, subdiv=part or None, years=year, language=language)
    return {day: name.replace("; ", ", ") for day, name in named.items()}

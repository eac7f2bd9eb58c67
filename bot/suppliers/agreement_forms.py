"""What staff fill in about an agreement, and how it reads in the form again."""

import re
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from pydantic import BaseModel, Field

from bot.errors import InvalidInput
from bot.suppliers.agreement_hours import Span
from bot.suppliers.agreement_terms import Terms
from bot.suppliers.mailboxes import is_address
from bot.web.i18n import gettext as _

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN = re.compile(r"(\d{1,2})(?::(\d\d))?\s*[-–]\s*(\d{1,2})(?::(\d\d))?")  # typed so
_MOST_HOURS, _MOST_SHARE = 2_160, 500


class AgreementForm(BaseModel):
    """Hours of a day: "9:00-12:30, 13:30-17:00"; nothing means closed."""

    zone: str = "UTC"
    monday: str = ""
    tuesday: str = ""
    wednesday: str = ""
    thursday: str = ""
    friday: str = ""
    saturday: str = ""
    sunday: str = ""
    country: str = ""
    closed: str = ""
    languages: str = ""
    acknowledge: int | None = Field(None, ge=1, le=_MOST_HOURS)
    answer: int = Field(ge=1, le=_MOST_HOURS)
    deliver: int | None = Field(None, ge=1, le=_MOST_HOURS)
    remind: int | None = Field(None, ge=1, le=_MOST_SHARE)
    contact: int | None = Field(None, ge=1, le=_MOST_SHARE)
    staff: int | None = Field(None, ge=1, le=_MOST_SHARE)
    contact_name: str = Field("", max_length=120)
    contact_email: str = Field("", max_length=254)
    words: bool = False
    review_on: date | None = None
    on: date | None = None

    def terms(self) -> Terms:
        """Raises `InvalidInput`, by field."""
        fields: dict[str, str] = {}
        given = self.model_dump(exclude={*DAYS, "closed", "languages", "on", "country"})
        week = tuple(_spans(day, getattr(self, day), fields) for day in DAYS)
        closed = _dates(self.closed, fields)
        if self.zone not in available_timezones():
            fields["zone"] = _('Choose a time zone such as "Europe/Berlin".')
        if self.country and not _is_country(self.country.upper()):
            fields["country"] = _('Write a country such as "DE", or a part of one such as "DE-BY".')
        if self.contact_email and not is_address(self.contact_email):
            fields["contact_email"] = _("This is not an e-mail address.")
        if fields:
            raise InvalidInput(fields=fields)
        languages = tuple(one.strip() for one in self.languages.split(",") if one.strip())
        more = {"week": week, "closed": closed, "languages": languages}
        return Terms(country=self.country.upper(), **given, **more)


def typed_of(terms: Terms) -> dict[str, Any]:
    """As the form shows them."""
    days = {day: _typed_spans(spans) for day, spans in zip(DAYS, terms.week, strict=True)}
    given = {name: value if value is not None else "" for name, value in terms}
    return {
        **given,
        **days,
        "closed": "\n".join(day.isoformat() for day in terms.closed),
        "languages": ", ".join(terms.languages),
    }


def _typed_spans(spans: tuple[Span, ...]) -> str:
    def at(minutes: int) -> str:
        return f"{minutes // 60:02}:{minutes % 60:02}"

    return ", ".join(f"{at(begin)}-{at(end)}" for begin, end in spans)


def _spans(day: str, text: str, fields: dict[str, str]) -> tuple[Span, ...]:
    found: list[Span] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        read = _SPAN.fullmatch(part)
        if read is None:
            fields[day] = _(
                "Write hours like 9:00-12:30, 13:30-17:00, or nothing for a closed day."
            )
            return ()
        first, begin, last, end = (int(number or 0) for number in read.groups())
        span = (first * 60 + begin, last * 60 + end)
        if max(begin, end) > 59 or not (found[-1][1] if found else 0) <= span[0] < span[1] <= 1440:
            fields[day] = _("Each time must be later than the one before, up to 24:00.")
            return ()
        found.append(span)
    return tuple(found)


def _dates(text: str, fields: dict[str, str]) -> tuple[date, ...]:
    found = set()
    for part in re.split(r"[\s,;]+", text.strip()):
        try:
            if part:
                found.add(date.fromisoformat(part))
        except ValueError:
            fields["closed"] = _("Write each day like 2026-12-24, one a line.")
    return tuple(sorted(found))


def _is_country(code: str) -> bool:
    from holidays import list_supported_countries  # slow to load, and few need it

    country, _dash, part = code.partition("-")
    parts = list_supported_countries().get(country)
    return parts is not None and (not part or part in parts)

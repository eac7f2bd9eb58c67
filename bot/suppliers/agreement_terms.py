"""What was agreed with a partner: times, hours, whom to turn to, what they may see. Pure."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from pydantic import BaseModel, ConfigDict

from bot.suppliers.agreement_hours import WHOLE_DAY, Hours, Span


class Stage(StrEnum):
    """What a partner owes, one after the other; each has a time of its own."""

    ACKNOWLEDGE = "acknowledge"
    ANSWER = "answer"
    DELIVER = "deliver"


class Step(StrEnum):
    """What is done about a stage whose time runs out."""

    REMIND = "remind"  # a letter to the partner
    CONTACT = "contact"  # a letter to the person of theirs whom we may turn to
    STAFF = "staff"  # it needs a look


class Terms(BaseModel):
    """One version of an agreement. Times are hours of the partner's office; a promised date is
    due when its day ends. The steps are per cent of a stage's time; None leaves one out."""

    model_config = ConfigDict(frozen=True)

    zone: str = "UTC"
    week: tuple[tuple[Span, ...], ...] = ((WHOLE_DAY,),) * 7
    country: str = ""  # whose public holidays are off: "DE", or a part such as "DE-BY"
    closed: tuple[date, ...] = ()
    languages: tuple[str, ...] = ()
    acknowledge: int | None = None
    answer: int = 48
    deliver: int | None = None  # after accepting, where no date is promised
    remind: int | None = None
    contact: int | None = None
    staff: int | None = None
    contact_name: str = ""
    contact_email: str = ""
    words: bool = True  # whether the partner may see what people said, masked
    review_on: date | None = None

    @property
    def hours(self) -> Hours:
        off = DaysOff(country=self.country, closed=frozenset(self.closed))
        return Hours(zone=self.zone, week=self.week, off=off)

    def allows(self, stage: Stage) -> timedelta | None:
        """Working time for a stage; None where none was agreed."""
        hours: int | None = getattr(self, stage.value)
        return None if hours is None else timedelta(hours=hours)

    def steps(self) -> list[tuple[Step, int]]:
        """Every step with its share of the time, in per cent."""
        found = [(step, getattr(self, step.value)) for step in Step]
        return [(step, share) for step, share in found if share is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOff(Container[date]):
    """Public holidays, as the `holidays` package has them, and days of the partner's own."""

    country: str = ""
    closed: frozenset[date] = frozenset()

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        return day in self.closed or bool(self.country and day in _holidays(self.country, day.year))


@lru_cache(maxsize=500)
def _holidays(country: str, year: int) -> frozenset[date]:
    from holidays import country_holidays  # slow to load, and not every agreement names a country

    code, _, part = country.partition("-")
    return frozenset(country_holidays(code, subdiv=part or None, years=year))

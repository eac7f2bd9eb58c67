"""The clock of the agreement: computed from the case and the partner, never stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.suppliers.models import Case, CaseState, Supplier

# To say "we have seen it" is no answer yet; a question is: then the people have the word.
_WAITING = {CaseState.OPEN, CaseState.ACKNOWLEDGED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """By when an answer is due, and whether that has passed."""

    due: datetime
    overdue: bool


def clock(case: Case, supplier: Supplier, now: datetime) -> Clock | None:
    """None while nobody owes an answer: not handed over, or answered."""
    if case.handed_over_at is None or case.state not in _WAITING:
        return None
    due = case.handed_over_at + timedelta(hours=supplier.answer_within_hours)
    return Clock(due=due, overdue=now > due)

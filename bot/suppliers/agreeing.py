"""Agreeing with a partner: another version, never a change of one that counted."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.accounts.audit import HUBBUB, record
from bot.db import Session
from bot.errors import Conflict, InvalidInput, NotFound
from bot.suppliers.agreement_models import Agreement
from bot.suppliers.agreement_terms import Stage, Terms
from bot.suppliers.models import Supplier

# Nothing may be agreed that would be due later than this; nor be begun, nor be closed.
LATEST = timedelta(days=2 * 366)


def agree(
    session: Session, supplier: Supplier, terms: Terms, *, by: str, on: date | None = None
) -> Agreement:
    """From the day ``on`` in the partner's zone (at once for today) whatever begins is due by these
    terms; what has begun stays as it was agreed then.

    Raises `InvalidInput`, by field.
    """
    now = session.now()
    check(terms, now)
    start = _start(terms, on, now)
    if not versions(session, supplier.id):
        first = Terms(zone=supplier.zone, answer=supplier.answer_within_hours)
        _put(session, supplier, first, supplier.created_at, HUBBUB)
    made = _put(session, supplier, terms, start, by)
    supplier.zone = terms.zone
    if start == now:
        supplier.answer_within_hours = terms.answer
    record(session, by, "agreed with", supplier, counts_from=start.isoformat())
    session.announce("agreements", "cases", "partners")
    return made


def _put(session: Session, supplier: Supplier, terms: Terms, start: datetime, by: str) -> Agreement:
    return session.put(
        Agreement(
            supplier_id=supplier.id,
            counts_from=start,
            terms=terms.model_dump(mode="json"),
            made_at=session.now(),
            made_by=by,
        )
    )


def versions(session: Session, supplier: UUID) -> Sequence[Agreement]:
    """Every version, the one that counts last first."""
    found = sa.select(Agreement).filter_by(supplier_id=supplier)
    return session.scalars(found.order_by(Agreement.counts_from.desc(), Agreement.id.desc())).all()


def to_review(session: Session) -> list[tuple[Supplier, date]]:
    """The partners whose agreement's day to be looked at again has come, and that day."""
    counting: dict[UUID, Agreement] = {}
    found = sa.select(Agreement).where(Agreement.counts_from <= session.now())
    for one in session.scalars(found.order_by(Agreement.counts_from, Agreement.id)):
        counting[one.supplier_id] = one
    due = []
    for supplier, one in counting.items():
        terms = Terms.model_validate(one.terms)
        today = session.now().astimezone(ZoneInfo(terms.zone)).date()
        if terms.review_on and terms.review_on <= today:
            due.append((session.need(Supplier, supplier), terms.review_on))
    return due


def withdraw(session: Session, supplier: Supplier, version: UUID, *, by: str) -> None:
    """A version that doesn't count yet never will. Raises `Conflict` for one that does."""
    found = session.need(Agreement, version)
    if found.supplier_id != supplier.id:
        raise NotFound
    if found.counts_from <= session.now():
        raise Conflict("This counts already: agree on something else from today on.")
    session.delete(found)
    record(session, by, "withdrew what was agreed with", supplier)
    session.announce("agreements", "cases", "partners")


def follow(session: Session, supplier: Supplier, *, by: str) -> None:
    """Where their zone or time was changed elsewhere, the agreement says the same from now on."""
    counting = [one for one in versions(session, supplier.id) if one.counts_from <= session.now()]
    if not counting:
        return
    terms = Terms.model_validate(counting[0].terms)
    own = {"zone": supplier.zone, "answer": supplier.answer_within_hours}
    if own != {"zone": terms.zone, "answer": terms.answer}:
        agree(session, supplier, terms.model_copy(update=own), by=by)


def _start(terms: Terms, on: date | None, now: datetime) -> datetime:
    today = now.astimezone(ZoneInfo(terms.zone)).date()
    if on is None or on == today:
        return now
    if on < today:
        raise InvalidInput(fields={"on": "What has begun can't be changed: choose today or later."})
    if on - today > LATEST:
        raise InvalidInput(fields={"on": "Choose a day within the next two years."})
    return max(datetime.combine(on, time(), ZoneInfo(terms.zone)).astimezone(now.tzinfo), now)


def check(terms: Terms, now: datetime) -> None:
    """Raises `InvalidInput`, by field, for what nobody could keep."""
    fields = {}
    if not any(terms.week):
        fields["monday"] = "Give the office hours of at least one day."
    if terms.contact is not None and not terms.contact_email:
        fields["contact_email"] = (
            "Give the address of the person to turn to, or leave out the step."
        )
    if terms.review_on and terms.review_on <= now.astimezone(ZoneInfo(terms.zone)).date():
        fields["review_on"] = "Choose a day in the future."
    for stage in Stage if any(terms.week) else ():
        allowed = terms.allows(stage)
        if allowed and terms.hours.add(now, allowed * most_share(terms) / 100) - now > LATEST:
            fields[stage.value] = "With these office hours that would take more than two years."
    if fields:
        raise InvalidInput(fields=fields)


def most_share(terms: Terms) -> int:
    """The latest step, in per cent of a stage's time; at least the whole of it."""
    return max([100, *(share for _, share in terms.steps())])

"""Cases: opening them, handing them to partners, deciding about them."""

from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.accounts.audit import HUBBUB, record
from bot.channels.models import Channel
from bot.db import Session
from bot.errors import Conflict
from bot.outbox.service import enqueue_all
from bot.suggestions.models import Suggestion, SuggestionState
from bot.suggestions.service import set_state
from bot.suppliers import acts, agreement, escalating, people, queries
from bot.suppliers.handing_back import given_back_by
from bot.suppliers.models import Act, Case, CaseState, Decision, Supplier
from bot.suppliers.opening import draft_letter, open_cases
from bot.suppliers.routing import route
from bot.suppliers.withdrawing import leave

__all__ = [
    "HUBBUB",
    "claim_ownerless",
    "decide",
    "hand_over",
    "open_case",
    "route",
]


def open_case(session: Session, suggestion: Suggestion) -> Case:
    """The suggestion's case; the first time it is routed, and its partner gets the letter."""
    open_cases(session, [suggestion.id])
    return session.scalars(sa.select(Case).filter_by(suggestion_id=suggestion.id)).one()


def hand_over(session: Session, case: Case, supplier: Supplier, *, by: str) -> None:
    """Give the case to a partner: their clock starts, and the letter goes into the outbox.

    Raises `Conflict` when it is theirs already or closed.
    """
    session.refresh(case, with_for_update=True)
    if case.state in acts.ENDS:
        raise Conflict("This case is closed.")
    if case.supplier_id == supplier.id:
        raise Conflict(f"This is with {supplier.name} already.")
    leave(session, case)
    case.supplier_id = supplier.id
    case.state = CaseState.OPEN
    case.promised_for = None
    case.handed_over_at = session.now()
    case.version += 1
    suggestion = session.need(Suggestion, case.suggestion_id)
    set_state(session, suggestion, SuggestionState.WITH_PARTNER)
    _send_letter(session, case, supplier, suggestion)
    record(session, by, "handed over", case, to=supplier.name)
    session.announce("cases", "partners", "suggestions")


def _send_letter(session: Session, case: Case, supplier: Supplier, suggestion: Suggestion) -> None:
    opened, letter = draft_letter(
        session,
        case=case,
        suggestion=suggestion,
        supplier=supplier,
        channel=session.need(Channel, supplier.channel_id),
        terms=agreement.terms_now(session, supplier),
        said=queries.said(session, [suggestion.id])[suggestion.id],
    )
    copies = people.copies(session, [(supplier, opened, letter)])
    enqueue_all(session, [opened, *copies])


def claim_ownerless(session: Session, *, by: str = HUBBUB) -> int:
    """Hand over every "whose is it?" case that has a partner by now; gives how many."""
    session.flush()
    found = 0
    waiting = session.execute(queries.ownerless()).all()
    not_theirs = given_back_by(session, [case.id for case, _ in waiting])
    for case, suggestion in waiting:
        supplier = route(session, suggestion)
        if supplier is not None and supplier.id not in not_theirs.get(case.id, ()):
            hand_over(session, case, supplier, by=by)
            found += 1
    return found


def decide(
    session: Session,
    case: Case,
    act: Act,
    *,
    text: str = "",
    promised_for: date | None = None,
    by: str,
    version: int | None = None,
) -> Decision:
    """What the partner does about it. ``version`` is the one that they were looking at.

    Raises `Conflict` when the case has changed since or is past this, `InvalidInput` by field
    when a reason, question or future date is missing. The people are told by whoever reads
    decisions with ``told_at`` None.
    """
    session.refresh(case, with_for_update=True)
    if case.supplier_id is None:
        raise Conflict("Nobody owns this yet: choose a partner first.")
    if version is not None and version != case.version:
        raise Conflict("This was changed a moment ago. Look at it again, then decide.")
    supplier = session.need(Supplier, case.supplier_id)
    text, promised_for = text.strip(), promised_for if act is Act.PROMISE else None
    today = session.now().astimezone(ZoneInfo(supplier.zone)).date()
    acts.check(case.state, act, text=text, promised_for=promised_for, today=today)
    decision = session.put(
        Decision(
            case_id=case.id,
            supplier_id=supplier.id,
            act=act,
            text=text,
            promised_for=promised_for,
            decided_at=session.now(),
            decided_by=by,
        )
    )
    case.state = acts.LEADS_TO[act]
    case.promised_for = promised_for or case.promised_for
    case.version += 1
    if act in acts.SUGGESTION:
        set_state(session, session.need(Suggestion, case.suggestion_id), acts.SUGGESTION[act])
    escalating.withdraw(session, case)
    record(session, by, act.value, case)
    session.announce("cases", "partners", "suggestions")
    return decision

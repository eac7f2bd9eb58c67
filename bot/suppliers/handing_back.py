"""A case that a partner gives back: it is not theirs, and staff find out whose it is."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.audit import record
from bot.db import Session
from bot.errors import Conflict, InvalidInput
from bot.suggestions.models import Suggestion, SuggestionState
from bot.suggestions.service import set_state
from bot.suppliers.acts import ENDS, MOST_WORDS
from bot.suppliers.models import Case, CaseState, Supplier
from bot.suppliers.portal_models import HandBack
from bot.suppliers.withdrawing import leave

# Who has said yes to the people answers for it: then it can only be declined, with a reason.
MAY = frozenset({CaseState.OPEN, CaseState.ACKNOWLEDGED, CaseState.ASKED})


def hand_back(
    session: Session, case: Case, *, reason: str, by: str, version: int | None = None
) -> HandBack:
    """The partner's own asking: the case is nobody's again, they see it no more, and the next one's
    clock starts when they get it. ``version`` is the one that they were looking at.

    Raises `InvalidInput` without a reason, `Conflict` when it has changed or was accepted.
    """
    session.refresh(case, with_for_update=True)
    reason = reason.strip()
    if case.supplier_id is None or (version is not None and version != case.version):
        raise Conflict("This was changed a moment ago. Look at it again, then decide.")
    if case.state not in MAY:
        raise Conflict(
            "This case is closed."
            if case.state in ENDS
            else "You have accepted this already. Decline it with a reason instead."
        )
    if not reason:
        raise InvalidInput(fields={"reason": "Write why it is not yours, or whose it may be."})
    if len(reason) > MOST_WORDS:
        raise InvalidInput(
            fields={"reason": f"That is too long: {len(reason)} of {MOST_WORDS} characters."}
        )
    supplier = session.need(Supplier, case.supplier_id)
    given = session.put(
        HandBack(case_id=case.id, supplier_id=supplier.id, reason=reason, at=session.now(), by=by)
    )
    leave(session, case)
    case.supplier_id = case.handed_over_at = None
    case.state = CaseState.OPEN
    case.version += 1
    set_state(session, session.need(Suggestion, case.suggestion_id), SuggestionState.IN_REVIEW)
    record(session, by, "gave back", case, reason=reason)
    session.announce("cases", "partners", "suggestions")
    return given


def given_back_by(session: Session, cases: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Partners by case who said that it is not theirs: it doesn't go back to them by itself."""
    found: dict[UUID, set[UUID]] = {}
    rows = sa.select(HandBack.case_id, HandBack.supplier_id).where(HandBack.case_id.in_(cases))
    for case, supplier in session.execute(rows):
        found.setdefault(case, set()).add(supplier)
    return found


def reasons(session: Session, cases: Collection[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    """By case who gave it back and why, the latest last."""
    found: dict[UUID, list[tuple[str, str]]] = {}
    rows = (
        sa.select(HandBack.case_id, Supplier.name, HandBack.reason)
        .join(Supplier, Supplier.id == HandBack.supplier_id)
        .where(HandBack.case_id.in_(cases))
        .order_by(HandBack.id)
    )
    for case, name, reason in session.execute(rows):
        found.setdefault(case, []).append((name, reason))
    return found

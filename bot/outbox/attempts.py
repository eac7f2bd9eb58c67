"""The log of what was tried: a row for each attempt, written as it ends."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session
from bot.errors import NetworkError, OutcomeUnknown, RateLimited, Rejected, Unauthorized
from bot.networks import Receipt
from bot.outbox.models import Attempt, Delivery, Outcome

# Other errors mean the same as `Unavailable`: nothing was sent.
_MEANS: dict[type[NetworkError], Outcome] = {
    Rejected: Outcome.REFUSED,
    Unauthorized: Outcome.UNAUTHORIZED,
    RateLimited: Outcome.RATE_LIMITED,
    OutcomeUnknown: Outcome.UNKNOWN,
}
_INSERT = sa.insert(Attempt)


def outcome_of(result: Receipt | Exception) -> Outcome:
    """What came back, in a word."""
    if isinstance(result, Receipt):
        return Outcome.SENT
    for error, outcome in _MEANS.items():
        if isinstance(result, error):
            return outcome
    return Outcome.UNAVAILABLE


def ended(
    session: Session,
    delivery: Delivery,
    *,
    owner: str,
    started_at: datetime,
    outcome: Outcome,
    words: str,
) -> dict[str, Any]:
    """That the delivery's present attempt has ended, as a row for `write_down`."""
    return {
        "workspace_id": session.workspace,
        "delivery_id": delivery.id,
        "number": delivery.attempt,
        "owner": owner,
        "started_at": started_at,
        "ended_at": session.now(),
        "outcome": outcome,
        "words": words,
    }


def write_down(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """In one statement past the ORM, for speed."""
    session.connection().execute(_INSERT, rows)


def attempts(session: Session, deliveries: Sequence[UUID]) -> Sequence[Attempt]:
    """All that were tried and ended, in order."""
    return session.scalars(
        sa.select(Attempt)
        .where(Attempt.workspace_id == session.workspace, Attempt.delivery_id.in_(deliveries))
        .order_by(Attempt.delivery_id, Attempt.number)
    ).all()

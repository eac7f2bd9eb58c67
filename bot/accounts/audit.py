"""Who did what to what, for good."""

from typing import Any

from bot.accounts.models import AuditEntry, User
from bot.db import Row, Session

# Nobody in particular: Hubbub itself did it.
HUBBUB = "hubbub"


def record(
    session: Session, actor: User | str, verb: str, subject: Row | str, **details: Any
) -> AuditEntry:
    """Note it in the same transaction. ``details`` become JSON: give no secret."""
    row = subject if isinstance(subject, Row) else None
    return session.put(
        AuditEntry(
            at=session.now(),
            actor=f"user:{actor.name}" if isinstance(actor, User) else actor,
            verb=verb,
            subject=row.__tablename__ if row is not None else str(subject),
            subject_id=row.id if row is not None else None,
            details=details,
        )
    )

"""What staff might do so that nobody is lost from sight."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Row


class TieKind(StrEnum):
    """Whom we are tied to: who can act, and who speaks often."""

    PARTNER = "partner"
    AMBASSADOR = "ambassador"


class TieTask(Row):
    """One silence, for staff to end: it was made once, whatever becomes of it. ``subject_id``: a
    supplier or a person."""

    __tablename__ = "tie_task"
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "kind", "subject_id", "silent_since"),
        sa.Index(None, "workspace_id", "done_at"),
    )

    kind: Mapped[TieKind]
    subject_id: Mapped[UUID]
    silent_since: Mapped[datetime]
    made_at: Mapped[datetime]
    snoozed_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(default="")

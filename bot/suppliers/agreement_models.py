"""What was agreed, who held a case when, and which steps were taken because time ran out."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from bot.db import Row, references
from bot.suppliers.agreement_terms import Stage, Step


class Agreement(Row):
    """A version of what was agreed with a partner; it counts for whatever begins from then on.

    Never changed: another version takes its place. ``terms``: `agreement_terms.Terms` as JSON.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        references("supplier_id", "supplier"),
        sa.Index(None, "workspace_id", "supplier_id", "counts_from"),
    )

    supplier_id: Mapped[UUID]
    counts_from: Mapped[datetime]
    terms: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    made_by: Mapped[str]


class Holding(Row):
    """A case that a partner had and has no more; who has it now stands in the case itself."""

    __tablename__ = "holding"
    __table_args__ = (
        references("case_id", "case"),
        references("supplier_id", "supplier"),
        sa.Index(None, "workspace_id", "case_id"),
        sa.Index(None, "workspace_id", "supplier_id"),
    )

    case_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    since: Mapped[datetime]
    until: Mapped[datetime]


class Escalation(Row):
    """A step that was taken about a stage of a case, which began at ``began``."""

    __tablename__ = "escalation"
    __table_args__ = (
        references("case_id", "case"),
        references("supplier_id", "supplier"),
        references("delivery_id", "delivery"),
        sa.UniqueConstraint("workspace_id", "case_id", "began", "stage", "step"),
        sa.Index(None, "workspace_id", "step"),
        sa.Index(None, "workspace_id", "delivery_id"),
    )

    case_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    began: Mapped[datetime]
    stage: Mapped[Stage]
    step: Mapped[Step]
    due: Mapped[datetime]  # when the stage's time was to end, as it was counted then
    taken_at: Mapped[datetime]
    delivery_id: Mapped[UUID | None]  # its letter

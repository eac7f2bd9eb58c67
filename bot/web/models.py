from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from bot.db import Row


class Allowance(Row):
    """How often somebody may still do something, counted by all processes together.

    ``who`` is a keyed hash: an address is a person's, and nobody has to read it here. Rows that
    nobody asked for in an hour are removed.
    """

    __tablename__ = "allowance"
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "name", "who"),
        sa.Index(None, "workspace_id", "at"),
    )

    name: Mapped[str]
    who: Mapped[str]
    left: Mapped[float]  # as of ``at``; it refills evenly
    at: Mapped[datetime]


class ApiAnswer(Row):
    """What a program was answered under its own key, so that the same question gets the same
    answer and nothing is done twice. Kept for a week."""

    __tablename__ = "api_answer"
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "token_id", "key"),
        sa.Index(None, "workspace_id", "at"),
    )

    token_id: Mapped[UUID]
    key: Mapped[str]
    asked: Mapped[str]  # a hash of method, address, version and body
    status: Mapped[int]
    body: Mapped[str]
    headers: Mapped[dict[str, Any]]
    at: Mapped[datetime]

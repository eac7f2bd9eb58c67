from datetime import datetime

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

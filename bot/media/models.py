from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Row


class Kept(Row):
    """A picture or film, once: ``sha256`` (hex) is of ``data``, which tells nothing but what it
    shows. What it means to those who can't see it stands where it is used."""

    __tablename__ = "media"
    __table_args__ = (sa.UniqueConstraint("workspace_id", "sha256"),)

    sha256: Mapped[str]
    type: Mapped[str]
    size: Mapped[int]  # bytes
    data: Mapped[bytes] = mapped_column(deferred=True)
    kept_at: Mapped[datetime]

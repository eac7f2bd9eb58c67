from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from bot.db import Row
from bot.processes.parts import Part


class Process(Row):
    """One running `hubbub run` on a PostgreSQL. ``name`` is the owner of its leases.

    ``health``: how the accounts do that it owns, as ``{"discord/shop": ["ok", "It listens."]}``.
    """

    __tablename__ = "process"
    __table_args__ = (sa.UniqueConstraint("workspace_id", "name"),)

    name: Mapped[str]
    part: Mapped[Part]
    key: Mapped[str]  # a fingerprint of the secret key, which all of them need to share
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    health: Mapped[dict[str, Any]]

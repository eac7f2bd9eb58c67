from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Row, references


class Person(Row):
    """One human, however many identities they have. People are counted by this."""

    __tablename__ = "person"

    created_at: Mapped[datetime]


class Member(Row):
    """A person as one network shows them."""

    __tablename__ = "member"
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "network", "account", "remote_id"),
        references("person_id", "person"),
        sa.Index(None, "workspace_id", "person_id"),
    )

    person_id: Mapped[UUID]
    network: Mapped[str]
    account: Mapped[str]
    remote_id: Mapped[str]
    name: Mapped[str]
    first_seen_at: Mapped[datetime]
    told_it_is_a_bot: Mapped[bool] = mapped_column(default=False)

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Row, references


class Answers(StrEnum):
    """Where somebody wants to be answered."""

    HERE = "here"  # where they spoke
    PRIVATE = "private"  # never in public; nothing where that can't be
    NONE = "none"  # only what they ask for by a command


class Often(StrEnum):
    """Of what becomes of their suggestions they want to hear."""

    STEPS = "steps"  # every step
    ENDS = "ends"  # only how it ended, and what is asked of them


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
    language: Mapped[str] = mapped_column(default="")  # empty: that of what they say
    answers: Mapped[Answers] = mapped_column(default=Answers.HERE)
    often: Mapped[Often] = mapped_column(default=Often.STEPS)
    quiet_from: Mapped[int | None]  # hours of the shop's day in which nothing comes unasked
    quiet_until: Mapped[int | None]
    unreachable_at: Mapped[datetime | None]  # they have blocked us
    erased_at: Mapped[datetime | None]

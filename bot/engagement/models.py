from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from bot.db import Row, references


class Awaited(StrEnum):
    """What somebody's next words, or a button, will mean."""

    SUGGESTION = "suggestion"  # they asked to make one, without saying it yet
    IDEAS = "ideas"  # a list was shown: a number adds their voice
    ERASURE = "erasure"  # they asked for it: once more, and it is done


class Expecting(Row):
    """Something was asked of a member in one conversation; what they say next answers it."""

    __tablename__ = "expecting"
    __table_args__ = (
        references("member_id", "member"),
        sa.UniqueConstraint("workspace_id", "member_id", "conversation", "what"),
        sa.Index(None, "workspace_id", "expires_at"),
    )

    member_id: Mapped[UUID]
    conversation: Mapped[str]
    what: Mapped[Awaited]
    choices: Mapped[list[Any]]  # of str: the ids of what was listed, in that order
    expires_at: Mapped[datetime]


class Reaction(Row):
    """One emoji of one member on something that we said."""

    __tablename__ = "reaction"
    __table_args__ = (
        references("delivery_id", "delivery"),
        references("member_id", "member"),
        sa.UniqueConstraint("workspace_id", "delivery_id", "member_id", "emoji"),
    )

    delivery_id: Mapped[UUID]
    member_id: Mapped[UUID]
    emoji: Mapped[str]
    at: Mapped[datetime]


class Ballot(Row):
    """What one member chose in a poll of ours: the options' numbers, from 0. None: taken back."""

    __tablename__ = "ballot"
    __table_args__ = (
        references("delivery_id", "delivery"),
        references("member_id", "member"),
        sa.UniqueConstraint("workspace_id", "delivery_id", "member_id"),
    )

    delivery_id: Mapped[UUID]
    member_id: Mapped[UUID]
    options: Mapped[list[Any]]  # of int
    at: Mapped[datetime]


class Erasure(Row):
    """Somebody wanted to be forgotten. Says nothing about who: only that it was asked, and done.

    ``person_id`` is known until the last answer to them has left; then it is done.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "code"),
        sa.Index(None, "workspace_id", "done_at"),
    )

    code: Mapped[str]
    person_id: Mapped[UUID | None]
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class DataLink(Row):
    """A link to what we hold about a person: one button, one use. Only its hash is stored."""

    __tablename__ = "data_link"
    __table_args__ = (
        references("person_id", "person"),
        sa.UniqueConstraint("workspace_id", "token_hash"),
    )

    person_id: Mapped[UUID]
    token_hash: Mapped[bytes]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

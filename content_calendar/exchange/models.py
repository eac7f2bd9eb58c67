from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Row, references


class Kind(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    ICS = "ics"


class Step(StrEnum):
    """How far a file has come. Nothing is made before somebody has seen what it would make."""

    LOOKING = "looking"  # every row is checked
    LOOKED = "looked"  # and a person asked
    TAKING = "taking"
    TAKEN = "taken"
    LEFT = "left"  # a person said no, or it can't be read at all


class Intake(Row):
    """A file of posts on its way in. ``done`` of ``total`` rows are behind it in this step; they
    are counted in the same COMMIT that makes their posts."""

    __tablename__ = "intake"
    __table_args__ = (references("author_id", "user"),)

    name: Mapped[str]
    kind: Mapped[Kind]
    sha256: Mapped[str]
    author_id: Mapped[UUID | None]
    zone: Mapped[str]  # of rows that name none
    step: Mapped[Step] = mapped_column(default=Step.LOOKING)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    same: Mapped[int] = mapped_column(default=0)  # are in the calendar already
    wrong: Mapped[int] = mapped_column(default=0)
    problems: Mapped[list[Any]] = mapped_column(default=list)  # of str: the first of them
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class IntakeFile(Row):
    """What is in the file, until it is taken in. Apart, because SQLite would write all of it again
    with every row that is counted."""

    __tablename__ = "intake_file"
    __table_args__ = (
        references("intake_id", "intake"),
        sa.UniqueConstraint("workspace_id", "intake_id"),
    )

    intake_id: Mapped[UUID]
    data: Mapped[bytes]


class Origin(Row):
    """What a post was made of elsewhere, so that it is made once, also after a crash. ``key`` is a
    hash of what ``source`` calls it; the post may have been deleted since."""

    __tablename__ = "origin"
    __table_args__ = (sa.UniqueConstraint("workspace_id", "source", "key"),)

    source: Mapped[str]
    key: Mapped[str]
    post_id: Mapped[UUID | None]
    made_at: Mapped[datetime]


class CalendarAddress(Row):
    """A secret address at which other calendars read ours. Only the token's hash is stored."""

    __tablename__ = "calendar_address"
    __table_args__ = (
        references("user_id", "user"),
        sa.UniqueConstraint("workspace_id", "token_hash"),
    )

    user_id: Mapped[UUID]
    name: Mapped[str]
    token_hash: Mapped[bytes]
    drafts: Mapped[bool]  # also what is not approved yet
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Feed(Row):
    """A blog or shop whose news become drafts. ``etag`` and ``modified`` are its own words."""

    __tablename__ = "feed"
    __table_args__ = (
        references("author_id", "user"),
        sa.UniqueConstraint("workspace_id", "url"),
        sa.Index(None, "workspace_id", "next_at"),
    )

    name: Mapped[str]
    url: Mapped[str]
    questions: Mapped[str]  # a line each: one of them is asked with every draft
    channel_ids: Mapped[list[Any]] = mapped_column(default=list)  # of str: hex ids
    campaign: Mapped[str] = mapped_column(default="")
    zone: Mapped[str]  # of its drafts
    every_minutes: Mapped[int]
    author_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    read_at: Mapped[datetime | None]  # when it last could be
    made: Mapped[int] = mapped_column(default=0)  # drafts
    failures: Mapped[int] = mapped_column(default=0)  # since then
    note: Mapped[str] = mapped_column(default="")  # what is wrong, for people
    etag: Mapped[str] = mapped_column(default="")
    modified: Mapped[str] = mapped_column(default="")
    paused: Mapped[bool] = mapped_column(default=False)

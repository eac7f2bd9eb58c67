from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Row, references
from bot.db.types import WallTime


class Stage(StrEnum):
    """How far people have brought a post. What became of it after that is derived from its
    deliveries, never stored here."""

    IDEA = "idea"
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SCHEDULED = "scheduled"


class Campaign(Row):
    __tablename__ = "campaign"
    __table_args__ = (sa.UniqueConstraint("workspace_id", "name"),)

    name: Mapped[str]
    approver_ids: Mapped[list[Any]] = mapped_column(default=list)  # of str: hex; none: by role


class Post(Row):
    """What is to be said, once or in a series. ``overrides`` maps a network to its own text."""

    __tablename__ = "post"
    __table_args__ = (
        references("campaign_id", "campaign"),
        references("product_id", "product"),
        references("author_id", "user"),
        references("wrote_id", "user"),
        sa.UniqueConstraint("workspace_id", "scratch"),
    )

    title: Mapped[str]
    text: Mapped[str]
    overrides: Mapped[dict[str, Any]] = mapped_column(default=dict)
    media: Mapped[list[Any]] = mapped_column(default=list)  # of {"url", "type", "alt"}
    crops: Mapped[dict[str, Any]] = mapped_column(default=dict)  # SHA-256 → network → `draft.Crop`
    link: Mapped[str] = mapped_column(default="")
    first_comment: Mapped[str] = mapped_column(default="")
    poll: Mapped[dict[str, Any]] = mapped_column(default=dict)  # `draft.Ballot`, empty: none
    tags: Mapped[list[Any]] = mapped_column(default=list)  # of str: our own labels
    broadcast: Mapped[bool] = mapped_column(default=False)  # asks nothing, on purpose
    campaign_id: Mapped[UUID | None]
    product_id: Mapped[UUID | None]  # what it is about: replies mean this first
    author_id: Mapped[UUID | None]
    scratch: Mapped[str | None]  # the editor that made it: pressed twice, it makes one
    wrote_id: Mapped[UUID | None]  # who wrote its words as they stand
    approved: Mapped[str] = mapped_column(default="")  # `draft.fingerprint` of what was approved
    approved_version: Mapped[int | None]
    stage: Mapped[Stage] = mapped_column(default=Stage.DRAFT)
    channel_ids: Mapped[list[Any]] = mapped_column(default=list)  # of str: hex ids
    local: Mapped[datetime | None] = mapped_column(WallTime)  # planned; the first of a series
    zone: Mapped[str] = mapped_column(default="UTC")  # IANA
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class Series(Row):
    """The rule by which a post comes again. Its wall time and zone are kept, never an offset."""

    __tablename__ = "series"
    __table_args__ = (references("post_id", "post"),)

    post_id: Mapped[UUID]
    start: Mapped[datetime] = mapped_column(WallTime)
    zone: Mapped[str]
    rrule: Mapped[str]
    exdates: Mapped[list[Any]] = mapped_column(default=list)  # of ISO wall times: skipped
    materialised_until: Mapped[datetime | None]


class Occurrence(Row):
    """One time at which a post goes out. The wall time is part of the key, so an hour that comes
    twice posts once."""

    __tablename__ = "occurrence"
    __table_args__ = (
        references("post_id", "post"),
        references("series_id", "series"),
        sa.UniqueConstraint("workspace_id", "post_id", "local"),
        sa.Index(None, "workspace_id", "at"),
    )

    post_id: Mapped[UUID]
    series_id: Mapped[UUID | None]
    local: Mapped[datetime] = mapped_column(WallTime)
    zone: Mapped[str]
    at: Mapped[datetime]


class Publication(Row):
    """An occurrence on one channel, with the delivery that carries it."""

    __tablename__ = "publication"
    __table_args__ = (
        references("occurrence_id", "occurrence"),
        references("channel_id", "channel"),
        references("delivery_id", "delivery"),
        sa.UniqueConstraint("workspace_id", "occurrence_id", "channel_id"),
    )

    occurrence_id: Mapped[UUID]
    channel_id: Mapped[UUID]
    delivery_id: Mapped[UUID]

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Row, references
from bot.db.types import WallTime


class Filling(StrEnum):
    """What becomes of a slot that nobody has planned anything for."""

    NEVER = "never"
    SUGGEST = "suggest"  # a person says yes to each
    AUTOMATIC = "automatic"


class Category(Row):
    """A kind of post that comes again and again, with its own times and its own evergreens."""

    __tablename__ = "queue_category"
    __table_args__ = (sa.UniqueConstraint("workspace_id", "name"),)

    name: Mapped[str]
    filling: Mapped[Filling] = mapped_column(default=Filling.SUGGEST)


class WeeklySlot(Row):
    """A time of the week at which a channel is to hear something: wall time, never an offset."""

    __tablename__ = "weekly_slot"
    __table_args__ = (
        references("category_id", "queue_category"),
        references("channel_id", "channel"),
        sa.UniqueConstraint("workspace_id", "channel_id", "weekday", "minute", "zone"),
    )

    category_id: Mapped[UUID]
    channel_id: Mapped[UUID]
    weekday: Mapped[int]  # 0 is Monday
    minute: Mapped[int]  # of the day: 0 to 1439
    zone: Mapped[str]  # IANA


class Evergreen(Row):
    """Something that stays true. ``variants`` are other words for the same: they take turns."""

    __tablename__ = "evergreen"
    __table_args__ = (
        references("category_id", "queue_category"),
        references("product_id", "product"),
        references("approved_by_id", "user"),
    )

    category_id: Mapped[UUID]
    title: Mapped[str]
    text: Mapped[str]
    variants: Mapped[list[Any]] = mapped_column(default=list)  # of str
    media: Mapped[list[Any]] = mapped_column(default=list)  # as of a post
    broadcast: Mapped[bool] = mapped_column(default=False)
    product_id: Mapped[UUID | None]
    cool_down_days: Mapped[int] = mapped_column(default=60)  # on one channel
    most_uses: Mapped[int | None]  # on all channels together
    expires_on: Mapped[date | None]  # its last day, as the slot's clock shows it
    resting: Mapped[bool] = mapped_column(default=False)  # a person has taken it out for now
    approved_by_id: Mapped[UUID | None]  # nobody has yet: it goes nowhere by itself
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def texts(self) -> list[str]:
        return [self.text, *map(str, self.variants)]


class Fill(Row):
    """What was decided about one slot on one day. The wall time is part of the key: whoever comes
    second, after a crash or at the same moment, finds the decision there and does nothing."""

    __tablename__ = "queue_fill"
    __table_args__ = (
        references("channel_id", "channel"),
        references("evergreen_id", "evergreen"),
        references("post_id", "post"),
        sa.UniqueConstraint("workspace_id", "channel_id", "local", "zone"),
        sa.Index(None, "workspace_id", "evergreen_id"),
        sa.Index(None, "workspace_id", "post_id"),
    )

    channel_id: Mapped[UUID]
    local: Mapped[datetime] = mapped_column(WallTime)
    zone: Mapped[str]
    at: Mapped[datetime]
    evergreen_id: Mapped[UUID | None]  # None: a person said "not this time"
    variant: Mapped[int] = mapped_column(default=0)  # 0 is the text itself
    post_id: Mapped[UUID | None]  # None once the post was deleted
    decided_at: Mapped[datetime]

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Row, references
from bot.networks import EventKind
from bot.understanding import Facet, Kind, Topic


class EventState(StrEnum):
    NEW = "new"
    DONE = "done"
    QUARANTINED = "quarantined"  # not understood: raw bytes kept, a person may look


class Event(Row):
    """What a network told us, as it came. Unique by the network's own key for it."""

    __tablename__ = "event"
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "network", "account", "dedupe_key"),
        sa.Index(None, "workspace_id", "state", "id"),
    )

    network: Mapped[str]
    account: Mapped[str]
    dedupe_key: Mapped[str]
    kind: Mapped[EventKind | None]
    conversation: Mapped[str]
    received_at: Mapped[datetime]
    occurred_at: Mapped[datetime]
    raw: Mapped[bytes]
    details: Mapped[dict[str, Any]]  # the translated event's own fields
    state: Mapped[EventState] = mapped_column(default=EventState.NEW)
    tries: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(default="")


class Message(Row):
    """What a person said. Has the id of the event that brought it."""

    __tablename__ = "message"
    __table_args__ = (
        references("id", "event"),
        references("channel_id", "channel"),
        references("member_id", "member"),
        references("answers_id", "delivery"),
        sa.Index(None, "workspace_id", "channel_id", "remote_id"),
        sa.Index(None, "workspace_id", "channel_id", "thread"),
        sa.Index(None, "workspace_id", "conversation", "id"),
        sa.Index(
            "ix_message_waiting",
            "workspace_id",
            "id",
            sqlite_where=sa.text("wants_person = 1 AND answered_at IS NULL"),  # as it is asked
            postgresql_where=sa.text("wants_person AND answered_at IS NULL"),
        ),
        sa.Index(None, "workspace_id", "member_id"),
        sa.Index(
            "ix_message_answers",
            "workspace_id",
            "answers_id",
            sqlite_where=sa.text("answers_id IS NOT NULL"),
            postgresql_where=sa.text("answers_id IS NOT NULL"),
        ),
    )

    channel_id: Mapped[UUID]
    member_id: Mapped[UUID]
    remote_id: Mapped[str]
    conversation: Mapped[str]
    thread: Mapped[str | None]
    reply_to: Mapped[str | None]
    answers_id: Mapped[UUID | None]  # our delivery that it replies to
    text: Mapped[str]
    private: Mapped[bool]
    said_at: Mapped[datetime]
    wants_person: Mapped[bool] = mapped_column(default=False)
    answered_at: Mapped[datetime | None]  # by a person from the shop
    hidden_at: Mapped[datetime | None]  # from everybody else, at the network


class Signal(Row):
    """What a message says: one row a thing said."""

    __tablename__ = "signal"
    __table_args__ = (
        references("message_id", "message"),
        references("product_id", "product"),
        sa.Index(None, "workspace_id", "message_id"),
        sa.Index(None, "workspace_id", "product_id", "kind"),
    )

    message_id: Mapped[UUID]
    product_id: Mapped[UUID | None]
    kind: Mapped[Kind]
    facet: Mapped[Facet]
    topic: Mapped[Topic] = mapped_column(default=Topic.PRODUCT)
    polarity: Mapped[float]  # -1 … 1
    words: Mapped[str]  # exact, as said
    start: Mapped[int]
    end: Mapped[int]
    confidence: Mapped[float]  # 0 … 1
    why: Mapped[list[Any]]  # of str: what made it decide

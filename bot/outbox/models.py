from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, Row, references
from bot.networks import Action

# Nothing waits longer than this to be tried again: of itself, or because its network says so.
LONGEST_WAIT, LONGEST_LIMIT = timedelta(minutes=15), timedelta(days=1)


class DeliveryState(StrEnum):
    PENDING = "pending"  # leaves when due
    SENDING = "sending"  # claimed under a lease; the call may be under way
    SENT = "sent"  # the network has it
    UNKNOWN = "unknown"  # it may have happened; only a person can tell
    REFUSED = "refused"  # the network said no, in its own words
    HELD = "held"  # overdue or restored: leaves when a person says so
    CANCELLED = "cancelled"


class About(StrEnum):
    """What a delivery speaks of, so that replies to it can be read in its light."""

    POST = "post"
    ACKNOWLEDGEMENT = "acknowledgement"
    DECISION = "decision"
    QUESTION = "question"  # a partner asks the people who spoke
    CASE = "case"  # to a partner
    STAFF = "staff"  # a person from the shop answers
    COMMAND = "command"  # the answer to a command
    DATA = "data"  # to one person: the link to what we hold about them
    ENTRY = "entry"  # to one of the staff: the link that lets them in


class Restoration(Row):
    """A back-up took the database's place. Nothing leaves until somebody has released it."""

    __tablename__ = "restoration"

    restored_at: Mapped[datetime]
    made_at: Mapped[datetime]  # when the back-up was made
    released_at: Mapped[datetime | None]


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


class Delivery(Row):
    """One thing to say to one place, with everything that became of it.

    ``key`` is unique: enqueueing the same thing twice changes nothing. It is also what the
    network is given as the idempotency key. ``attempt`` and ``owner`` fence the result: only who
    claimed this attempt may settle it.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "key"),
        references("channel_id", "channel"),
        references("product_id", "product"),
        # On PostgreSQL no index that begins with the state holds what waits: when many of them come
        # at once, its statistics say that there are few, and it would look for each among all.
        sa.Index(
            None,
            *("workspace_id", "state", "due_at", "id"),
            postgresql_where=sa.text("state NOT IN ('pending', 'sent')"),
        ),
        sa.Index("ix_delivery_due", "workspace_id", "due_at", "id", **_where("state = 'pending'")),
        sa.Index(None, "workspace_id", "conversation", "state"),
        sa.Index(None, "workspace_id", "channel_id", "remote_id"),
        sa.Index(None, "workspace_id", "about", "about_id"),
    )

    key: Mapped[str]
    channel_id: Mapped[UUID]
    action: Mapped[Action]
    content: Mapped[dict[str, Any]]  # `Content.to_json`
    conversation: Mapped[str]  # deliveries of one conversation leave in order
    thread: Mapped[str | None]
    reply_to: Mapped[str | None]
    recipient: Mapped[str | None]
    target: Mapped[str | None]  # the message that EDIT, DELETE and HIDE mean
    about: Mapped[About]
    about_id: Mapped[UUID | None]
    product_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]  # moves with every try
    turn_at: Mapped[datetime]  # its turn in the conversation: moves only when a person moves it
    released_at: Mapped[datetime | None]  # a person said "send it", however late it is
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.PENDING)
    attempt: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    remote_id: Mapped[str | None]
    permalink: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")  # the network's words, for people


class Outcome(StrEnum):
    """How an attempt ended."""

    SENT = "sent"
    REFUSED = "refused"
    UNAUTHORIZED = "unauthorized"  # our credentials were refused: the channels were paused
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"  # nothing was sent
    UNKNOWN = "unknown"  # it may have been sent
    LOST = "lost"  # who claimed it never said: it was taken over when the lease ended


class Attempt(Base):
    """One try of a delivery that has ended; what is under way stands in the delivery itself.

    Written in the transaction that ends the try and never changed, so that claiming, the way that
    every delivery takes, writes nothing more. ``number`` is the delivery's ``attempt`` of then.
    """

    __tablename__ = "attempt"
    __table_args__ = (references("delivery_id", "delivery", ondelete="CASCADE"),)

    workspace_id: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    delivery_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    outcome: Mapped[Outcome]
    words: Mapped[str] = mapped_column(default="")  # the network's, for people

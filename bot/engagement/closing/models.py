from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Row, references


class What(StrEnum):
    """What kind of word it is; who is asked something hears that first."""

    QUESTION = "question"  # a partner's
    NEWS = "news"


# Said alone, so that it can be answered; news may stand together in a digest. By rank.
ASKS = (What.QUESTION,)


class NoticeState(StrEnum):
    WAITING = "waiting"  # for its turn: their digest, or a day on which more may be said
    SAID = "said"  # it is in the outbox
    UNREACHED = "unreached"
    UNWANTED = "unwanted"  # they said that they don't want to hear it


class Why(StrEnum):
    """Why somebody could not be reached."""

    CLOSED = "closed"  # the network lets us write to them no more, until they write again
    BLOCKED = "blocked"
    REFUSED = "refused"  # the network said no, wherever it was tried


class Notice(Row):
    """One person is to hear one thing that they did not ask for just now.

    At most one row for each of both; it ends as said, unreached or unwanted, and is never lost.
    ``tried``: the ways that a network refused, see `reaching.Spot.way`.
    """

    __tablename__ = "notice"
    __table_args__ = (
        references("decision_id", "decision"),
        references("member_id", "member"),
        references("voice_id", "voice"),
        references("delivery_id", "delivery"),
        sa.UniqueConstraint("workspace_id", "key"),
        sa.Index(None, "workspace_id", "decision_id", "state"),
        sa.Index(None, "workspace_id", "member_id", "state"),
        sa.Index(None, "workspace_id", "state", "look_at"),
        sa.Index(None, "workspace_id", "delivery_id"),
    )

    key: Mapped[str]
    what: Mapped[What]
    decision_id: Mapped[UUID]
    member_id: Mapped[UUID]
    voice_id: Mapped[UUID]
    state: Mapped[NoticeState]
    why: Mapped[Why | None]
    delivery_id: Mapped[UUID | None]
    tried: Mapped[list[Any]]  # of str
    tries: Mapped[int] = mapped_column(default=0)  # deliveries made for it so far
    created_at: Mapped[datetime]
    look_at: Mapped[datetime]  # not looked at again before


class Fallback(StrEnum):
    """Where somebody may be told what can't be said where they spoke."""

    TALKS = "talks"  # in private, where they have written to us before
    ANYWHERE = "anywhere"  # in private, wherever their network lets us
    NOWHERE = "nowhere"


class Wishes(Row):
    """How one person, on all networks, wants to hear from us."""

    __tablename__ = "wishes"
    __table_args__ = (
        references("person_id", "person"),
        sa.UniqueConstraint("workspace_id", "person_id"),
    )

    person_id: Mapped[UUID]
    digest: Mapped[bool] = mapped_column(default=False)  # news once a day, together
    digest_hour: Mapped[int | None]  # of the shop's day; None: the shop's own
    fallback: Mapped[Fallback] = mapped_column(default=Fallback.TALKS)


class GoAhead(Row):
    """A decision that many would hear: it waits until one of the staff agrees."""

    __tablename__ = "go_ahead"
    __table_args__ = (
        references("decision_id", "decision"),
        sa.UniqueConstraint("workspace_id", "decision_id"),
    )

    decision_id: Mapped[UUID]
    people: Mapped[int]
    asked_at: Mapped[datetime]
    agreed_at: Mapped[datetime | None]
    agreed_by: Mapped[str] = mapped_column(default="")

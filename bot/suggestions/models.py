from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Row, references
from bot.understanding import Facet, Kind, Topic


class SuggestionState(StrEnum):
    NEW = "new"
    IN_REVIEW = "in_review"
    WITH_PARTNER = "with_partner"
    PLANNED = "planned"
    DONE = "done"
    DECLINED = "declined"


class Suggestion(Row):
    """One thing that people want changed, fixed, added or sorted out."""

    __tablename__ = "suggestion"
    __table_args__ = (
        references("product_id", "product"),
        references("merged_into_id", "suggestion"),
        sa.Index(None, "workspace_id", "product_id", "kind", "gist"),
        sa.Index(None, "workspace_id", "state", "id"),
        sa.Index(None, "workspace_id", "merged_into_id"),
    )

    kind: Mapped[Kind]
    facet: Mapped[Facet]
    topic: Mapped[Topic] = mapped_column(default=Topic.PRODUCT)
    product_id: Mapped[UUID | None]
    words: Mapped[str]  # of the first who said it
    gist: Mapped[str] = mapped_column(default="")  # `understanding.gist` of the words
    state: Mapped[SuggestionState] = mapped_column(default=SuggestionState.NEW)
    merged_into_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    last_voice_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class Voice(Row):
    """One person behind a suggestion, with their words. A person counts once."""

    __tablename__ = "voice"
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "suggestion_id", "person_id"),
        references("suggestion_id", "suggestion"),
        references("person_id", "person"),
        references("member_id", "member"),
        references("message_id", "message"),
        references("signal_id", "signal"),
        sa.Index(None, "workspace_id", "message_id"),
    )

    suggestion_id: Mapped[UUID]
    person_id: Mapped[UUID]
    member_id: Mapped[UUID]
    message_id: Mapped[UUID]
    signal_id: Mapped[UUID]
    words: Mapped[str]
    said_at: Mapped[datetime]

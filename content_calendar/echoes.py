"""What came back to posts: replies, reactions, and the suggestions that they led to."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session
from bot.engagement.models import Reaction
from bot.inbox.models import Message
from bot.suggestions.models import Suggestion, Voice
from content_calendar.models import Publication


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """Counts. A suggestion counts once, by however many people it was made in reply."""

    replies: int = 0
    reactions: int = 0
    suggestions: int = 0

    def __bool__(self) -> bool:
        return bool(self.replies or self.reactions or self.suggestions)


SILENCE = Echo()


def echoes(session: Session, occurrences: Collection[UUID]) -> dict[UUID, Echo]:
    """By occurrence, on all its channels together, in one statement; silent ones are left out."""
    if not occurrences:
        return {}
    # The session's own filter by workspace does not reach into a union.
    ours = sa.and_(
        Publication.workspace_id == session.workspace,
        Publication.occurrence_id.in_(occurrences),
    )
    replies = _of("replies", sa.func.count(Message.id)).join(Message, _answers()).where(ours)
    reacted = sa.and_(
        Reaction.workspace_id == Publication.workspace_id,
        Reaction.delivery_id == Publication.delivery_id,
    )
    reactions = _of("reactions", sa.func.count(Reaction.id)).join(Reaction, reacted).where(ours)
    voiced = sa.and_(Voice.workspace_id == Message.workspace_id, Voice.message_id == Message.id)
    suggestions = (
        _of("suggestions", sa.func.count(sa.distinct(Voice.suggestion_id)))
        .join(Message, _answers())
        .join(Voice, voiced)
        .where(ours)
    )
    counted = sa.union_all(
        *(part.group_by(Publication.occurrence_id) for part in (replies, reactions, suggestions))
    )
    found: dict[UUID, dict[str, int]] = {}
    for occurrence, what, count in session.execute(counted):
        found.setdefault(occurrence, {})[what] = count
    return {occurrence: Echo(**counts) for occurrence, counts in found.items()}


def _of(what: str, count: Any) -> Any:
    return sa.select(
        Publication.occurrence_id, sa.literal(what).label("what"), count.label("count")
    ).select_from(Publication)


def _answers() -> Any:
    return sa.and_(
        Message.workspace_id == Publication.workspace_id,
        Message.answers_id == Publication.delivery_id,
    )


def led_to(session: Session, occurrence: UUID) -> list[tuple[UUID, str, int]]:
    """The suggestions that replies to it made or joined: id, first words, and by how many voices
    there, the most first."""
    voices = sa.func.count(sa.distinct(Voice.id))
    rows = session.execute(
        sa.select(Suggestion.id, Suggestion.words, voices)
        .join(Voice, Voice.suggestion_id == Suggestion.id)
        .join(Message, Message.id == Voice.message_id)
        .join(Publication, Publication.delivery_id == Message.answers_id)
        .where(Publication.occurrence_id == occurrence)
        .group_by(Suggestion.id, Suggestion.words)
        .order_by(voices.desc(), Suggestion.id)
        .limit(20)
    )
    return [(id, title, count) for id, title, count in rows]

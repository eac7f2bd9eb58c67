"""What staff and partners do to a suggestion."""

from uuid import UUID

import sqlalchemy as sa

from bot.db import Session
from bot.errors import Conflict, InvalidInput
from bot.suggestions.models import Suggestion, SuggestionState, Voice


def set_state(session: Session, suggestion: Suggestion, state: SuggestionState) -> None:
    if suggestion.state is not state:
        suggestion.state = state
        suggestion.version += 1
        session.announce("suggestions")


def merge(session: Session, suggestion: Suggestion, into: Suggestion) -> None:
    """Say that both are the same. Voices stay where they are, so that `split` undoes it."""
    if suggestion.id == into.id:
        raise InvalidInput("A suggestion can't be merged into itself.")
    if into.merged_into_id is not None or suggestion.merged_into_id is not None:
        raise Conflict("One of the two was merged already. Look at it again.")
    suggestion.merged_into_id = into.id
    suggestion.version += 1
    session.announce("suggestions")


def split(session: Session, suggestion: Suggestion) -> None:
    """Undo a merge."""
    suggestion.merged_into_id = None
    suggestion.version += 1
    session.announce("suggestions")


def voices(session: Session, suggestion: Suggestion) -> list[Voice]:
    """One voice a person, the first of theirs, over all that was merged into it."""
    said = session.scalars(
        sa.select(Voice)
        .where(Voice.suggestion_id.in_(_with_merged(session, suggestion.id)))
        .order_by(Voice.id)
    )
    first: dict[UUID, Voice] = {}
    for voice in said:
        first.setdefault(voice.person_id, voice)
    return list(first.values())


def _with_merged(session: Session, id: UUID) -> list[UUID]:
    """The suggestion and all that was merged into it, also by way of others."""
    found = layer = [id]
    while layer:
        layer = list(
            session.scalars(sa.select(Suggestion.id).where(Suggestion.merged_into_id.in_(layer)))
        )
        found = [*found, *layer]
    return found

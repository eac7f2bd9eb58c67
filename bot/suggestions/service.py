"""What staff and partners do to a suggestion."""

from bot.db import Session
from bot.errors import Conflict, InvalidInput
from bot.suggestions.models import Suggestion, SuggestionState


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

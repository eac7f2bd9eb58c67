"""Choosing what everybody may read."""

import sqlalchemy as sa

from bot.accounts.audit import record
from bot.accounts.models import User
from bot.board.models import Choice
from bot.db import Session
from bot.suggestions.models import Suggestion


def choose(session: Session, suggestion: Suggestion, *, shown: bool, by: User) -> None:
    """From now on it stands on the public page, or it does not; whoever chose last is right."""
    now = session.now()
    choice = session.scalar(sa.select(Choice).filter_by(suggestion_id=suggestion.id))
    if choice is None:
        session.put(
            Choice(suggestion_id=suggestion.id, shown=shown, chosen_by=by.name, chosen_at=now)
        )
    else:
        choice.shown, choice.chosen_by, choice.chosen_at = shown, by.name, now
    record(session, by, "showed to everybody" if shown else "hid from everybody", suggestion)
    session.announce("suggestions")

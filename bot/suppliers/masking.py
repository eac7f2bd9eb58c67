"""Whose names a partner must not read beside somebody's words."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session
from bot.inbox.models import Message
from bot.members.models import Member
from bot.suggestions.models import Voice

# Looked at: so many threads, the latest, and so many people in them all.
_THREADS, _PEOPLE = 200, 5_000


def names_beside(session: Session, suggestions: Collection[UUID]) -> Mapping[UUID, set[str]]:
    """By suggestion, the names of all who spoke in the threads in which it was said: people call
    each other by them."""
    said = session.execute(
        sa.select(Voice.suggestion_id, Message.conversation)
        .join(Message, Message.id == Voice.message_id)
        .where(Voice.suggestion_id.in_(suggestions), Message.thread.is_not(None))
        .group_by(Voice.suggestion_id, Message.conversation)
        .order_by(sa.func.max(Voice.said_at).desc())
        .limit(_THREADS)
    ).all()
    if not said:
        return {}
    people = session.execute(
        sa.select(Message.conversation, Member.name)
        .join(Member, Member.id == Message.member_id)
        .where(Message.conversation.in_({thread for _, thread in said}), Member.name != "")
        .distinct()
        .limit(_PEOPLE)
    )
    of: dict[str, set[str]] = defaultdict(set)
    for thread, name in people:
        of[thread].add(name)
    names: dict[UUID, set[str]] = defaultdict(set)
    for suggestion, thread in said:
        names[suggestion] |= of[thread]
    return names

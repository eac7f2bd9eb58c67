"""Whose names a partner must not read beside somebody's words."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from bot.db import Session
from bot.inbox.models import Message
from bot.members.models import Member

_MOST = 200  # people of one thread, those who spoke in it last


def names_in_threads(session: Session, messages: Sequence[UUID]) -> Mapping[UUID, set[str]]:
    """By message, the names of all who spoke in its thread: people call each other by them."""
    if not messages:
        return {}
    said = orm.aliased(Message)
    same_thread = sa.and_(
        said.workspace_id == Message.workspace_id,
        said.conversation == Message.conversation,
        said.thread.is_not_distinct_from(Message.thread),
    )
    rows = session.execute(
        sa.select(Message.id, Member.name)
        .join(said, same_thread)
        .join(
            Member,
            sa.and_(Member.workspace_id == said.workspace_id, Member.id == said.member_id),
        )
        .where(Message.id.in_(messages), Message.thread.is_not(None), Member.name != "")
        .distinct()
        .limit(_MOST * len(messages))
    )
    names: dict[UUID, set[str]] = defaultdict(set)
    for message, name in rows:
        names[message].add(name)
    return names

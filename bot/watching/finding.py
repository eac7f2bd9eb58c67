"""Which rows an id names: ours, its beginning, or a network's own."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Row, Session
from bot.inbox.models import Event, Message
from bot.outbox.models import Delivery
from bot.suggestions.models import Suggestion
from bot.suppliers.models import Case
from bot.watching.story import Subject
from content_calendar.models import Post, Publication

MOST = 8  # so many are named where several fit
_OURS = re.compile(r"[0-9a-f]{6,32}")

_TABLES: dict[Subject, type[Row]] = {
    Subject.MESSAGE: Message,
    Subject.EVENT: Event,
    Subject.DELIVERY: Delivery,
    Subject.POST: Post,
    Subject.PUBLICATION: Publication,
    Subject.SUGGESTION: Suggestion,
    Subject.CASE: Case,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A row, and what it is. A message and the event that brought it share their id."""

    id: UUID
    subjects: Sequence[Subject]


def find(session: Session, text: str) -> list[Found]:
    """What the text names: an id of ours, at least six letters of its beginning, an id that a
    network gave, an event's dedupe key or a delivery's key. Empty where it is nothing of that.

    Each look-up goes by an index, however much there is.
    """
    text = text.strip()
    rows = [*_by_our_id(session, text), *_by_theirs(session, text)] if text else []
    found: dict[UUID, list[Subject]] = {}
    for subject, id in rows:
        subjects = found.setdefault(id, [])
        if subject not in subjects:
            subjects.append(subject)
    return [Found(id=id, subjects=subjects) for id, subjects in sorted(found.items())][:MOST]


def _by_our_id(session: Session, text: str) -> Iterator[tuple[Subject, UUID]]:
    letters = text.lower().replace("-", "")
    if not _OURS.fullmatch(letters):
        return
    first, last = UUID(letters.ljust(32, "0")), UUID(letters.ljust(32, "f"))
    for subject, table in _TABLES.items():
        within = sa.select(table.id).where(table.id.between(first, last))
        for id in session.scalars(within.order_by(table.id).limit(MOST)):
            yield subject, id


def _by_theirs(session: Session, text: str) -> Iterator[tuple[Subject, UUID]]:
    places = sa.select(Channel.id).where(Channel.workspace_id == session.workspace)
    accounts = session.execute(sa.select(Channel.network, Channel.account).distinct()).all()
    looks: list[tuple[Subject, Any]] = [
        (
            Subject.MESSAGE,
            sa.select(Message.id).where(Message.channel_id.in_(places), Message.remote_id == text),
        ),
        (
            Subject.DELIVERY,
            sa.select(Delivery.id).where(
                Delivery.channel_id.in_(places), Delivery.remote_id == text
            ),
        ),
        (Subject.DELIVERY, sa.select(Delivery.id).where(Delivery.key == text)),
    ]
    looks += [
        (
            Subject.EVENT,
            sa.select(Event.id).where(
                Event.network == network, Event.account == account, Event.dedupe_key == text
            ),
        )
        for network, account in accounts
    ]
    for subject, statement in looks:
        for id in session.scalars(statement.limit(MOST)):
            yield subject, id
            if subject is Subject.MESSAGE:
                yield Subject.EVENT, id
            elif subject is Subject.EVENT and session.find(Message, id) is not None:
                yield Subject.MESSAGE, id

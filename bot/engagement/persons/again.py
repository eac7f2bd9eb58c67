"""Erasing again, in a back-up from before, whoever was erased after it was made."""

from collections.abc import Sequence

import sqlalchemy as sa

from bot.db import Session
from bot.engagement import erasing
from bot.engagement.models import Erasure
from bot.engagement.persons import journal
from bot.engagement.persons.journal import Entry
from bot.members.models import Member


def erase_again(session: Session, entries: Sequence[Entry]) -> int:
    """Give how many members were there again. Nothing is said to them: they were told."""
    done = 0
    for entry in entries:
        member = session.find(Member, entry.member_id)
        if member is not None and member.erased_at is None:
            erasing.erase(session, member, entry.until)
            erasing.erase_places(session, member)
            done += 1
        _note(session, entry)
    journal.put_back(session, entries)
    return done


def _note(session: Session, entry: Entry) -> None:
    """So that the page of this erasure goes on saying that it is done."""
    row = session.scalar(sa.select(Erasure).filter_by(code=entry.code))
    if row is None:
        row = session.put(Erasure(code=entry.code, person_id=None, asked_at=entry.at))
    row.person_id, row.done_at = None, row.done_at or session.now()

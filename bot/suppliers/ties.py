"""When we last heard from partners and ambassadors, and one gentle task where that is long ago.

Only staff are told of it: nobody who is silent is written to.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.audit import record
from bot.accounts.models import User
from bot.db import Session, insert_new
from bot.db.types import Utc
from bot.errors import Conflict
from bot.inbox.models import Message
from bot.members.models import Member
from bot.suggestions.models import Voice
from bot.suppliers import partner_queries
from bot.suppliers.models import Decision, Supplier
from bot.suppliers.tie_models import TieKind, TieTask

SILENCE = timedelta(days=60)
SNOOZE = timedelta(days=14)
# Who stands behind so many suggestions is an ambassador.
VOICES = 5
_TREND = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Somebody we are tied to. ``lately`` and ``before``: how often we heard from them in the last
    30 days and in the 30 before."""

    kind: TieKind
    id: UUID
    name: str
    heard_at: datetime
    lately: int
    before: int

    def silent(self, now: datetime) -> bool:
        return now - self.heard_at >= SILENCE


def ties(session: Session) -> list[Tie]:
    """Everybody we are tied to, the longest silent first."""
    return sorted([*_partners(session), *_ambassadors(session)], key=lambda tie: tie.heard_at)


def _partners(session: Session) -> list[Tie]:
    heard = partner_queries.heard_at(session)
    acts: dict[UUID, list[datetime]] = defaultdict(list)
    now = session.now()
    theirs = sa.select(Decision.supplier_id, Decision.decided_at).where(
        Decision.decided_at > now - 2 * _TREND, Decision.decided_by.not_like("user:%")
    )
    for id, at in session.execute(theirs):
        if id:
            acts[id].append(at)
    return [
        Tie(
            kind=TieKind.PARTNER,
            id=it.id,
            name=it.name,
            heard_at=heard.get(it.id, it.created_at),
            lately=sum(at > now - _TREND for at in acts[it.id]),
            before=sum(at <= now - _TREND for at in acts[it.id]),
        )
        for it in session.scalars(sa.select(Supplier))
    ]


def _ambassadors(session: Session) -> list[Tie]:
    often = sa.select(Voice.person_id).group_by(Voice.person_id).having(sa.func.count() >= VOICES)
    now = session.now()
    recent = sa.func.count().filter(Message.said_at > now - _TREND)
    both = sa.func.count().filter(Message.said_at > now - 2 * _TREND)
    rows = session.execute(
        sa.select(
            Member.person_id,
            sa.func.max(Member.name),
            sa.func.max(Message.said_at, type_=Utc()),
            recent,
            both,
        )
        .join(Message, Message.member_id == Member.id)
        .where(Member.person_id.in_(often), Member.erased_at.is_(None))
        .group_by(Member.person_id)
    )
    return [
        Tie(
            kind=TieKind.AMBASSADOR,
            id=id,
            name=name,
            heard_at=last,
            lately=lately,
            before=lately_and_before - lately,
        )
        for id, name, last, lately, lately_and_before in rows
    ]


def look(session: Session) -> int:
    """A task for each silence that has become long and has none; gives how many were made."""
    now = session.now()
    rows = [
        {
            "kind": tie.kind,
            "subject_id": tie.id,
            "silent_since": tie.heard_at,
            "made_at": now,
            "done_by": "",
        }
        for tie in ties(session)
        if tie.silent(now)
    ]
    made = insert_new(session, TieTask, rows, unique=("kind", "subject_id", "silent_since"))
    if made:
        session.announce("partners")
    return len(made)


def tasks(session: Session) -> list[tuple[TieTask, Tie]]:
    """What is to be done now: not done, not put off, and they are silent still."""
    now = session.now()
    silent = {(tie.kind, tie.id, tie.heard_at): tie for tie in ties(session) if tie.silent(now)}
    waits = sa.or_(TieTask.snoozed_until.is_(None), TieTask.snoozed_until <= now)
    found = session.scalars(
        sa.select(TieTask).where(TieTask.done_at.is_(None), waits).order_by(TieTask.silent_since)
    )
    named = [(one, silent.get((one.kind, one.subject_id, one.silent_since))) for one in found]
    return [(one, tie) for one, tie in named if tie is not None]


def finish(session: Session, task: TieTask, *, by: User) -> None:
    """Somebody has seen to it. Raises `Conflict` where somebody had before."""
    _open(session, task)
    task.done_at, task.done_by = session.now(), f"user:{by.name}"
    record(session, by, "did", task)
    session.announce("partners")


def snooze(session: Session, task: TieTask, *, by: User) -> None:
    """Not now: it comes back after `SNOOZE`, if they are silent still."""
    _open(session, task)
    task.snoozed_until = session.now() + SNOOZE
    record(session, by, "put off", task)
    session.announce("partners")


def _open(session: Session, task: TieTask) -> None:
    session.refresh(task, with_for_update=True)
    if task.done_at is not None:
        raise Conflict("Somebody has seen to this already.")

"""Which processes are alive, and who owns which account."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.db import Session
from bot.db.leases import Lease
from bot.processes.models import Process
from bot.processes.parts import Part
from bot.processes.service import Key, lease_of

_ACCOUNT = lease_of(("", "")).removesuffix("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A process as others see it. ``accounts``: those that it owns, as "network/account"."""

    name: str
    part: Part
    started_at: datetime
    seen_at: datetime
    alive: bool
    accounts: Sequence[str]


def processes(session: Session, *, silence: timedelta) -> list[Seen]:
    """All that ran in the last hour and have not said farewell; the living first."""
    now = session.now()
    owned = owners(session)
    found = [
        Seen(
            name=one.name,
            part=one.part,
            started_at=one.started_at,
            seen_at=one.seen_at,
            alive=one.seen_at > now - silence,
            accounts=sorted(name for name, owner in owned.items() if owner == one.name),
        )
        for one in session.scalars(sa.select(Process).order_by(Process.part, Process.started_at))
    ]
    return sorted(found, key=lambda one: not one.alive)


def missing(alive: Collection[Part]) -> list[Part]:
    """What nobody does."""
    done = {
        Part.WEB: any(one.serves for one in alive),
        Part.WORKER: any(one.works for one in alive),
        Part.CONNECT: any(one.connects for one in alive),
    }
    return [part for part, is_done in done.items() if not is_done]


def owners(session: Session) -> dict[str, str]:
    """Which process owns an account now, by "network/account"."""
    held = session.execute(
        sa.select(Lease.name, Lease.owner).where(
            Lease.workspace_id == session.workspace,
            Lease.name.startswith(_ACCOUNT, autoescape=True),
            Lease.until > session.now(),
        )
    )
    return {name.removeprefix(_ACCOUNT): owner for name, owner in held}


def reader(session: Session) -> str | None:
    """The process that reads what people say, while there is something to read."""
    return session.scalar(
        sa.select(Lease.owner).where(
            Lease.workspace_id == session.workspace,
            Lease.name == "inbox",
            Lease.until > session.now(),
        )
    )


def health(session: Session, *, silence: timedelta) -> dict[str, tuple[str, str]]:
    """How the living say that their accounts do, by "network/account"."""
    alive = sa.select(Process).where(Process.seen_at > session.now() - silence)
    return {
        name: (state, note)
        for one in session.scalars(alive.order_by(Process.started_at))
        for name, (state, note) in one.health.items()
    }


def free(session: Session, keys: Sequence[Key]) -> bool:
    """Whether one of these accounts has no owner."""
    taken = session.scalar(
        sa.select(sa.func.count())
        .select_from(Lease)
        .where(
            Lease.workspace_id == session.workspace,
            Lease.name.in_([lease_of(key) for key in keys]),
            Lease.until > session.now(),
        )
    )
    return (taken or 0) < len(keys)

"""A process among the others: it says that it is alive, and owns accounts while it does."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.db import Session
from bot.db.leases import Lease, is_free, take
from bot.errors import InvalidInput
from bot.processes.models import Process
from bot.processes.parts import Me

# Announced when a process comes or goes, an account changes hands, or its health changes.
TOPIC = "processes"
# So long people can still read that a process fell silent.
_REMEMBERED = timedelta(hours=1)

Key = tuple[str, str]  # network, account
Health = Mapping[str, tuple[str, str]]  # "network/account" → state and a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An account is ours until then, unless we say again that we are alive."""

    fence: int
    until: datetime


def name_of(key: Key) -> str:
    return "/".join(key)


def lease_of(key: Key) -> str:
    return f"account:{name_of(key)}"


def join(session: Session, me: Me, *, silence: timedelta) -> None:
    """Be one of the installation's processes. ``silence``: whoever was quiet so long is dead.

    Raises `InvalidInput` where the others have another secret key: what one of them signs, such
    as a form, the others would refuse.
    """
    others = sa.select(Process.name).where(
        Process.key != me.key, Process.seen_at > session.now() - silence
    )
    if stranger := session.scalar(others.limit(1)):
        raise InvalidInput(
            f"The process {stranger} of this installation has another secret key than this one. "
            "Give all of them the same folder for data, or copy its secret.key into each."
        )
    _seen(session, me, {})


def beat(
    session: Session, me: Me, wanted: Collection[Key], health: Health, *, lease: timedelta
) -> dict[Key, Held]:
    """Say that we are alive, keep the accounts that are ours, and take those that nobody has.

    Gives all of ``wanted`` that are ours now.
    """
    _seen(session, me, health)
    held = {}
    for key in wanted:
        if is_free(session, lease_of(key), me.name, for_=lease):
            until = session.now() + lease
            fence = take(session, lease_of(key), me.name, for_=lease)
            if fence is not None:
                held[key] = Held(fence=fence, until=until)
    return held


def _seen(session: Session, me: Me, health: Health) -> None:
    now = session.now()
    mine = session.scalar(sa.select(Process).filter_by(name=me.name))
    if mine is None:
        mine = session.put(
            Process(
                name=me.name,
                part=me.part,
                key=me.key,
                started_at=me.started_at,
                seen_at=now,
                health={},
            )
        )
        session.announce(TOPIC)
    mine.seen_at = now
    said = {name: list(how) for name, how in health.items()}
    if mine.health != said:
        mine.health = said
        session.announce(TOPIC)
    _forget(session, Process.seen_at < now - _REMEMBERED)


def leave(session: Session, me: Me) -> None:
    """End: the others may take over at once whatever was ours."""
    session.execute(
        sa.update(Lease)
        .where(Lease.workspace_id == session.workspace, Lease.owner == me.name)
        .values(until=session.now())
    )
    _forget(session, Process.name == me.name)
    session.announce(TOPIC, "inbox")


def _forget(session: Session, which: sa.ColumnElement[bool]) -> None:
    session.execute(sa.delete(Process).where(Process.workspace_id == session.workspace, which))


def confirmed(session: Session, me: Me, keys: Collection[Key]) -> set[Key]:
    """Which of these accounts are ours. Nobody can take one over before COMMIT."""
    by_lease = {lease_of(key): key for key in keys}
    ours = session.scalars(
        sa.select(Lease.name)
        .where(
            Lease.workspace_id == session.workspace,
            Lease.name.in_(by_lease),
            Lease.owner == me.name,
            Lease.until > session.now(),
        )
        .with_for_update(read=True)
    )
    return {by_lease[name] for name in ours}

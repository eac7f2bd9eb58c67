"""Who may do a piece of work that only one process may do at a time."""

from contextlib import suppress
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.base import Base
from bot.db.session import Session
from bot.errors import LeaseLost


class Lease(Base):
    """Work (``inbox``, ``account:discord/1``) with its owner until ``until``.

    ``fence`` grows with every change of owner, so an old owner can be told from the new one.
    """

    __tablename__ = "lease"

    workspace_id: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    fence: Mapped[int] = mapped_column(sa.BigInteger)
    until: Mapped[datetime]


def take(session: Session, name: str, owner: str, *, for_: timedelta) -> int | None:
    """The fence under which ``owner`` holds the work now, or None while another does."""
    now, key = session.now(), (session.workspace, name)
    lease = session.get(Lease, key, with_for_update=True)
    if lease is None:
        _make(session, name, now)
        lease = session.get_one(Lease, key, with_for_update=True)
    if lease.owner != owner:
        if now < lease.until <= _believable(now, for_):
            return None
        lease.owner, lease.fence = owner, lease.fence + 1
    lease.until = now + for_
    session.flush()
    return lease.fence


def _believable(now: datetime, for_: timedelta) -> datetime:
    """Nobody asks for longer. Machines' clocks may differ by less than a lease; what ends later
    was taken by a clock that has been put back since."""
    return now + 2 * for_


def is_free(session: Session, name: str, owner: str, *, for_: timedelta) -> bool:
    """Whether ``owner`` has it or could take it now. Looks without waiting for anybody: `take`
    waits for whoever is changing it, and a frozen process can keep others waiting."""
    now = session.now()
    others = sa.select(Lease.fence).where(
        Lease.workspace_id == session.workspace,
        Lease.name == name,
        Lease.owner != owner,
        Lease.until > now,
        Lease.until <= _believable(now, for_),
    )
    return session.scalar(others) is None


def _make(session: Session, name: str, now: datetime) -> None:
    """A lease that nobody holds yet, unless another process has made it this moment."""
    nobodys = Lease(workspace_id=session.workspace, name=name, owner="", fence=0, until=now)
    with suppress(sa.exc.IntegrityError), session.begin_nested():
        session.add(nobodys)


def hold(session: Session, name: str, owner: str, fence: int) -> None:
    """Go on only while the work is still ours; locks the lease until COMMIT.

    Raises `LeaseLost` when it has passed to another, or has run out.
    """
    found = session.scalar(
        sa.select(Lease.fence)
        .where(
            Lease.workspace_id == session.workspace,
            Lease.name == name,
            Lease.owner == owner,
            Lease.fence == fence,
            Lease.until > session.now(),
        )
        .with_for_update()
    )
    if found is None:
        raise LeaseLost


def release(session: Session, name: str, owner: str) -> None:
    """Give the work up at once, so that another need not wait for the lease to run out."""
    session.execute(
        sa.update(Lease)
        .where(Lease.workspace_id == session.workspace, Lease.name == name, Lease.owner == owner)
        .values(until=session.now())
    )

"""After a restore nothing leaves until a person has looked: it may have been sent already, by the
installation that was lost, after the back-up was made."""

from datetime import datetime

import sqlalchemy as sa

from bot.accounts import audit
from bot.accounts.models import User
from bot.db import Session
from bot.outbox.models import Delivery, DeliveryState, Restoration

# Why a delivery waits for a person, for people.
MAYBE_SAID = (
    "It may have gone out before the back-up was restored. Please look there before you send it."
)
_WAS_LEAVING = (
    "It was leaving when the back-up was made, so it probably arrived. Please look there."
)
_NEWEST = "newest restoration"
_TOPICS = ("outbox", "calendar", "channels", "counts")


def begin(session: Session, made_at: datetime) -> Restoration:
    """The database is a back-up from ``made_at`` now: be quiet until `release`."""
    session.info.pop(_NEWEST, None)
    restoration = session.put(Restoration(restored_at=session.now(), made_at=made_at))
    # No network's key or feed can be relied on after so long: a person settles these.
    session.execute(
        sa.update(Delivery)
        .where(_ours(session), Delivery.state == DeliveryState.SENDING)
        .values(state=DeliveryState.UNKNOWN, owner=None, lease_until=None, note=_WAS_LEAVING)
    )
    audit.record(session, audit.HUBBUB, "restored", restoration, made_at=made_at.isoformat())
    return restoration


def current(session: Session) -> Restoration | None:
    """The restore that nobody has released yet, or None where Hubbub may speak."""
    return session.scalar(
        sa.select(Restoration)
        .where(Restoration.released_at.is_(None))
        .order_by(Restoration.restored_at.desc())
        .limit(1)
    )


def is_quiet() -> sa.ColumnElement[bool]:
    """For the claim of deliveries: whether their workspace is to say nothing now."""
    return sa.exists().where(
        Restoration.workspace_id == Delivery.workspace_id, Restoration.released_at.is_(None)
    )


def may_be_said(session: Session, since: datetime) -> bool:
    """Whether what has its cause at ``since`` may have been said by the lost installation.

    True also after the release: a network that is caught up with late brings old messages.
    """
    if _NEWEST not in session.info:  # asked once in a transaction, however much is said in it
        newest = sa.select(sa.func.max(Restoration.restored_at))
        session.info[_NEWEST] = session.scalar(newest)
    restored: datetime | None = session.info[_NEWEST]
    return restored is not None and since < restored


def doubtful(restoration: Restoration) -> sa.ColumnElement[bool]:
    """What waits and was due before the restore."""
    return sa.and_(
        Delivery.state == DeliveryState.PENDING,
        Delivery.created_at < restoration.restored_at,
        Delivery.due_at <= restoration.restored_at,
    )


def hold(session: Session, by: User | str) -> int:
    """Set what may have gone out already aside: it leaves only one by one, by a person's word."""
    restoration = current(session)
    if restoration is None:
        return 0
    which = sa.and_(_ours(session), doubtful(restoration))
    held = session.execute(
        sa.update(Delivery)
        .where(which)
        .values(state=DeliveryState.HELD, note=MAYBE_SAID)
        .returning(Delivery.id),
        execution_options={"synchronize_session": False},
    ).all()
    if held:
        audit.record(session, by, "held", restoration, deliveries=len(held))
    session.announce(*_TOPICS)
    return len(held)


def release(session: Session, by: User | str) -> bool:
    """Let Hubbub speak; late posts follow their channel's rule. False where it did already."""
    found = session.scalars(
        sa.select(Restoration).where(Restoration.released_at.is_(None)).with_for_update()
    ).all()
    for restoration in found:
        restoration.released_at = session.now()
        audit.record(session, by, "released", restoration)
    session.announce(*_TOPICS)
    return bool(found)


def _ours(session: Session) -> sa.ColumnElement[bool]:
    return Delivery.workspace_id == session.workspace

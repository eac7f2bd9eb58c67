"""Secret addresses at which other calendars read ours: made, read by, and taken back."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from bot.accounts import audit
from bot.accounts.models import Role, User
from bot.accounts.tokens import hash_token, new_token
from bot.db import Session
from bot.errors import InvalidInput, NotFound
from content_calendar.exchange.models import CalendarAddress

_ABOUT = timedelta(minutes=5)  # so exactly it is kept when one was last read


def make(session: Session, user: User, name: str, *, drafts: bool) -> str:
    """Its token, which nobody can learn again."""
    name = " ".join(name.split())[:80]
    if not name:
        raise InvalidInput(fields={"address_name": "Say which calendar it is for."})
    token = new_token()
    address = session.put(
        CalendarAddress(
            user_id=user.id,
            name=name,
            token_hash=hash_token(token),
            drafts=drafts,
            created_at=session.now(),
        )
    )
    audit.record(session, user, "made", address, name=name)
    return token


def find(session: Session, token: str) -> CalendarAddress | None:
    """The address, while it holds and whose it is may come in."""
    found = (
        sa.select(CalendarAddress)
        .join(User, User.id == CalendarAddress.user_id)
        .where(
            CalendarAddress.token_hash == hash_token(token),
            CalendarAddress.revoked_at.is_(None),
            User.disabled_at.is_(None),
        )
    )
    return session.scalar(found)


def is_stale(session: Session, address: CalendarAddress) -> bool:
    """Whether it is time to write down that it is read."""
    return address.read_at is None or address.read_at < session.now() - _ABOUT


def touch(session: Session, id: UUID) -> None:
    session.need(CalendarAddress, id).read_at = session.now()


def revoke(session: Session, id: UUID, *, by: User) -> CalendarAddress:
    """One's own, or anybody's for an owner; else `NotFound`."""
    address = session.need(CalendarAddress, id)
    if address.user_id != by.id and by.role is not Role.OWNER:
        raise NotFound
    if address.revoked_at is None:
        address.revoked_at = session.now()
        audit.record(session, by, "revoked", address, name=address.name)
    return address


def seen_by(session: Session, user: User) -> Sequence[sa.Row[CalendarAddress, str]]:
    """Those that still work, with whose they are; an owner sees everybody's."""
    found = (
        sa.select(CalendarAddress, User.name)
        .join(User, User.id == CalendarAddress.user_id)
        .where(CalendarAddress.revoked_at.is_(None))
        .order_by(CalendarAddress.id)
    )
    if user.role is not Role.OWNER:
        found = found.where(CalendarAddress.user_id == user.id)
    return session.execute(found).all()

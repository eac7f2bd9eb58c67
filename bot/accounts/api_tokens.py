"""Tokens for programs: made by a member of staff, for some things, for some time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa

from bot.accounts import audit
from bot.accounts.models import ApiToken, Role, SecondFactor, User
from bot.accounts.tokens import hash_token, new_token
from bot.db import Session
from bot.errors import InvalidInput, NotFound

PREFIX = "hubbub_"
"""By which people, and programs that look for leaked secrets, know one."""

LONGEST = 366  # days
# When one was last used is kept this exactly: reading must not mean writing each time.
_ABOUT = timedelta(minutes=5)


class Scope(StrEnum):
    READ = "read"  # the calendar
    WRITE = "write"  # drafts: make, change, move, throw away
    SCHEDULE = "schedule"  # let posts go out, and take them off
    EXPORT = "export"  # whole tables as files
    INSIGHTS = "insights"  # what people want of products, counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program that has shown its token."""

    token: ApiToken
    user: User

    def may(self, scope: Scope) -> bool:
        return scope.value in self.token.scopes


def make(
    session: Session, user: User, name: str, scopes: Collection[Scope], *, days: int
) -> tuple[ApiToken, str]:
    """A new one, and its secret, which nobody can learn again. Raises `InvalidInput`."""
    problems = {}
    if not name.strip():
        problems["name"] = "Say which program it is for."
    if not scopes:
        problems["scopes"] = "Choose at least one thing that it may do."
    if not 1 <= days <= LONGEST:
        problems["days"] = f"It can last from 1 to {LONGEST} days."
    if problems:
        raise InvalidInput(fields=problems)
    secret, now = PREFIX + new_token(), session.now()
    token = session.put(
        ApiToken(
            user_id=user.id,
            name=" ".join(name.split()),
            token_hash=hash_token(secret),
            scopes=sorted(scope.value for scope in scopes),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    audit.record(session, user, "made", token, name=token.name, scopes=token.scopes)
    return token, secret


def find(session: Session, secret: str, *, factor_required: bool = False) -> Program | None:
    """Whose it is, while it holds and its user may come in."""
    if not secret.startswith(PREFIX):
        return None
    row = session.execute(
        sa.select(ApiToken, User, SecondFactor.confirmed_at)
        .join(User, (User.workspace_id == ApiToken.workspace_id) & (User.id == ApiToken.user_id))
        .outerjoin(
            SecondFactor,
            (SecondFactor.workspace_id == User.workspace_id) & (SecondFactor.user_id == User.id),
        )
        .where(
            ApiToken.token_hash == hash_token(secret),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > session.now(),
            User.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None or (factor_required and row[2] is None):
        return None
    return Program(token=row[0], user=row[1])


def is_stale(token: ApiToken, now: datetime) -> bool:
    """Whether it is time to write down that it is used."""
    return token.last_used_at is None or token.last_used_at < now - _ABOUT


def touch(session: Session, id: UUID) -> None:
    used = sa.update(ApiToken).where(ApiToken.workspace_id == session.workspace, ApiToken.id == id)
    session.execute(used.values(last_used_at=session.now()))


def revoke(session: Session, id: UUID, *, by: User) -> ApiToken:
    """It opens nothing from now on. One's own, or anybody's for an owner; else `NotFound`."""
    token = session.need(ApiToken, id)
    if token.user_id != by.id and by.role is not Role.OWNER:
        raise NotFound
    if token.revoked_at is None:
        token.revoked_at = session.now()
        audit.record(session, by, "revoked", token, name=token.name)
    return token


def revoke_all(session: Session, user: User) -> None:
    """Whoever is let in again later makes new ones."""
    of_theirs = sa.update(ApiToken).where(
        ApiToken.workspace_id == session.workspace,
        ApiToken.user_id == user.id,
        ApiToken.revoked_at.is_(None),
    )
    session.execute(of_theirs.values(revoked_at=session.now()))


def seen_by(session: Session, user: User) -> Sequence[sa.Row[ApiToken, str]]:
    """One's own tokens with whose they are, newest first; an owner sees everybody's."""
    found = (
        sa.select(ApiToken, User.name)
        .join(User, (User.workspace_id == ApiToken.workspace_id) & (User.id == ApiToken.user_id))
        .order_by(ApiToken.id.desc())
    )
    if user.role is not Role.OWNER:
        found = found.where(ApiToken.user_id == user.id)
    return session.execute(found).all()

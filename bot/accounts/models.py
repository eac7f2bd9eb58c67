from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Row, Sealed, references


class Role(StrEnum):
    OWNER = "owner"  # everything, also people and settings
    APPROVER = "approver"  # what a marketer may, and approves posts
    MARKETER = "marketer"  # calendar, inbox, suggestions, partners


class User(Row):
    __tablename__ = "user"
    __table_args__ = (sa.UniqueConstraint("workspace_id", "email"),)

    name: Mapped[str]
    email: Mapped[str]  # in lower case
    role: Mapped[Role]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class EntryLink(Row):
    """A one-time link that lets a user in. Only the token's hash is stored."""

    __tablename__ = "entry_link"
    __table_args__ = (
        references("user_id", "user"),
        sa.UniqueConstraint("workspace_id", "token_hash"),
    )

    user_id: Mapped[UUID]
    token_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class UserSession(Row):
    """A browser that has entered. The cookie's token is stored hashed.

    While its user has a second factor, it is half in until ``proved_at``.
    """

    __tablename__ = "user_session"
    __table_args__ = (
        references("user_id", "user"),
        sa.UniqueConstraint("workspace_id", "token_hash"),
    )

    user_id: Mapped[UUID]
    token_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    proved_at: Mapped[datetime | None]  # when the second factor was given in it


class AuditEntry(Row):
    """Who did what to what. Never changed, never deleted."""

    __tablename__ = "audit_entry"
    __table_args__ = (sa.Index(None, "workspace_id", "subject_id"),)

    at: Mapped[datetime]
    actor: Mapped[str]  # "user:<name>", "supplier:<name>", "hubbub"
    verb: Mapped[str]
    subject: Mapped[str]  # the table's name
    subject_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class SecondFactor(Row):
    """An app on the user's phone that shows a new code every 30 s (RFC 6238)."""

    __tablename__ = "second_factor"
    __table_args__ = (
        references("user_id", "user"),
        sa.UniqueConstraint("workspace_id", "user_id"),
    )

    user_id: Mapped[UUID]
    secret: Mapped[str] = mapped_column(Sealed)  # base32
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]  # until then it protects nothing
    last_step: Mapped[int] = mapped_column(sa.BigInteger, default=0)  # its code was accepted last
    salt: Mapped[bytes]  # of the recovery codes
    tries: Mapped[int] = mapped_column(default=0)  # since:
    tries_since: Mapped[datetime]


class RecoveryCode(Row):
    """Lets its user in once without the phone. Only its hash is stored."""

    __tablename__ = "recovery_code"
    __table_args__ = (
        references("user_id", "user"),
        sa.UniqueConstraint("workspace_id", "user_id", "code_hash"),
    )

    user_id: Mapped[UUID]
    code_hash: Mapped[bytes]
    used_at: Mapped[datetime | None]


class ApiToken(Row):
    """Lets a program in as its user, for what ``scopes`` say. Only its hash is stored."""

    __tablename__ = "api_token"
    __table_args__ = (
        references("user_id", "user"),
        sa.UniqueConstraint("workspace_id", "token_hash"),
    )

    user_id: Mapped[UUID]
    name: Mapped[str]
    token_hash: Mapped[bytes]
    scopes: Mapped[list[Any]] = mapped_column(default=list)  # of `api_tokens.Scope`
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

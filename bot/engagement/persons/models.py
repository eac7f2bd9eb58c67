from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from bot.db import Row, references


class LinkCode(Row):
    """A short code that works once: whoever sends it to the bot in private belongs to who asked
    for it, another account of the same person (``member_id``) or a partner (``supplier_id``).
    Only its hash is stored; until it has left for who asked, there is none."""

    __tablename__ = "link_code"
    __table_args__ = (
        references("member_id", "member"),
        references("supplier_id", "supplier"),
        references("claimed_by", "member"),
        sa.UniqueConstraint("workspace_id", "code_hash"),
        sa.Index(None, "workspace_id", "member_id", "made_at"),
        sa.Index(None, "workspace_id", "claimed_by"),
    )

    member_id: Mapped[UUID | None]
    supplier_id: Mapped[UUID | None]
    code_hash: Mapped[bytes | None]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    claimed_by: Mapped[UUID | None]  # who sent it; a person's own still has to say yes
    claimed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class WrongCode(Row):
    """Somebody sent a code that is none. Counted, so that nobody tries them all."""

    __tablename__ = "wrong_code"
    __table_args__ = (
        references("member_id", "member"),
        sa.Index(None, "workspace_id", "member_id", "at"),
    )

    member_id: Mapped[UUID]
    at: Mapped[datetime]


class Link(Row):
    """Two persons turned out to be one: ``members``, all of who was ``former_id``, are now
    ``person_id``. Undone newest first."""

    __tablename__ = "link"
    __table_args__ = (
        references("person_id", "person"),
        references("former_id", "person"),
        sa.Index(None, "workspace_id", "person_id"),
        sa.Index(None, "workspace_id", "former_id"),
    )

    person_id: Mapped[UUID]
    former_id: Mapped[UUID]
    members: Mapped[list[Any]]  # of str: ids, hexadecimal
    linked_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str]


class VoiceAside(Row):
    """A second voice of one person behind the same suggestion: it counts again once the link is
    undone. Its words are those of its signal."""

    __tablename__ = "voice_aside"
    __table_args__ = (
        references("link_id", "link"),
        references("suggestion_id", "suggestion"),
        references("member_id", "member"),
        references("message_id", "message"),
        references("signal_id", "signal"),
        sa.Index(None, "workspace_id", "link_id"),
        sa.Index(None, "workspace_id", "member_id"),
    )

    link_id: Mapped[UUID]
    suggestion_id: Mapped[UUID]
    member_id: Mapped[UUID]
    message_id: Mapped[UUID]
    signal_id: Mapped[UUID]
    said_at: Mapped[datetime]


class Belonging(Row):
    """A member is one of a partner's people: they speak for it, and have no voice on what is its
    own. Of every other partner they are a consumer like anybody."""

    __tablename__ = "belonging"
    __table_args__ = (
        references("member_id", "member"),
        references("supplier_id", "supplier"),
        sa.Index(None, "workspace_id", "member_id"),
        sa.Index(None, "workspace_id", "supplier_id"),
    )

    member_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    since: Mapped[datetime]
    by: Mapped[str]  # "user:<name>", or "supplier:<name>": by a code of theirs
    ended_at: Mapped[datetime | None]


class Forgotten(Row):
    """That a member was erased, for the day on which a back-up from before brings them back.

    Says nothing about who: ``member_id`` means something only in a database that still has them.
    ``until``: the event with which it was asked for; what came later is somebody new's.
    """

    __tablename__ = "forgotten"
    __table_args__ = (sa.UniqueConstraint("workspace_id", "code", "member_id"),)

    code: Mapped[str]
    member_id: Mapped[UUID]
    until: Mapped[UUID]
    at: Mapped[datetime]

"""Who of a partner is in the portal, what they gave back, and pictures that people sent."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Row, references


class Contact(Row):
    """A named person of a partner, with a link and sessions of their own.

    They stay here when they were removed: what they decided names them.
    """

    __tablename__ = "contact"
    __table_args__ = (
        references("supplier_id", "supplier"),
        references("channel_id", "channel"),
        sa.UniqueConstraint("workspace_id", "supplier_id", "email"),
        sa.Index(None, "workspace_id", "channel_id"),
    )

    supplier_id: Mapped[UUID]
    name: Mapped[str]
    email: Mapped[str]
    channel_id: Mapped[UUID]  # their own mailbox
    added_at: Mapped[datetime]
    added_by: Mapped[str]
    removed_at: Mapped[datetime | None]


class HandBack(Row):
    """A partner said that a case is not theirs, and why."""

    __tablename__ = "hand_back"
    __table_args__ = (
        references("case_id", "case"),
        references("supplier_id", "supplier"),
        sa.Index(None, "workspace_id", "case_id"),
    )

    case_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    reason: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]


class PictureState(StrEnum):
    WAITING = "waiting"  # still at the network's own address
    KEPT = "kept"
    LOST = "lost"  # it can't be had, or is no picture


class Picture(Row):
    """A picture that somebody sent with their words. ``data`` was written anew from its pixels: of
    camera, place and person it tells nothing. Gone when the message is taken back."""

    __tablename__ = "picture"
    __table_args__ = (
        references("message_id", "message"),
        sa.UniqueConstraint("workspace_id", "message_id", "number"),
        sa.Index(None, "workspace_id", "state", "due_at"),
    )

    message_id: Mapped[UUID]
    number: Mapped[int]  # of the message's pictures, from 0
    url: Mapped[str]  # the network's, often with a key in it: empty once it was fetched
    alt: Mapped[str] = mapped_column(default="")  # in the sender's words
    state: Mapped[PictureState] = mapped_column(default=PictureState.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    type: Mapped[str] = mapped_column(default="")
    data: Mapped[bytes] = mapped_column(deferred=True, default=b"")


class Translated(Row):
    """A machine's translation of what somebody said: ``digest`` is SHA-256 of the masked words that
    it stands for. Gone when the message is taken back."""

    __tablename__ = "translated"
    __table_args__ = (
        references("message_id", "message"),
        sa.UniqueConstraint("workspace_id", "message_id", "locale", "digest"),
    )

    message_id: Mapped[UUID]
    locale: Mapped[str]
    digest: Mapped[bytes]
    words: Mapped[str]


class ProductPicture(Row):
    """What a product looks like, so that a partner knows at once which is meant."""

    __tablename__ = "product_picture"
    __table_args__ = (
        references("product_id", "product"),
        sa.UniqueConstraint("workspace_id", "product_id"),
    )

    product_id: Mapped[UUID]
    type: Mapped[str]
    data: Mapped[bytes] = mapped_column(deferred=True)
    changed_at: Mapped[datetime]

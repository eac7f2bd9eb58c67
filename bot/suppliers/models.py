from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Row, references


class Role(StrEnum):
    """What kind of partner: matters of different kinds go to different ones (P2)."""

    SUPPLIER = "supplier"
    FULFILMENT = "fulfilment"
    STORE = "store"
    COMMUNITY = "community"  # the owner of the community: "your bot is rude"


class CaseState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ASKED = "asked"
    ACCEPTED = "accepted"
    PROMISED = "promised"
    DELIVERED = "delivered"
    DECLINED = "declined"


class Act(StrEnum):
    """What a partner can do about a case."""

    ACKNOWLEDGE = "acknowledge"
    ASK = "ask"
    ACCEPT = "accept"
    PROMISE = "promise"
    DELIVER = "deliver"
    DECLINE = "decline"


class Supplier(Row):
    """A partner. Cases reach them through ``channel_id``, a place on any network."""

    __tablename__ = "supplier"
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "name"),
        references("channel_id", "channel"),
    )

    name: Mapped[str]
    role: Mapped[Role] = mapped_column(default=Role.SUPPLIER)
    email: Mapped[str]
    channel_id: Mapped[UUID]
    zone: Mapped[str] = mapped_column(default="UTC")
    answer_within_hours: Mapped[int] = mapped_column(default=48)  # the agreement, first version
    created_at: Mapped[datetime]


class Coverage(Row):
    """What a partner answers for: a brand, or a single product (which wins over its brand)."""

    __tablename__ = "coverage"
    __table_args__ = (
        references("supplier_id", "supplier"),
        references("brand_id", "brand"),
        references("product_id", "product"),
        sa.UniqueConstraint("workspace_id", "brand_id"),
        sa.UniqueConstraint("workspace_id", "product_id"),
        sa.CheckConstraint("(brand_id IS NULL) <> (product_id IS NULL)", name="one_of_two"),
        sa.Index(None, "workspace_id", "supplier_id"),
    )

    supplier_id: Mapped[UUID]
    brand_id: Mapped[UUID | None]
    product_id: Mapped[UUID | None]


class Case(Row):
    """A partner's handling of one suggestion. Its state follows from its last decision."""

    __tablename__ = "case"
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "suggestion_id"),
        references("suggestion_id", "suggestion"),
        references("supplier_id", "supplier"),
        sa.Index(None, "workspace_id", "supplier_id", "state"),
    )

    suggestion_id: Mapped[UUID]
    supplier_id: Mapped[UUID | None]  # none yet: "whose is it?"
    state: Mapped[CaseState] = mapped_column(default=CaseState.OPEN)
    opened_at: Mapped[datetime]
    handed_over_at: Mapped[datetime | None]
    promised_for: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)


class Decision(Row):
    """What a partner did about a case. The people who spoke are told of it exactly once."""

    __tablename__ = "decision"
    __table_args__ = (
        references("case_id", "case"),
        references("supplier_id", "supplier"),
        sa.Index(None, "workspace_id", "case_id"),
        sa.Index(None, "workspace_id", "told_at"),
    )

    case_id: Mapped[UUID]
    supplier_id: Mapped[UUID | None]
    act: Mapped[Act]
    text: Mapped[str] = mapped_column(default="")  # reason, question or a word to the people
    promised_for: Mapped[date | None]
    decided_at: Mapped[datetime]
    decided_by: Mapped[str]
    told_at: Mapped[datetime | None]  # when the answers were put into the outbox


class PortalLink(Row):
    """A magic link: single use, short-lived. The token itself is never stored, only its hash
    for links that were made; see `suppliers.links`."""

    __tablename__ = "portal_link"
    __table_args__ = (
        references("supplier_id", "supplier"),
        references("lent_to", "user"),
        references("contact_id", "contact"),
        sa.UniqueConstraint("workspace_id", "token_hash"),
    )

    supplier_id: Mapped[UUID]
    token_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    case_id: Mapped[UUID | None]  # where to go after entering
    lent_to: Mapped[UUID | None]  # the member of staff who looks as this partner would
    contact_id: Mapped[UUID | None]  # the person whose link it is; none: the partner's mailbox


class PortalSession(Row):
    """A partner's browser that has entered. The cookie's token is stored hashed."""

    __tablename__ = "portal_session"
    __table_args__ = (
        references("supplier_id", "supplier"),
        references("lent_to", "user"),
        references("contact_id", "contact"),
        sa.UniqueConstraint("workspace_id", "token_hash"),
    )

    supplier_id: Mapped[UUID]
    token_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    lent_to: Mapped[UUID | None]  # as for the link
    contact_id: Mapped[UUID | None]  # as for the link
    device: Mapped[str] = mapped_column(default="")  # "Firefox on Android"
    seen_at: Mapped[datetime | None]  # to a few minutes


class Answer(Row):
    """What a consumer answered when the partner asked back."""

    __tablename__ = "answer"
    __table_args__ = (
        references("case_id", "case"),
        references("message_id", "message"),
        sa.UniqueConstraint("workspace_id", "case_id", "message_id"),
    )

    case_id: Mapped[UUID]
    message_id: Mapped[UUID]
    words: Mapped[str]
    said_at: Mapped[datetime]

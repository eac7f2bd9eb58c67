from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from bot.db import Row, references
from bot.understanding import Kind


class Field(StrEnum):
    """What of a signal was looked at."""

    KIND = "kind"
    FACET = "facet"
    POLARITY = "polarity"
    TOPIC = "topic"
    PRODUCT = "product"
    SKIPPED = "skipped"  # nothing: whoever looked at it left it to others


class Correction(Row):
    """Staff looked at one thing about a signal. ``was`` and ``became`` are the same where it was
    right. The words stay with the message: when it is forgotten, nothing can be learnt from it."""

    __tablename__ = "correction"
    __table_args__ = (
        references("signal_id", "signal", ondelete="CASCADE"),
        sa.UniqueConstraint("workspace_id", "signal_id", "field"),
        sa.Index(None, "workspace_id", "field", "id"),
    )

    signal_id: Mapped[UUID]
    field: Mapped[Field]
    was: Mapped[str]  # of a product its id, "" for none
    became: Mapped[str]
    confidence: Mapped[float]  # how sure it was, before anybody looked
    by: Mapped[str]
    at: Mapped[datetime]


class Lesson(Row):
    """What was learnt from all corrections up to then: one version of the installation's layer.
    At most one is in use; none means the recogniser as it ships."""

    __tablename__ = "lesson"
    __table_args__ = (sa.UniqueConstraint("workspace_id", "number"),)

    number: Mapped[int]
    layer: Mapped[dict[str, Any]]
    learnt_from: Mapped[int]  # corrections
    held_out: Mapped[int]  # corrections that it was judged by
    right: Mapped[int]  # of those, with it
    right_before: Mapped[int]  # and with what was in use then
    surprise: Mapped[float]  # nats, on those
    surprise_before: Mapped[float]
    in_use: Mapped[bool]
    made_at: Mapped[datetime]


class Mode(StrEnum):
    ASK = "ask"  # nothing leaves the house before a person has said yes
    SUGGEST = "suggest"  # done at once, and put before staff to be confirmed
    AUTO = "auto"  # done at once


class Trust(Row):
    """How far a kind may go by itself. Without a row: `Mode.SUGGEST`, .9."""

    __tablename__ = "trust"
    __table_args__ = (sa.UniqueConstraint("workspace_id", "kind"),)

    kind: Mapped[Kind]
    mode: Mapped[Mode]
    wanted: Mapped[float]  # precision, 0.5 … 0.99, before it may be AUTO


class LearntAlias(Row):
    """What people call a product, told by staff beside a message. It stands in `Product.aliases`
    too; this says that it was learnt, and by whom."""

    __tablename__ = "learnt_alias"
    __table_args__ = (
        references("product_id", "product", ondelete="CASCADE"),
        sa.UniqueConstraint("workspace_id", "product_id", "words"),
    )

    product_id: Mapped[UUID]
    words: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]

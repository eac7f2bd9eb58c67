from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Row, Sealed, references
from bot.suppliers.models import Act


class Means(Row):
    """What it takes to reach one partner and to know their answers, beside their channel.

    What is sealed is read only where it is needed: a key that is missing stops nothing else.
    """

    __tablename__ = "partner_means"
    __table_args__ = (
        references("supplier_id", "supplier"),
        sa.UniqueConstraint("workspace_id", "supplier_id"),
        sa.UniqueConstraint("workspace_id", "code_hash"),
    )

    supplier_id: Mapped[UUID]
    # Signs the reply addresses in their letters.
    reply_key: Mapped[str] = mapped_column(Sealed, deferred=True)
    person: Mapped[str] = mapped_column(default="")  # in a private chat: by the network's id
    url: Mapped[str] = mapped_column(default="")  # their program's address
    # None: no program may call for them.
    secret: Mapped[str | None] = mapped_column(Sealed, deferred=True)
    code_hash: Mapped[bytes | None]  # said in a private chat, it makes that chat theirs
    code_until: Mapped[datetime | None]


class Way(StrEnum):
    """How an answer came in, other than by the portal."""

    MAIL = "mail"
    CHAT = "chat"
    CALL = "call"  # of their program, signed


class Standing(StrEnum):
    """What became of an answer."""

    DONE = "done"  # it was an act, and is decided
    NOTED = "noted"  # no word that we know: staff may read it, the partner was told the words
    REFUSED = "refused"  # an act that could not be; the partner was told why
    HELD = "held"  # not proved to be theirs: a person decides
    AUTOMATIC = "automatic"  # written by a machine; never answered
    DROPPED = "dropped"  # a person has put it aside


class Reply(Row):
    """What came back from a partner. Unique by its way and the network's own id: it is read once.

    Of a mail or chat it has the id of the event that brought it.
    """

    __tablename__ = "partner_reply"
    __table_args__ = (
        references("supplier_id", "supplier"),
        references("case_id", "case"),
        sa.UniqueConstraint("workspace_id", "way", "remote_id"),
        sa.Index(None, "workspace_id", "standing", "id"),
        sa.Index(None, "workspace_id", "case_id"),
    )

    way: Mapped[Way]
    remote_id: Mapped[str]
    supplier_id: Mapped[UUID | None]  # None: nobody knows whose it is
    case_id: Mapped[UUID | None]
    version: Mapped[int | None]  # of the case, in the letter that is answered
    sender: Mapped[str]
    text: Mapped[str]  # without what it quotes
    came_at: Mapped[datetime]
    standing: Mapped[Standing]
    why: Mapped[str] = mapped_column(default="")  # a sentence for staff
    act: Mapped[Act | None]
    helped: Mapped[bool] = mapped_column(default=False)  # they were told the words
    answer: Mapped[dict[str, Any] | None]  # what a program was answered: status and body


class Informed(Row):
    """How far a partner has been told of a case since the letter that handed it over."""

    __tablename__ = "partner_informed"
    __table_args__ = (
        references("case_id", "case"),
        references("supplier_id", "supplier"),
        sa.UniqueConstraint("workspace_id", "case_id"),
    )

    case_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    people: Mapped[int]
    answers: Mapped[int]  # of people to the partner's questions
    closed: Mapped[bool]
    at: Mapped[datetime]

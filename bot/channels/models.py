from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Row
from bot.networks import Health


class ChannelKind(StrEnum):
    COMMUNITY = "community"  # many people read it
    DIRECT = "direct"  # one person or partner


class Overdue(StrEnum):
    """What becomes of posts that should have gone out while Hubbub was off."""

    ASK = "ask"
    SEND = "send"
    SPREAD = "spread"


class Channel(Row):
    """A page, server channel, group, chat or mail address, by the network's own id."""

    __tablename__ = "channel"
    __table_args__ = (sa.UniqueConstraint("workspace_id", "network", "account", "remote_id"),)

    network: Mapped[str]
    account: Mapped[str]
    remote_id: Mapped[str]
    name: Mapped[str]
    kind: Mapped[ChannelKind] = mapped_column(default=ChannelKind.COMMUNITY)
    paused_because: Mapped[str] = mapped_column(default="")  # empty: not paused
    paused_at: Mapped[datetime | None]
    overdue: Mapped[Overdue] = mapped_column(default=Overdue.ASK)
    burst_most: Mapped[int] = mapped_column(default=5)  # posts in any burst_minutes
    burst_minutes: Mapped[int] = mapped_column(default=10)
    last_event_at: Mapped[datetime | None]
    last_sent_at: Mapped[datetime | None]
    joined: Mapped[int] = mapped_column(default=0)  # how many came, since we listen
    parted: Mapped[int] = mapped_column(default=0)  # how many left


class Looked(Row):
    """What was found when we last looked at an account (``place`` empty) or at one of its places,
    without saying anything there. ``since``: when its ``health`` became what it is."""

    __tablename__ = "looked"
    __table_args__ = (sa.UniqueConstraint("workspace_id", "network", "account", "place", "what"),)

    network: Mapped[str]
    account: Mapped[str]
    place: Mapped[str]
    what: Mapped[str]
    health: Mapped[Health]
    says: Mapped[str]
    then: Mapped[str]  # what to do about it
    until: Mapped[datetime | None]  # it ends by itself then
    since: Mapped[datetime]
    looked_at: Mapped[datetime]

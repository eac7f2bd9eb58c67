"""What the owner decides about a channel, and whom they invite."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from bot.accounts.models import Role
from bot.channels.models import Overdue

Name = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class ChannelForm(BaseModel):
    """How we speak in a channel: at most ``burst_most`` posts in any ``burst_minutes``."""

    name: Name
    overdue: Overdue
    burst_most: int = Field(ge=1, le=1000)
    burst_minutes: int = Field(ge=1, le=1440)


class Invitation(BaseModel):
    """Who may come in, and what they may do."""

    name: Name
    email: Annotated[str, StringConstraints(min_length=3, max_length=200)]
    role: Role = Role.MARKETER

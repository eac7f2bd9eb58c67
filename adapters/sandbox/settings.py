"""What the sandbox imitates, and what goes wrong there."""

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from bot.networks import Capabilities, Count, Settle

# The one place there that everybody reads.
SQUARE = "square"


class Like(StrEnum):
    """The network whose limits are imitated."""

    WEBCHAT = "webchat"
    DISCORD = "discord"
    TELEGRAM = "telegram"
    FACEBOOK = "facebook"

    @property
    def capabilities(self) -> Capabilities:
        return _CAPABILITIES[self]


_CAPABILITIES = {
    Like.WEBCHAT: Capabilities(text_limit=2000, button_limit=8, settle=Settle.RESEND),
    Like.DISCORD: Capabilities(
        text_limit=2000, media_limit=10, button_limit=25, settle=Settle.RESEND
    ),
    Like.TELEGRAM: Capabilities(
        text_limit=4096, count=Count.UTF16, media_limit=10, button_limit=100, settle=Settle.ASK
    ),
    Like.FACEBOOK: Capabilities(text_limit=63206, media_limit=10, settle=Settle.READ_BACK),
}


class Fault(StrEnum):
    """What can go wrong with one send."""

    NONE = "none"
    SLOW = "slow"  # it takes `slow_seconds`, then succeeds
    REFUSE = "refuse"
    RATE_LIMIT = "rate_limit"
    UNAUTHORIZED = "unauthorized"
    TIME_OUT = "time_out"  # accepted, but we never learn it
    UNAVAILABLE = "unavailable"


Probability = Field(0.0, ge=0, le=1)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Faults(_Section):
    """One fault a send: first those of ``script`` in order, then each by its probability."""

    script: tuple[Fault, ...] = ()
    slow: float = Probability
    refuse: float = Probability
    rate_limit: float = Probability
    unauthorized: float = Probability
    time_out: float = Probability
    unavailable: float = Probability
    slow_seconds: float = Field(5.0, ge=0)
    retry_after_seconds: float = Field(30.0, ge=0)

    @property
    def probabilities(self) -> dict[Fault, float]:
        return {fault: getattr(self, fault) for fault in Fault if fault is not Fault.NONE}

    @model_validator(mode="after")
    def _leave_room_for_success(self) -> Self:
        if sum(self.probabilities.values()) > 1:
            raise ValueError("the probabilities of all faults must not add up to more than 1")
        return self


class SandboxSettings(_Section):
    """``ledger``: address (``host:port``) of a ledger in another process, else it is in memory.
    ``secret`` signs calls to ``/webhooks/sandbox``; without one they are refused."""

    account: str = Field("sandbox", min_length=1)
    like: Like = Like.WEBCHAT
    faults: Faults = Faults()
    seed: int = 0
    secret: SecretStr = SecretStr("")
    ledger: str = Field("", pattern=r"^(\S+:\d{1,5})?$")

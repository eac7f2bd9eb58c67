"""What goes wrong out there, and what every stand-in of a network has in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class Fault(StrEnum):
    """One thing that goes wrong, once, with the next call that it fits or the next event."""

    RATE_LIMITED = "429 with a time to wait"
    RATE_LIMITED_SILENTLY = "429 without one"
    FAILED = "500, nothing done"
    FAILED_THOUGH_DONE = "500, although done"
    TIMED_OUT = "no answer, nothing done"
    TIMED_OUT_THOUGH_DONE = "no answer, although done"
    BROKEN_JSON = "an answer that is no JSON, although done"
    FIELD_MISSING = "an answer that lacks a field, although done"
    EVENT_TWICE = "the same event twice"
    EVENTS_REORDERED = "two events in the wrong order"
    EVENT_BROKEN = "an event that nobody can read, before the next"
    DISCONNECTED = "the connection is cut, and can be resumed"
    SESSION_LOST = "the connection is cut, and can't be resumed"
    TOKEN_EXPIRED = "the token is no longer taken"
    WEBHOOK_SILENT = "the webhook is not called for the next event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What people see at the network of what we said, in the network's own ids."""

    id: str
    channel: str
    text: str
    thread: str | None = None
    reply_to: str | None = None
    recipient: str | None = None
    media: int = 0


class StandIn(Protocol):
    """A local server that speaks a network's protocol. Made by an async context manager."""

    network: str
    faults: frozenset[Fault]  # those that can happen at this network
    channel: str  # a place where we may speak

    @property
    def requests(self) -> Sequence[Any]:
        """Every call that came in, in order."""
        ...

    def settings(self) -> Mapping[str, Any]:
        """The section ``[networks.<network>]`` under which Hubbub speaks to it."""
        ...

    def fail(self, fault: Fault) -> None:
        """Let this go wrong with the next call or event; several queue up."""
        ...

    def shown(self) -> Sequence[Shown]:
        """What of ours can be seen there now."""
        ...

    async def say(
        self,
        text: str,
        *,
        channel: str | None = None,
        author: str = "ada",
        reply_to: str | None = None,
        private: bool = False,
    ) -> str:
        """A person writes; gives the message's id. Returns when it is on its way, not when it has
        arrived. A network that calls us (a webhook) is given where by its own constructor."""
        ...

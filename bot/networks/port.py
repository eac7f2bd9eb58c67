"""What every network is to the rest of Hubbub."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from pydantic import BaseModel

from bot.clock import Clock
from bot.networks.capabilities import Capabilities
from bot.networks.events import InboundEvent, NotUnderstood
from bot.networks.sending import Outgoing, Receipt

Event = InboundEvent | NotUnderstood

# Stores events; returns after COMMIT, and only then may the network be told that we have them.
# Raises `DatabaseUnavailable`: then nothing is acknowledged.
Receive = Callable[[Sequence[Event]], Awaitable[None]]


class Health(StrEnum):
    OK = "ok"
    WARN = "warn"
    OFF = "off"


class Adapter(Protocol):
    """One account on one network, speaking and listening."""

    network: str
    account: str
    capabilities: Capabilities

    async def run(self, receive: Receive) -> None:
        """Listen until cancelled. Returning or raising means that the connection is lost; the
        supervisor starts it again with back-off."""
        ...

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Say it. Raises the `NetworkError` that tells what to do next; anything else that is
        raised counts as `OutcomeUnknown`."""
        ...

    async def find(self, outgoing: Outgoing) -> Receipt | None:
        """What an earlier attempt left there, or None when it surely left nothing.

        Only called where ``capabilities.settle`` is ``READ_BACK``."""
        ...

    def health(self) -> tuple[Health, str]:
        """How it is doing, and a sentence for people."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """A request to ``/webhooks/{network}``: headers in lower case, the body as it came."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """Nothing happened: the network only asks whether it is us who listen here, and wants to hear
    ``answer`` (plain text)."""

    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the composition root hands to an adapter. ``extra`` is for networks whose client is
    part of Hubbub itself (the web chat)."""

    clock: Clock
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A network that can be installed: found by the entry point group ``hubbub.networks``.

    ``settings`` describes its section ``[networks.<name>]`` of the configuration. ``accept``
    checks the signature over the raw body of a webhook call and translates it, or gives the
    `Challenge` that the call asks for. It raises `NotFound` while no secret is configured, so that
    nobody can guess, and `NotAllowed` on a wrong signature. ``routes`` are pages of its own, for
    the web face.
    """

    name: str
    title: str
    settings: type[BaseModel]
    build: Callable[[Any, Services], Adapter]
    accept: Callable[[Any, WebhookRequest], Sequence[Event] | Challenge] | None = None
    routes: Callable[[Any], Sequence[Any]] | None = None
    channels: Mapping[str, str] = field(default_factory=dict)  # there from the start: id → name
    always_on: bool = False  # works without a section in the configuration
    # Only one process at a time may be this account: it keeps a connection there, or counts what
    # the network still allows. False where any number may send, and nothing has to be listened to.
    one_at_a_time: bool = True

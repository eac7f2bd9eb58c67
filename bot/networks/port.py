"""What every network is to the rest of Hubbub."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel

from bot.clock import Clock
from bot.errors import Rejected
from bot.networks.capabilities import Capabilities, MediaLimits
from bot.networks.content import Media
from bot.networks.events import InboundEvent, NotUnderstood
from bot.networks.sending import Outgoing, Receipt

Event = InboundEvent | NotUnderstood

# Stores events; returns after COMMIT, and only then may the network be told that we have them.
# Gives how many had not been here before. Raises `DatabaseUnavailable`: then nothing is
# acknowledged.
Receive = Callable[[Sequence[Event]], Awaitable[int]]


class Health(StrEnum):
    OK = "ok"
    WARN = "warn"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at, there and now. ``then``: what to do about it, for people.
    ``until``: when what is well now ends by itself, where the network says so."""

    what: str
    health: Health
    says: str
    then: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the account can speak, or could. ``channel``: the network's id; ``kind`` in the
    network's own word ("forum"); ``tags``: a forum's own labels."""

    channel: str
    name: str
    kind: str = ""
    findings: tuple[Finding, ...] = ()
    tags: tuple[str, ...] = ()


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

    async def examine(self, channel: str | None = None) -> Sequence[Finding]:
        """Look there now, without saying anything: is our token valid and until when, which
        rights are missing; with ``channel``, whether we may speak there. Never raises."""
        ...

    async def places(self) -> Sequence[Place]:
        """Where it can speak, as far as the network tells. Raises `NetworkError`."""
        ...


@runtime_checkable
class HandsOut(Protocol):
    """An adapter of a network that gives what people sent only to the bot that was told of it."""

    async def held(self, url: str) -> bytes:
        """What stands behind the address that its own `Media` named. Raises `NetworkError`:
        `Rejected` where it will never be had."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """A request to ``/webhooks/{network}``: headers in lower case, the body as it came.
    ``public_url``: where Hubbub is to be found from outside."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    public_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the network wants to hear back to a webhook call, in place of a bare "ok": ``body``,
    once the events are stored."""

    body: str
    media_type: str = "text/plain"
    events: Sequence[Event] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """A picture or film that goes out: its bytes, fit for the network that asked for it."""

    data: bytes
    type: str
    name: str
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What people may ask of the bot by a word: ``/name words``. ``words`` describes what may
    follow, empty where nothing does. ``about_product``: the words may begin with a product."""

    name: str
    does: str
    words: str = ""
    about_product: bool = False


async def _no_media(media: Media, limits: MediaLimits) -> MediaFile:
    raise Rejected(f"{media.url} is not kept here.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Callee:
    """Somebody's program: where it is called, and the secret that signs the calls."""

    url: str
    secret: str


async def _no_callee(channel: str) -> Callee:
    raise Rejected("No program is set up there any more.")


async def _no_products(beginning: str) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the composition root hands to an adapter.

    ``media`` gives the bytes of what `Content.media` names, made to fit; it raises `Rejected` where
    they can't be. ``products`` completes a product's name (at most 25). ``callee`` tells, for a
    channel of a plugin that `Plugin.calls` programs, which one that is; it raises `Rejected` where
    there is none. What an adapter has to keep beyond its connection, the network has to keep for
    it.
    """

    clock: Clock
    media: Callable[[Media, MediaLimits], Awaitable[MediaFile]] = _no_media
    products: Callable[[str], Awaitable[Sequence[str]]] = _no_products
    callee: Callable[[str], Awaitable[Callee]] = _no_callee
    commands: Sequence[Command] = ()
    public_url: str = ""
    shop: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of setting an account up, in exact clicks. ``finding``: the `Finding.what` that
    tells whether it is done; empty where nothing can tell."""

    do: str
    url: str = ""
    finding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A network that can be installed: found by the entry point group ``hubbub.networks``.

    ``settings`` describes its section ``[networks.<name>]`` of the configuration. ``accept``
    checks the signature over the raw body of a webhook call and translates it, or gives the
    `Reply` that the call asks for. It raises `NotFound` while no secret is configured, so that
    nobody can guess, and `NotAllowed` on a wrong signature. ``routes`` are pages of its own, for
    the web face.
    """

    name: str
    title: str
    settings: type[BaseModel]
    build: Callable[[Any, Services], Adapter]
    accept: Callable[[Any, WebhookRequest], Sequence[Event] | Reply] | None = None
    routes: Callable[[Any], Sequence[Any]] | None = None
    channels: Mapping[str, str] = field(default_factory=dict)  # there from the start: id → name
    always_on: bool = False  # works without a section in the configuration
    guide: Sequence[Step] = ()  # how an account is set up, shown in settings and checked there
    # Only one process at a time may be this account: it keeps a connection there, or counts what
    # the network still allows. False where any number may send, and nothing has to be listened to.
    one_at_a_time: bool = True
    calls: bool = False  # its places are programs that people have set up: `Services.callee`

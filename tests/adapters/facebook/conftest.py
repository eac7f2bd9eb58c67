"""A Graph API of our own, and every request to it checked against Meta's specification."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from adapters.facebook import plugin
from adapters.facebook.adapter import Facebook as Adapter
from adapters.facebook.settings import FacebookSettings
from bot.clock import Clock, SystemClock
from bot.networks import (
    Command,
    InboundEvent,
    Media,
    MediaFile,
    MediaLimits,
    NotUnderstood,
    Reply,
    Services,
    WebhookRequest,
)
from tests.adapters.facebook import schema
from tests.stand_ins.facebook import Facebook
from tests.stand_ins.faults import StandIn

JPEG = MediaFile(data=b"\xff\xd8\xff\xe0 a picture", type="image/jpeg", name="1.jpg", alt="A mug")
FILM = MediaFile(data=b"\x00\x00\x00\x18ftypmp42 a film", type="video/mp4", name="1.mp4")


class Inbox:
    """Takes events as the real one does: each dedupe key once."""

    def __init__(self) -> None:
        self.events: dict[str, InboundEvent | NotUnderstood] = {}
        self.calls = 0

    async def receive(self, events: Sequence[InboundEvent | NotUnderstood]) -> int:
        return self.take(events)

    def take(self, events: Sequence[InboundEvent | NotUnderstood]) -> int:
        self.calls += 1
        before = len(self.events)
        for event in events:
            self.events.setdefault(event.dedupe_key, event)
        return len(self.events) - before

    @property
    def said(self) -> list[str]:
        """By others."""
        return [
            event.text
            for event in self.events.values()
            if isinstance(event, InboundEvent) and not (event.author and event.author.is_self)
        ]


@pytest.fixture
def graph() -> Iterator[Facebook]:
    with Facebook() as graph:
        yield graph
        if schema.SPECS.exists():
            ours = [call for call in graph.requests if "Authorization" in call.headers]
            wrong = [one for call in ours for one in schema.problems(call, graph.channel)]
            assert wrong == []


_: type[StandIn] = Facebook  # has what every stand-in has


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def webhook(graph: Facebook, inbox: Inbox) -> Facebook:
    """The same Graph API, which calls `accept` and puts what it gives into the inbox."""
    settings = FacebookSettings.model_validate(graph.settings())

    def deliver(headers: Mapping[str, str], body: bytes) -> int:
        request = WebhookRequest(method="POST", headers=headers, query={}, body=body)
        assert plugin.accept is not None
        found = plugin.accept(settings, request)
        inbox.take(found.events if isinstance(found, Reply) else found)
        return 200

    graph.calling.callback = deliver
    return graph


async def media(what: Media, limits: MediaLimits) -> MediaFile:
    assert what.type in limits.bytes
    return FILM if what.type.startswith("video/") else JPEG


Build = Callable[..., Adapter]
Until = Callable[[Callable[[], Any]], Awaitable[None]]


@pytest.fixture
def build(graph: Facebook) -> Iterator[Build]:
    """An adapter; keywords are settings, and ``clock``."""
    built: list[Adapter] = []

    def build(clock: Clock | None = None, **settings: Any) -> Adapter:
        services = Services(
            clock=clock or SystemClock(),
            media=media,
            commands=(
                Command(name="ideas", does="What others have suggested"),
                Command(name="suggest", does="Suggest something", words="what"),
                Command(name="help", does="What I can do"),
            ),
            shop="Fern & Kettle",
        )
        section = FacebookSettings.model_validate({**graph.settings(), **settings})
        built.append(plugin.build(section, services))  # type: ignore[arg-type]  # it is one
        return built[-1]

    yield build
    for one in built:
        one.close()

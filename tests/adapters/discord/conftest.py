"""A bot at a local Discord, and what it hears."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapters.discord import plugin
from adapters.discord.adapter import Discord
from bot.clock import SystemClock
from bot.errors import NetworkError
from bot.networks import Action, Content, InboundEvent, NotUnderstood, Outgoing, Services
from bot.networks.port import Event
from tests.adapters.discord.schema import SPECS, problems
from tests.stand_ins.discord import DiscordStandIn
from tests.stand_ins.discord.guild import BOT_ID


@dataclass
class Ear:
    """Keeps what it is told, once each as the inbox does, and lets a test wait for it."""

    events: list[Event] = field(default_factory=list)
    calls: int = 0

    async def receive(self, events: Sequence[Event]) -> int:
        self.calls += 1
        known = {event.dedupe_key for event in self.events}
        new = {event.dedupe_key: event for event in events if event.dedupe_key not in known}
        self.events += new.values()
        return len(new)

    @property
    def heard(self) -> list[InboundEvent]:
        return [event for event in self.events if isinstance(event, InboundEvent)]

    @property
    def poison(self) -> list[NotUnderstood]:
        return [event for event in self.events if isinstance(event, NotUnderstood)]

    async def until(self, fits: Callable[[InboundEvent], bool]) -> InboundEvent:
        await wait_for(lambda: any(map(fits, self.heard)))
        return next(filter(fits, self.heard))


async def wait_for(true: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while True:
            if true():
                return
            await asyncio.sleep(0.01)


def build(server: DiscordStandIn, services: Services | None = None, **more: Any) -> Discord:
    settings = plugin.settings.model_validate({**server.settings(), **more})
    adapter = plugin.build(settings, services or Services(clock=SystemClock()))
    assert isinstance(adapter, Discord)
    return adapter


def outgoing(text: str = "Hello", **more: Any) -> Outgoing:
    content = more.pop("content", None) or Content(text=text)
    values: dict[str, Any] = {
        "key": "k",
        "action": Action.PUBLISH,
        "account": BOT_ID,
        "channel": DiscordStandIn.channel,
        "content": content,
    }
    return Outgoing(**{**values, **more})


@asynccontextmanager
async def listening(adapter: Discord, ear: Ear) -> AsyncIterator["asyncio.Task[None]"]:
    """It listens, begun again whenever the connection is lost, as the supervisor does."""

    async def keep() -> None:
        while True:
            with suppress(NetworkError):
                await adapter.run(ear.receive)
            await asyncio.sleep(0.01)

    task = asyncio.create_task(keep())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def server() -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn() as server:
        yield server
    if SPECS.exists():  # each test's calls, as Discord describes them; see test_schema.py
        assert problems(server.requests) == []


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def adapter(server: DiscordStandIn) -> Discord:
    return build(server)

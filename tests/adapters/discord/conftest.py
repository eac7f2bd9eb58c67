"""A bot at a local Discord, and what it hears."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from adapters.discord import plugin
from adapters.discord.adapter import Discord
from bot.clock import SystemClock
from bot.errors import NetworkError
from bot.networks import Action, Content, Outgoing, Services
from tests.adapters.discord.schema import SPECS, problems
from tests.adapters.ear import Ear
from tests.stand_ins.discord import DiscordStandIn
from tests.stand_ins.discord.guild import BOT_ID


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

"""A bot at a local Bot API, and what it hears."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from adapters.telegram import plugin
from adapters.telegram.adapter import Telegram
from bot.clock import SystemClock
from bot.errors import NetworkError
from bot.networks import Action, Content, Outgoing, Services
from tests.adapters.ear import Ear
from tests.adapters.telegram.schema import SPECS, problems
from tests.stand_ins.telegram import TelegramStandIn


def build(server: TelegramStandIn, services: Services | None = None, **more: Any) -> Telegram:
    settings = plugin.settings.model_validate({**server.settings(), **more})
    adapter = plugin.build(settings, services or Services(clock=SystemClock()))
    assert isinstance(adapter, Telegram)
    return adapter


def outgoing(text: str = "Hello", **more: Any) -> Outgoing:
    content = more.pop("content", None) or Content(text=text)
    values: dict[str, Any] = {
        "key": "k",
        "action": Action.PUBLISH,
        "account": "123456",
        "channel": TelegramStandIn.channel,
        "content": content,
    }
    return Outgoing(**{**values, **more})


@asynccontextmanager
async def listening(adapter: Telegram, ear: Ear) -> AsyncIterator["asyncio.Task[None]"]:
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
async def server() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn() as server:
        yield server
    if SPECS.exists():  # each test's calls, as Telegram describes them; see test_schema.py
        assert problems(server.requests) == []


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def adapter(server: TelegramStandIn) -> Telegram:
    return build(server)

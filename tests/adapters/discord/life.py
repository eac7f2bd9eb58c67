"""A Discord on this machine, and a bot that listens to it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from adapters.discord import plugin
from adapters.discord.adapter import Discord
from adapters.discord.settings import DiscordSettings
from bot.clock import SystemClock
from bot.networks import Action, Command, Content, Health, InboundEvent, Outgoing, Services
from bot.networks.port import Event
from tests.stand_ins.discord import CHANNEL, DiscordStandIn

COMMANDS = (
    Command(name="suggest", does="Suggest something", words="What is it?", about_product=True),
    Command(name="ideas", does="What others have suggested"),
)


@dataclass(slots=True)
class Bot:
    adapter: Discord
    inbox: dict[str, Event] = field(default_factory=dict)  # by dedupe key, as the real one
    calls: int = 0

    async def receive(self, events: Sequence[Event]) -> int:
        before = len(self.inbox)
        self.calls += 1
        for event in events:
            self.inbox.setdefault(event.dedupe_key, event)
        return len(self.inbox) - before

    def heard(self, text: str) -> list[InboundEvent]:
        kept = [event for event in self.inbox.values() if isinstance(event, InboundEvent)]
        return [event for event in kept if event.text == text]

    async def hears(self, text: str) -> InboundEvent:
        await until(lambda: bool(self.heard(text)))
        return self.heard(text)[0]


async def until(true: Callable[[], bool], timeout: float = 15.0) -> None:
    async with asyncio.timeout(timeout):
        while not true():  # noqa: ASYNC110  # what is waited for has no event of its own
            await asyncio.sleep(0.01)


def built(there: DiscordStandIn, **services: Any) -> Discord:
    given = {"clock": SystemClock(), "commands": COMMANDS, **services}
    settings = DiscordSettings(**there.settings())
    adapter = plugin.build(settings, Services(**given))
    assert isinstance(adapter, Discord)
    return adapter


@asynccontextmanager
async def listening(there: DiscordStandIn, **services: Any) -> AsyncIterator[Bot]:
    """Started again whenever it ends, as the supervisor does."""
    bot = Bot(built(there, **services))

    async def keep() -> None:
        while True:
            with suppress(Exception):
                await bot.adapter.run(bot.receive)
            await asyncio.sleep(0.05)

    task = asyncio.create_task(keep())
    try:
        await until(lambda: bot.adapter.health()[0] is Health.OK)
        yield bot
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def outgoing(text: str = "Hello", key: str = "key-1", **more: Any) -> Outgoing:
    content = more.pop("content", None) or Content(text=text)
    given = {"action": Action.PUBLISH, "channel": CHANNEL, **more}
    return Outgoing(key=key, account="default", content=content, **given)

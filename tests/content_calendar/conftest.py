from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from adapters.sandbox import Like, Sandbox, SandboxSettings
from bot.clock import FrozenClock
from bot.db import Database, Writer
from bot.settings import Settings, Shop
from bot.watching import needs_look
from bot.watching.watch import Watch
from bot.web.app import create_app
from bot.web.house import House
from content_calendar import views
from tests.content_calendar.serving import Served, serving
from tests.web.doorway import Client, visiting


@pytest.fixture
def house(database: Database, writer: Writer, clock: FrozenClock, tmp_path: Path) -> House:
    sandbox = Sandbox(SandboxSettings(like=Like.WEBCHAT), clock)
    settings = Settings(data=tmp_path, shop=Shop(name="Kettle & Co", zone="Europe/Berlin"))
    return House(
        settings=settings,
        database=database,
        writer=writer,
        news=writer.news,
        clock=clock,
        secret=b"k" * 32,
        adapters={("webchat", "1"): sandbox, ("telegram", "1"): sandbox},
        alarms=Watch(settings=settings, clock=clock).alarms,
    )


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    with visiting(create_app([*views.routes, *needs_look.routes], house)) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as shop:
        yield shop

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.clock import FrozenClock
from bot.db import Database, Writer
from bot.settings import Settings
from bot.settings import Web as WebSettings
from bot.web.app import create_app
from bot.web.house import ChannelItem, Doorkeepers, House, NavItem, Shell
from tests.web.doorway import Client, routes, visiting
from tests.web.two_shops import world

__all__ = ["world"]


@pytest.fixture
def house(database: Database, writer: Writer, clock: FrozenClock, tmp_path: Path) -> House:
    return House(
        settings=Settings(data=tmp_path, web=WebSettings(trusted_proxies=("10.0.0.0/8",))),
        database=database,
        writer=writer,
        news=writer.news,
        clock=clock,
        secret=b"k" * 32,
        shell=Shell(
            nav=[
                NavItem(href="/calendar", label="Calendar", icon="calendar"),
                NavItem(href="/inbox", label="Inbox", icon="inbox", count=lambda session: 7),
            ],
            channels=lambda session: [ChannelItem(name="Square", network="webchat")],
        ),
        doorkeepers=Doorkeepers(partner=lambda connection: connection.cookies.get("partner")),
    )


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    with visiting(create_app(routes, house)) as client:
        yield client

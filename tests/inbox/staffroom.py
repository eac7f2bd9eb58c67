"""The staff's pages, with somebody signed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from litestar import Litestar

from adapters.sandbox import SandboxSettings
from adapters.sandbox import plugin as sandbox
from bot.accounts.models import Role
from bot.channels import views as channels
from bot.db import Writer
from bot.engagement import views as engagement
from bot.inbox import views as inbox
from bot.networks import Services
from bot.reviewing import views as reviewing
from bot.settings import Settings, Shop
from bot.suggestions import views as suggestions
from bot.web.app import create_app
from bot.web.house import House
from tests.inbox.talk import ACCOUNT, NETWORK
from tests.web.doorway import Client, sign_in, visiting

ROUTES = [
    *inbox.routes,
    *engagement.routes,
    *suggestions.routes,
    *reviewing.routes,
    *channels.routes,
]


def furnish(writer: Writer, data: Path) -> Litestar:
    """An app with these pages only."""
    clock = writer.database.clock
    adapter = sandbox.build(SandboxSettings(account=ACCOUNT), Services(clock=clock))
    house = House(
        settings=Settings(data=data, shop=Shop(name="Willow & Wren", zone="Europe/Berlin")),
        database=writer.database,
        writer=writer,
        news=writer.news,
        clock=clock,
        secret=b"k" * 32,
        adapters={(NETWORK, ACCOUNT): adapter},
        plugins={NETWORK: sandbox},
    )
    return create_app(ROUTES, house)


@contextmanager
def staffroom(writer: Writer, data: Path, role: Role = Role.MARKETER) -> Iterator[Client]:
    """A browser in which a member of staff with this role has entered."""
    with visiting(furnish(writer, data)) as client:
        sign_in(client, writer, role)
        yield client

"""The editor's pages on a free port, in a shop on four networks with their own capabilities."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio
import sqlalchemy as sa
import uvicorn
from PIL import Image
from playwright.async_api import Page, expect

from adapters.discord.adapter import Discord
from adapters.facebook.saying import CAPABILITIES
from adapters.sandbox import Like, Sandbox, SandboxSettings
from adapters.telegram.adapter import Telegram
from adapters.webchat.adapter import WebChat
from bot.accounts import service as accounts
from bot.accounts.models import Role, User
from bot.channels import service as channels
from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.media import views as media
from bot.networks import Capabilities
from bot.settings import Settings, Shop, Web
from bot.web.access import SESSION_COOKIE
from bot.web.app import create_app
from bot.web.house import House
from content_calendar import views
from content_calendar.models import Post
from tests import databases, rooms

TABLE: dict[str, Capabilities] = {
    "discord": Discord.capabilities,
    "facebook": CAPABILITIES,
    "telegram": Telegram.capabilities,
    "webchat": WebChat.capabilities,
}
PLACES = {
    "discord": "#announcements",
    "facebook": "Kettle & Co",
    "telegram": "Kettle news",
    "webchat": "Web chat",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Monday, 2 March 2026, 09:00 UTC, in Berlin. ``tokens`` by role."""

    address: str
    tokens: dict[Role, str]
    writer: Writer
    house: House

    async def enter(self, page: Page, path: str, role: Role = Role.OWNER) -> None:
        await page.context.add_cookies(
            [{"name": SESSION_COOKIE, "value": self.tokens[role], "url": self.address}]
        )
        await page.goto(self.address + path)


def sandboxes(clock: FrozenClock) -> dict[tuple[str, str], Sandbox]:
    """One for each network, able to do what that network is able to do."""
    found = {}
    for network, can in TABLE.items():
        sandbox = Sandbox(SandboxSettings(like=Like.WEBCHAT), clock)
        sandbox.capabilities = can
        found[network, "1"] = sandbox
    return found


def furnish(session: Session) -> dict[Role, str]:
    for network, name in PLACES.items():
        channels.ensure(session, network=network, account="1", remote_id="lobby", name=name)
    people = {Role.OWNER: "Olga", Role.APPROVER: "Anton", Role.MARKETER: "Mia"}
    return {role: _token(session, role, name) for role, name in people.items()}


def _token(session: Session, role: Role, name: str) -> str:
    link = accounts.invite(session, name, f"{name.lower()}@b.example", role)
    return accounts.enter(session, link)


def user(session: Session, name: str) -> User:
    return session.query(User).filter_by(name=name).one()


async def choose(page: Page, *networks: str) -> None:
    for network in networks:
        await page.locator(f"#channels [data-network={network}]").check()


async def write(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        await page.locator(f"#post [name={name}]").fill(value)


async def press(page: Page, name: str, said: str) -> None:
    """Press the button and wait until the next page has said it."""
    await page.get_by_role("button", name=name, exact=True).click()
    await expect(page.get_by_text(said).first).to_be_visible()


async def the_post(desk: Desk) -> Post:
    return await desk.writer.run(lambda session: session.scalars(sa.select(Post)).one())


def picture_of(folder: Path, size: tuple[int, int] = (300, 200)) -> Path:
    path = folder / "cup.jpg"
    Image.linear_gradient("L").resize(size).convert("RGB").save(path)
    return path


@pytest_asyncio.fixture(loop_scope="session")
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path) as it:
        yield it


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Desk]:
    clock = FrozenClock(rooms.START)
    database = rooms.open_database(databases.sqlite_url(folder), clock)
    with Writer(database) as writer, socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = Settings(
            data=folder,
            shop=Shop(name="Kettle & Co", zone="Europe/Berlin"),
            web=Web(public_url=address),
        )
        house = House(
            settings=settings,
            database=database,
            writer=writer,
            news=writer.news,
            clock=clock,
            secret=b"k" * 32,
            adapters=sandboxes(clock),
        )
        app = create_app([*views.routes, *media.routes], house)
        config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1, ws="none")
        server = uvicorn.Server(config)
        web = asyncio.create_task(server.serve(sockets=[listener]))
        tokens = await writer.run(furnish)
        yield Desk(address=address, tokens=tokens, writer=writer, house=house)
        app.state.streams.close()
        server.should_exit = True
        await web
    database.close()

"""The story and the alarms in a real browser: readable by everybody, and nothing sticks out."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
import sqlalchemy as sa
import uvicorn
from playwright.async_api import expect

from bot.accounts import service as accounts
from bot.accounts.models import Role
from bot.channels import service as channels
from bot.channels.models import Channel
from bot.clock import SystemClock
from bot.db import Session, Writer
from bot.inbox.models import Message
from bot.outbox.models import Attempt, Delivery, DeliveryState, Outcome
from bot.settings import Settings, Shop
from bot.suggestions.models import Suggestion
from bot.watching import explain_views, needs_look
from bot.watching.watch import Watch
from bot.web.access import SESSION_COOKIE
from bot.web.app import create_app
from bot.web.house import House
from tests import databases, rooms
from tests.browser import OpenPage, violations
from tests.inbox.talk import garble, say
from tests.suppliers.shop import open_shop

Served = tuple[str, str, list[str]]  # address, session token, paths

STICKS_OUT = "() => document.documentElement.scrollWidth - innerWidth"
LONG = "W" * 300


def _furnish(session: Session) -> list[str]:
    """Something answered, something refused, something that nobody could read."""
    open_shop(session)
    say(session, "Please make the lid of the kettle dishwasher-safe.", by=LONG)
    say(session, f"The kettle should be {LONG}", by="Paul", private=True)
    garble(session, b"{" * 3000)
    for delivery in session.scalars(sa.select(Delivery)):
        delivery.state, delivery.note, delivery.attempt = DeliveryState.REFUSED, LONG, 1
        session.add(
            Attempt(
                workspace_id=session.workspace,
                delivery_id=delivery.id,
                number=1,
                owner="box:7",
                started_at=session.now(),
                ended_at=session.now(),
                outcome=Outcome.REFUSED,
                words=LONG,
            )
        )
    channels.pause(session, session.scalars(sa.select(Channel).limit(1)).one(), LONG)
    ids = [
        session.scalars(sa.select(kind.id).order_by(kind.id)).first()
        for kind in (Message, Delivery, Suggestion)
    ]
    return ["/needs-a-look", "/explain", *(f"/explain/{id}" for id in ids)]


def _enter(session: Session) -> str:
    return accounts.enter(session, accounts.invite(session, "Olga", "o@b.example", Role.OWNER))


@pytest_asyncio.fixture(loop_scope="session")
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    clock = SystemClock()
    database = rooms.open_database(databases.sqlite_url(tmp_path), clock)
    settings = Settings(data=tmp_path, shop=Shop(name="Willow & Wren", zone="Europe/Berlin"))
    with Writer(database) as writer, socket.create_server(("127.0.0.1", 0)) as listener:
        paths, token = await writer.run(_furnish), await writer.run(_enter)
        house = House(
            settings=settings,
            database=database,
            writer=writer,
            news=writer.news,
            clock=clock,
            secret=b"k" * 32,
            alarms=Watch(settings=settings, clock=clock).alarms,
        )
        app = create_app([*explain_views.routes, *needs_look.routes], house)
        config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1, ws="none")
        server = uvicorn.Server(config)
        web = asyncio.create_task(server.serve(sockets=[listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", token, paths
        app.state.streams.close()
        server.should_exit = True
        await web
    database.close()


@pytest.mark.parametrize(("width", "colours"), [(1280, "light"), (390, "dark")])
async def test_every_page_can_be_read_by_everybody(
    served: Served, open_page: OpenPage, width: int, colours: Literal["light", "dark"]
) -> None:
    address, token, paths = served
    page = await open_page(width=width, colours=colours)
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
    found = {}
    for path in paths:
        shown = await page.goto(address + path)
        assert shown is not None
        found[path] = (shown.status, await page.evaluate(STICKS_OUT), await violations(page))
    assert found == dict.fromkeys(paths, (200, 0, []))


async def test_from_what_is_wrong_to_why_is_one_click(served: Served, open_page: OpenPage) -> None:
    address, token, _ = served
    page = await open_page()
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
    await page.goto(f"{address}/needs-a-look")
    await expect(page.get_by_text("Hubbub could not read")).to_be_visible()
    await page.get_by_role("link", name="What happened?").first.click()
    await expect(page.get_by_text("Try 1: the network refused it")).to_be_visible()
    await page.get_by_role("searchbox").fill("nothing")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Nothing has this id")).to_be_visible()

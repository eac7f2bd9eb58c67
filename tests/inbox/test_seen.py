"""The staff's pages in a real browser: readable by everybody, and nothing sticks out."""

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
from bot.channels.models import Channel
from bot.clock import SystemClock
from bot.db import Session, Writer
from bot.inbox.models import Message
from bot.suggestions.models import Suggestion
from bot.suppliers.partners import add_supplier
from bot.web.access import SESSION_COOKIE
from tests import databases, rooms
from tests.browser import OpenPage, violations
from tests.inbox.staffroom import furnish
from tests.inbox.talk import garble, say
from tests.suppliers.shop import open_shop, suggest

Served = tuple[str, str, list[str]]  # address, session token, paths

STICKS_OUT = "() => document.documentElement.scrollWidth - innerWidth"


def _paths(session: Session) -> list[str]:
    """Something on every page, and where the pages are."""
    open_shop(session)
    add_supplier(session, "Alba", "a@alba.example", brands=["Alba"])
    say(session, "Please make the lid of the kettle dishwasher-safe.", by="Mara Lind")
    say(session, "Can I put the kettle on an induction hob?", by="Paul", private=True)
    suggest(session, "the lid of the kettle should be dishwasher-safe, really")
    garble(session, b"{" * 3000)
    message = session.scalars(sa.select(Message.id).order_by(Message.id)).first()
    suggestion = session.scalars(sa.select(Suggestion.id).order_by(Suggestion.id)).first()
    channel = session.scalars(sa.select(Channel.id).filter_by(network="sandbox")).first()
    return [
        "/inbox",
        "/inbox/quarantine",
        f"/inbox/{message}",
        "/suggestions",
        "/suggestions?state=new",
        f"/suggestions/{suggestion}",
        "/settings",
        f"/settings/channels/{channel}",
        "/settings/people/new",
    ]


def _enter(session: Session) -> str:
    return accounts.enter(session, accounts.invite(session, "Olga", "o@b.example", Role.OWNER))


@pytest_asyncio.fixture(loop_scope="session")
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    database = rooms.open_database(databases.sqlite_url(tmp_path), SystemClock())
    with Writer(database) as writer, socket.create_server(("127.0.0.1", 0)) as listener:
        paths, token = await writer.run(_paths), await writer.run(_enter)
        app = furnish(writer, tmp_path)
        config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1, ws="none")
        server = uvicorn.Server(config)
        web = asyncio.create_task(server.serve(sockets=[listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", token, paths
        app.state.streams.close()
        server.should_exit = True
        await web
    database.close()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
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
        sticks_out = await page.evaluate(STICKS_OUT)
        found[path] = (shown.status, sticks_out, await violations(page))
    assert found == {path: (200, 0, []) for path in paths}


async def test_a_reply_written_in_the_browser_stands_in_the_thread(
    served: Served, open_page: OpenPage
) -> None:
    address, token, paths = served
    page = await open_page()
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
    await page.goto(address + paths[2])
    await page.get_by_label("Your answer").fill("Good idea, thank you!")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("Your answer is on its way.")).to_be_visible()
    bubble = page.locator(".bubble-out", has_text="Good idea, thank you!")
    await expect(bubble).to_contain_text("Olga")
    await expect(bubble).to_contain_text("Waiting")

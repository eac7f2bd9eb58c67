"""The pages in a real browser: readable by everyone, and the review by keyboard."""

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Literal

import pytest
import sqlalchemy as sa
import uvicorn

from bot.accounts import service as accounts
from bot.accounts.models import Role, User
from bot.db import Session, Writer
from bot.inbox.models import Signal
from bot.reviewing import service
from bot.reviewing.learning import learn
from bot.reviewing.service import Put
from bot.understanding import Kind
from bot.web.access import SESSION_COOKIE
from tests import databases
from tests.browser import OpenPage, violations
from tests.inbox.staffroom import furnish
from tests.inbox.talk import say
from tests.reviewing.test_learning import CHEER, THINGS
from tests.suppliers.shop import open_shop

# Where to put pictures for people to look at; none are taken where it isn't set.
PICTURES = os.environ.get("HUBBUB_TEST_PICTURES")


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One engine is enough for looks."""
    return databases.sqlite_url(tmp_path)


@pytest.fixture
def address(writer: Writer, tmp_path: Path) -> Iterator[str]:
    config = uvicorn.Config(
        furnish(writer, tmp_path),
        host="127.0.0.1",
        port=0,
        log_config=None,
        ws="none",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    thread = Thread(target=server.run, args=([listening],))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def token(session: Session) -> str:
    """A member of staff is in; half of what was said has been looked at."""
    open_shop(session)
    invited = accounts.invite(session, "Mo Staff", "mo@shop.example", Role.OWNER)
    entered = accounts.enter(session, invited)
    staff = session.scalars(sa.select(User)).one()
    for number, thing in enumerate(THINGS):
        say(session, CHEER.format(thing), by=f"P{number}")
    for signal in session.scalars(sa.select(Signal).order_by(Signal.id).limit(12)):
        service.correct(session, signal, Put(kind=Kind.PRAISE), by=staff)
    learn(session, ("en",))
    session.commit()
    return entered


async def test_the_pages_can_be_read_by_everyone_and_answered_by_key(
    address: str, token: str, open_page: OpenPage
) -> None:
    looks: list[tuple[int, Literal["light", "dark"]]] = [(1280, "light"), (390, "dark")]
    for width, colours in looks:
        page = await open_page(width=width, colours=colours)
        await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
        for number, path in enumerate(("/insights/understanding", "/review")):
            await page.goto(address + path)
            assert await violations(page) == []
            wide = await page.evaluate("() => document.documentElement.scrollWidth")
            assert wide <= width
            if PICTURES:
                shot = f"{PICTURES}/{number}-{width}-{colours}.png"
                await page.screenshot(path=shot, full_page=True)
        await page.get_by_text("More than the kind is wrong").click()
        await page.get_by_label("Feeling").wait_for()
        assert await violations(page) == []
    page = await open_page()
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
    await page.goto(address + "/review")
    await page.keyboard.press("5")  # praise
    await page.get_by_role("button", name="Undo").wait_for()
    await page.keyboard.press("u")
    await page.get_by_text("Taken back").wait_for()

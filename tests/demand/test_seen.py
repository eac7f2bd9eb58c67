"""The planner's page in a real browser: readable by everyone, light and dark, wide and narrow."""

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Literal

import pytest
import uvicorn
from litestar import Litestar

from bot.accounts import service as accounts
from bot.accounts.models import Role
from bot.db import Session, Writer
from bot.web.access import SESSION_COOKIE
from tests import databases
from tests.browser import OpenPage, violations

PICTURES = os.environ.get("HUBBUB_TEST_PICTURES")


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One engine is enough for looks."""
    return databases.sqlite_url(tmp_path)


@pytest.fixture
def address(app: Litestar) -> Iterator[str]:
    """The house served on loopback by a thread."""
    server = uvicorn.Server(
        uvicorn.Config(
            app, host="127.0.0.1", port=0, log_config=None, ws="none", timeout_graceful_shutdown=1
        )
    )
    listening = server.config.bind_socket()
    thread = Thread(target=server.run, args=([listening],))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


async def test_the_page_can_be_read_by_everyone(
    open_page: OpenPage, address: str, writer: Writer, stocked: None
) -> None:
    def enter(session: Session) -> str:
        token = accounts.invite(session, "Mo Staff", "mo@shop.example", Role.MARKETER)
        return accounts.enter(session, token)

    cookie = writer.run_blocking(enter)
    looks: tuple[tuple[int, Literal["light", "dark"]], ...] = ((1280, "light"), (390, "dark"))
    for width, colours in looks:
        page = await open_page(width=width, colours=colours)
        await page.context.add_cookies([{"name": SESSION_COOKIE, "value": cookie, "url": address}])
        await page.goto(f"{address}/insights/demand")
        await page.get_by_text("Out of stock: more than before").wait_for()
        for summary in await page.locator("details.numbers > summary").all():
            await summary.click()
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        if PICTURES:
            picture = Path(PICTURES) / f"demand-{width}-{colours}.png"
            await page.screenshot(path=picture, full_page=True)

"""The planner's page in a real browser: readable by everyone, light and dark, wide and narrow."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from litestar import Litestar
from playwright.async_api import Page

from bot.accounts import service as accounts
from bot.accounts.models import Role
from bot.db import Session, Writer
from bot.products import stages
from bot.products.stage_models import LifeStage
from bot.web.access import SESSION_COOKIE
from tests import databases
from tests.browser import OpenPage, violations
from tests.suppliers import shop
from tests.suppliers.doors import served

PICTURES = os.environ.get("HUBBUB_TEST_PICTURES")


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One engine is enough for looks."""
    return databases.sqlite_url(tmp_path)


@pytest.fixture
def address(app: Litestar) -> Iterator[str]:
    with served(app) as address:
        yield address


async def test_the_pages_can_be_read_by_everyone(
    open_page: OpenPage, address: str, writer: Writer, stocked: None
) -> None:
    def enter(session: Session) -> str:
        token = accounts.invite(session, "Mo Staff", "mo@shop.example", Role.MARKETER)
        kettle, since = shop.product(session, "K-1"), session.now().date()
        for stage, days in ((LifeStage.DISCONTINUED, 0), (LifeStage.GROWTH, -300)):
            stages.set_stage(session, kettle, stage, since + timedelta(days=days), by="user:Mo")
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
        await _keep_picture(page, f"demand-{width}-{colours}")
        await page.goto(f"{address}/products/stages?sku=K-1")
        await page.get_by_text("Stage: Discontinued").wait_for()
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        await _keep_picture(page, f"stages-{width}-{colours}")


async def _keep_picture(page: Page, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)

"""The pages about persons in a real browser: read by everyone, and what their buttons do."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page

from bot import main, pages
from bot.accounts import service as accounts
from bot.accounts.models import Role
from bot.db import Session
from bot.engagement.persons import linking
from bot.inbox.models import Message
from bot.members.models import Person
from bot.settings import Settings
from bot.suppliers import guards, links
from bot.suppliers.models import Supplier
from bot.web.access import SESSION_COOKIE
from bot.web.app import create_app
from bot.web.stream import Streams
from tests.browser import OpenPage, violations
from tests.shops import Shop, furnish
from tests.suppliers.doors import served

# Where to put pictures for people to look at; none are taken where it isn't set.
PICTURES = os.environ.get("HUBBUB_TEST_PICTURES")


class House:
    def __init__(self, address: str, shop: Shop, cookies: dict[str, str], said: str) -> None:
        self.address, self.shop, self.cookies, self.said = address, shop, cookies, said


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    hubbub = main.Hubbub(Settings(data=tmp_path))
    hubbub.open()
    shop, cookies = hubbub.writer.run_blocking(_people)
    streams = Streams(hubbub.database, hubbub.writer.news)
    app = create_app(pages.routes(hubbub.plugins, hubbub.house), hubbub.house, streams=streams)
    with served(app) as address:
        yield House(address, shop, cookies, f"/inbox/{shop.rows[Message]}")
        streams.close()
    hubbub.close()


def _people(session: Session) -> tuple[Shop, dict[str, str]]:
    shop = furnish(session, "of the shop")
    for n, name in enumerate(("Sara Winter", "sara_w")):
        linking.accounts(session, shop.rows[Person])[n].name = name
    alba = session.need(Supplier, shop.alba)
    token = accounts.invite(session, "Mo Staff", "mo@shop.example", Role.OWNER)
    return shop, {
        guards.COOKIE: links.enter(session, alba).token,
        SESSION_COOKIE: accounts.enter(session, token),
    }


WAYS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((1280, "light"), (390, "dark"))


async def test_the_pages_can_be_read_and_their_buttons_do_what_they_say(
    open_page: OpenPage, house: House
) -> None:
    person = house.shop.rows[Person]
    for width, colours in WAYS:
        page = await enter(open_page, house, width, colours)
        for name, path in (
            ("thread", house.said),
            ("person", f"/persons/{person}"),
            ("own-people", "/supplier/accounts"),
        ):
            await page.goto(f"{house.address}{path}")
            await look(page, f"{name}-{width}-{colours}")

    page = await enter(open_page, house, *WAYS[0])
    await page.goto(f"{house.address}{house.said}")
    assert await page.get_by_role("link", name="Who is this?").is_visible()
    await page.goto(f"{house.address}/persons/{person}")
    await page.get_by_role("button", name="Separate them again").click()
    await page.get_by_text("Separated: both voices count again.").wait_for()
    await page.get_by_role("button", name="No longer for Alba").click()
    await page.get_by_text("For nobody: a customer like everybody.").wait_for()
    await page.goto(f"{house.address}/supplier")
    await page.get_by_role("link", name="Your people in the chats").click()
    await page.get_by_role("button", name="Get a code").click()
    await page.get_by_text("/link ").wait_for()
    await look(page, "code")
    assert "sara" not in (await page.content()).casefold()


async def enter(
    open_page: OpenPage, house: House, width: int, colours: Literal["light", "dark"]
) -> Page:
    page = await open_page(width=width, colours=colours)
    await page.context.add_cookies(
        [{"name": n, "value": v, "url": house.address} for n, v in house.cookies.items()]
    )
    return page


async def look(page: Page, name: str) -> None:
    assert await violations(page) == [], name
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)

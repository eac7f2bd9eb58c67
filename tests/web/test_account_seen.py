"""The door and one's own account in a real browser: light and dark, wide and narrow."""

import os
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page
from pyotp import HOTP

from bot.accounts import second_factor, service
from bot.accounts.models import Role, User
from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.settings import Staff
from bot.web.access import SESSION_COOKIE
from bot.web.app import create_app
from bot.web.house import House
from tests import databases
from tests.browser import OpenPage, violations
from tests.suppliers.doors import served
from tests.web.doorway import routes

# Where to put pictures for people to look at; none are taken where it isn't set.
PICTURES = os.environ.get("HUBBUB_TEST_PICTURES")


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One engine is enough for looks."""
    return databases.sqlite_url(tmp_path)


def let_in(session: Session) -> str:
    link = service.invite(session, "Ada Brandt", "ada@shop.example", Role.OWNER)
    return service.enter(session, link)


def code(writer: Writer, clock: FrozenClock) -> str:
    """What Ada's phone shows, a step later each time."""
    clock.advance(timedelta(seconds=30))

    def read(session: Session) -> str:
        factor = second_factor.find(session, session.query(User).one().id)
        assert factor is not None
        return HOTP(factor.secret).at(int(session.now().timestamp()) // 30)

    return writer.run_blocking(read)


@pytest.mark.parametrize(
    ("width", "colours", "language"),
    [(1280, "light", "en"), (390, "light", "de"), (1280, "dark", "de"), (390, "dark", "en")],
)
async def test_every_page_can_be_read_by_everyone(
    open_page: OpenPage,
    house: House,
    writer: Writer,
    clock: FrozenClock,
    width: int,
    colours: Literal["light", "dark"],
    language: str,
) -> None:
    strict = house.settings.model_copy(update={"staff": Staff(second_factor="required")})
    house = replace(house, mail_entry=lambda *_: None, settings=strict)
    page = await open_page(width=width, colours=colours)
    seen = Seen(page, f"{width}-{colours}-{language}", width)
    with served(create_app(routes, house)) as address:
        await page.set_extra_http_headers({"accept-language": language})
        await walk(seen, address, writer, clock)
    assert seen.wrong == {}


async def walk(seen: "Seen", address: str, writer: Writer, clock: FrozenClock) -> None:
    """From the door to an account with a second factor, and in again with a code."""
    page = seen.page
    await page.goto(f"{address}/enter")
    await seen.look("door")
    await page.locator("input[name=email]").fill("ada@shop.example")
    await press(page, "/enter")
    await seen.look("mailed")
    await sign_in(page, address, writer)
    await page.goto(f"{address}/calendar")
    await seen.look("must")  # it leads to the account: a second factor is required here
    await press(page, "/account/second-factor")
    await page.locator("main details summary").click()
    await seen.look("picture")
    await page.locator("input[name=code]").fill("000000")
    await press(page, "/account/second-factor/confirm")
    await seen.look("wrong")
    await page.locator("input[name=code]").fill(code(writer, clock))
    await press(page, "/account/second-factor/confirm")
    await seen.look("codes")
    await page.locator("main a[href='/account']").click()
    await seen.look("account")
    await sign_in(page, address, writer)
    await page.goto(f"{address}/calendar")
    await seen.look("code")
    await page.locator("input[name=code]").fill(code(writer, clock))
    await press(page, "/second-factor")
    await page.wait_for_url(f"{address}/calendar")
    await page.goto("about:blank")  # lets go of the event stream


@dataclass(slots=True)
class Seen:
    """A page as it is walked through: what axe and its width find wrong, by what was looked at."""

    page: Page
    how: str
    width: int
    wrong: dict[str, list[str]] = field(default_factory=dict)

    async def look(self, name: str) -> None:
        found = await violations(self.page)
        wide = await self.page.evaluate("() => document.documentElement.scrollWidth")
        found += [f"{wide} pixels wide"] if wide > self.width else []
        if found:
            self.wrong[name] = found
        if PICTURES:
            picture = Path(PICTURES) / f"{name}-{self.how}.png"
            await self.page.screenshot(path=picture, full_page=True)


async def press(page: Page, action: str) -> None:
    """Send the form that leads there, and wait for the page that comes."""
    button = page.locator(f"main form[action='{action}'] button").first
    async with page.expect_navigation():
        await button.click()


async def sign_in(page: Page, address: str, writer: Writer) -> None:
    token = writer.run_blocking(let_in)
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])

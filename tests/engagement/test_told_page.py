"""The staff's page of who hears it: in a browser, on a telephone and in the dark."""

from pathlib import Path

from playwright.async_api import expect

from bot import main, pages
from bot.clock import FrozenClock
from bot.settings import Settings
from bot.web.access import SESSION_COOKIE
from bot.web.app import create_app
from bot.web.stream import Streams
from tests import databases, rooms
from tests.browser import OpenPage, violations
from tests.shops import furnish
from tests.suppliers.doors import served
from tests.web.two_shops import _enter


async def test_staff_agree_and_see_who_was_not_reached(open_page: OpenPage, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, database=databases.sqlite_url(tmp_path))
    hubbub = main.Hubbub(settings, clock=FrozenClock(rooms.START))
    hubbub.open()
    shop = hubbub.writer.run_blocking(lambda session: furnish(session, "wombat"))
    token = hubbub.writer.run_blocking(lambda session: _enter(session, shop))[-1]
    streams = Streams(hubbub.database, hubbub.writer.news)
    app = create_app(pages.routes(hubbub.plugins, hubbub.house), hubbub.house, streams=streams)
    with served(app) as address:
        page = await open_page(width=390, colours="dark")
        await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
        await page.goto(f"{address}/told")
        await expect(page.get_by_text("This will notify 1 person.")).to_be_visible()
        await expect(page.get_by_text("Ada wombat")).to_be_visible()
        assert await violations(page) == []
        await page.set_viewport_size({"width": 1280, "height": 800})
        await page.emulate_media(color_scheme="light")
        assert await violations(page) == []
        await page.get_by_role("button", name="Try again").click()
        await expect(page.get_by_text("It is being tried again.")).to_be_visible()
        await page.get_by_role("button", name="Tell them").click()
        await expect(page.get_by_text("It goes out now.")).to_be_visible()
        await expect(page.get_by_text("Nothing. What very many")).to_be_visible()
        streams.close()
    hubbub.close()

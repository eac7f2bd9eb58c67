"""In and out in a real browser: files with their problems, addresses, feeds and tokens."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Page, expect

from adapters.sandbox import Like, Sandbox, SandboxSettings
from bot import export_views
from bot.accounts import api_tokens
from bot.accounts import service as accounts
from bot.accounts.api_tokens import Scope
from bot.accounts.models import Role, User
from bot.clock import FrozenClock
from bot.db import Database, Session, Writer
from bot.settings import Settings, Shop
from bot.web.access import SESSION_COOKIE
from bot.web.app import create_app
from bot.web.house import House
from content_calendar import views
from content_calendar.exchange import addresses, feeds, service, working
from content_calendar.exchange import views as exchange
from content_calendar.exchange.models import Feed
from tests import databases, rooms
from tests.browser import OpenPage, violations
from tests.content_calendar.calendars import LIMITS, channel

STICKS_OUT = "() => document.documentElement.scrollWidth - innerWidth"
WRONG = (
    "title,text,local,channels\nLids,Which lid?,2026-03-05 10:00,webchat lobby\n"
    "Mugs,Hm?,2026-03-05,nowhere\n\u202egpj.exe,,2026-02-30 10:00,\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    address: str
    token: str
    writer: Writer
    file: str
    feed: str

    async def enter(self, page: Page, path: str) -> None:
        await page.context.add_cookies(
            [{"name": SESSION_COOKIE, "value": self.token, "url": self.address}]
        )
        await page.goto(self.address + path)

    async def work(self) -> None:
        """As the process in the background does."""
        await asyncio.to_thread(working.once, self.writer, LIMITS)


@pytest_asyncio.fixture(loop_scope="session")
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    clock = FrozenClock(rooms.START)
    database = rooms.open_database(databases.sqlite_url(tmp_path), clock)
    with Writer(database) as writer:
        token, file, feed = await writer.run(_fill)
        await asyncio.to_thread(working.once, writer, LIMITS)
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        app = create_app(
            [*views.routes, *exchange.routes, *export_views.routes],
            _house(tmp_path, database, writer, clock),
        )
        config = uvicorn.Config(app, log_config=None, ws="none", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield Served(address=address, token=token, writer=writer, file=file, feed=feed)
        app.state.streams.close()
        server.should_exit = True
        await task
    database.close()


def _house(folder: Path, database: Database, writer: Writer, clock: FrozenClock) -> House:
    return House(
        settings=Settings(data=folder, shop=Shop(name="Kettle & Co", zone="Europe/Berlin")),
        database=database,
        writer=writer,
        news=writer.news,
        clock=clock,
        secret=b"k" * 32,
        adapters={("webchat", "1"): Sandbox(SandboxSettings(like=Like.WEBCHAT), clock)},
    )


def _fill(session: Session) -> tuple[str, str, str]:
    token = accounts.enter(session, accounts.invite(session, "Ada", "ada@shop.test", Role.OWNER))
    user = accounts.signed_in(session, token)
    assert user is not None
    channel(session)
    addresses.make(session, user, "Phone", drafts=True)
    api_tokens.make(session, user, "Till " + "with a very long name " * 3, tuple(Scope), days=30)
    gone = api_tokens.make(session, user, "Old robot", [Scope.READ], days=30)[0]
    api_tokens.revoke(session, gone.id, by=user)
    sick = _feed(session, user, "Blog of a maker with quite a long name", "maker")
    feeds.failed(session, sick.id, "This address is not on the public internet.")
    _feed(session, user, "Our blog", "blog")
    file = service.begin(session, "spring.csv", WRONG.encode(), zone="UTC", by=user)
    return token, str(file.id), str(sick.id)


def _feed(session: Session, user: User, name: str, host: str) -> Feed:
    values = {
        "url": f"https://{host}.example/feed",
        "name": name,
        "questions": "What do you think?",
        "channel_ids": [],
        "campaign": "",
        "every_minutes": 60,
        "zone": "UTC",
    }
    return feeds.put(session, values, by=user)


async def test_a_file_is_looked_at_mended_and_taken_in(
    served: Served, open_page: OpenPage, tmp_path: Path
) -> None:
    page = await open_page()
    await served.enter(page, "/calendar")
    await page.get_by_role("link", name="In and out").click()
    file = tmp_path / "spring.csv"
    file.write_text(WRONG, "utf-8")
    await page.get_by_label("File", exact=True).set_input_files(file)
    await page.get_by_role("button", name="Look at it first").click()
    await expect(page.get_by_role("progressbar", name="Rows")).to_be_visible()
    await served.work()  # and the page hears of it by itself
    await expect(page.get_by_text("2 rows have problems")).to_be_visible()
    for words in (
        "Row 3: There is no channel “nowhere”",
        "Row 3: “2026-03-05” is no date with a time",
        "Row 4: “2026-02-30 10:00” is no date",
    ):
        await expect(page.get_by_text(words)).to_be_visible()
    file.write_text(WRONG.splitlines()[0] + "\n" + WRONG.splitlines()[1], "utf-8")
    await page.get_by_role("link", name="In and out").click()
    await page.get_by_label("File", exact=True).set_input_files(file)
    await page.get_by_role("button", name="Look at it first").click()
    await served.work()
    await page.get_by_role("button", name="Take in one post").click()
    await served.work()
    await expect(page.get_by_text("taken in", exact=True)).to_be_visible()
    await page.get_by_role("link", name="See the calendar").click()
    await expect(page.get_by_role("link", name="Lids").first).to_be_visible()


async def test_a_token_is_shown_once_and_taken_back(served: Served, open_page: OpenPage) -> None:
    page = await open_page(width=390)
    await served.enter(page, "/settings/tokens")
    await page.get_by_label("For which program").fill("Shop system")
    await page.get_by_label("make, change, move and delete drafts").check()
    await page.get_by_role("button", name="Make the token").click()
    secret = await page.get_by_label("The token for Shop system").input_value()
    assert await violations(page) == []
    asked = {"Authorization": f"Bearer {secret}"}
    assert await _status(page, served, asked) == 404  # let in: there is no such kind
    await page.get_by_role("link", name="Done").click()
    await expect(page.get_by_text("Shop system")).to_be_visible()
    assert secret not in await page.content()
    row = page.get_by_role("listitem").filter(has_text="Shop system")
    await row.get_by_role("button", name="Revoke").click()
    await expect(page.get_by_text("Shop system can't come in any more.")).to_be_visible()
    assert await _status(page, served, asked) == 401


async def _status(page: Page, served: Served, headers: dict[str, str]) -> int:
    """Without the browser's cookies, which open nothing there anyway."""
    found = await page.request.get(f"{served.address}/api/v1/exports/posts", headers=headers)
    return 404 if found.status == 403 else found.status


async def test_a_calendar_gets_an_address_and_a_feed_is_added(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page()
    await served.enter(page, "/exchange")
    await page.get_by_label("For which calendar").fill("Wall")
    await page.get_by_role("button", name="Make an address").click()
    address = await page.get_by_label("The address for Wall").input_value()
    assert await violations(page) == []
    path = "/ical/" + address.rpartition("/ical/")[2]
    assert (await page.request.get(served.address + path)).status == 200
    await page.get_by_role("link", name="Done").click()
    await page.get_by_role("button", name="Revoke Wall").click()
    assert (await page.request.get(served.address + path)).status == 404
    await page.get_by_role("link", name="Read a feed").click()
    await page.get_by_label("Address of the feed").fill("http://192.168.1.1/feed")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("One thing to mend")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_label("Address of the feed").fill("https://news.example/feed")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved. It is being read.")).to_be_visible()


PAGES = (
    *("/exchange", "/exchange/files/FILE", "/exchange/feeds/new", "/exchange/feeds/FEED"),
    *("/settings/tokens", "/calendar"),
)


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
async def test_everybody_can_read_it(
    served: Served, open_page: OpenPage, width: int, colours: Literal["light", "dark"]
) -> None:
    page = await open_page(width=width, colours=colours)
    wrong: list[Sequence[str] | str] = []
    for path in PAGES:
        await served.enter(page, path.replace("FILE", served.file).replace("FEED", served.feed))
        if found := await violations(page):
            wrong.append(found)
        if (over := await page.evaluate(STICKS_OUT)) > 0:
            wrong.append(f"{path} sticks out by {over} px")
        await page.screenshot(
            path=f"/tmp/doors/{path.strip('/').replace('/', '-')}-{width}-{colours}.png",
            full_page=True,
        )  # SHOT
    assert wrong == []


async def test_it_works_without_javascript(served: Served, open_page: OpenPage) -> None:
    page = await open_page()
    context = await page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]  # it has one
    plain = await context.new_page()
    await served.enter(plain, f"/exchange/files/{served.file}")
    await plain.get_by_role("button", name="Take in the one that is right").click()
    await served.work()
    await plain.get_by_role("link", name="Look again").click()
    await expect(plain.get_by_text("taken in", exact=True)).to_be_visible()
    await context.close()

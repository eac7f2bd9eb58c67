"""The queue in a real browser: made, filled, refused and taken back by a person."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal
from uuid import UUID

import pytest
import pytest_asyncio
import sqlalchemy as sa
import uvicorn
from playwright.async_api import Page, expect

from adapters.sandbox import Like, Sandbox, SandboxSettings
from bot.accounts import service as accounts
from bot.accounts.models import Role
from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.inbox.models import Message
from bot.outbox.models import Delivery
from bot.settings import Calendar, Settings, Shop
from bot.watching import needs_look
from bot.web.access import SESSION_COOKIE
from bot.web.app import create_app
from bot.web.house import House
from content_calendar import views
from content_calendar.queue.models import Filling
from tests import databases, rooms
from tests.browser import OpenPage, violations
from tests.content_calendar.answers import happens, sent
from tests.content_calendar.calendars import channel, due, scheduled
from tests.content_calendar.queues import TIPS, category, evergreen

STICKS_OUT = "() => document.documentElement.scrollWidth - innerWidth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The shop's pages on Monday, 2 March 2026, 09:00 UTC, in Berlin."""

    address: str
    token: str
    writer: Writer
    ids: dict[str, UUID]

    async def enter(self, page: Page, path: str) -> None:
        cookie = {"name": SESSION_COOKIE, "value": self.token, "url": self.address}
        await page.context.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict
        await page.goto(self.address + path)

    async def due(self) -> list[str]:
        return await self.writer.run(due)


def furnish(session: Session) -> dict[str, UUID]:
    tips = category(session, Filling.SUGGEST)
    category(session, Filling.AUTOMATIC, name="Stories", days=(1,), networks=("telegram",))
    made = [evergreen(session, tips.id, text) for text in TIPS[:3]]
    channel(session, "telegram")
    taken = scheduled(session, "2026-03-12T10:00", title="Which lid?")
    return {"tips": tips.id, "one": made[0].id, "taken": taken.id}


@pytest_asyncio.fixture(loop_scope="session")
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    clock = FrozenClock(rooms.START)
    database = rooms.open_database(databases.sqlite_url(tmp_path), clock)
    sandbox = Sandbox(SandboxSettings(like=Like.WEBCHAT), clock)
    with Writer(database) as writer, socket.create_server(("127.0.0.1", 0)) as listener:
        house = House(
            settings=Settings(
                data=tmp_path,
                shop=Shop(name="Kettle & Co", zone="Europe/Berlin"),
                calendar=Calendar(countries=("DE",)),
            ),
            database=database,
            writer=writer,
            news=writer.news,
            clock=clock,
            secret=b"k" * 32,
            adapters={("webchat", "1"): sandbox, ("telegram", "1"): sandbox},
        )
        app = create_app([*views.routes, *needs_look.routes], house)
        config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1, ws="none")
        server = uvicorn.Server(config)
        web = asyncio.create_task(server.serve(sockets=[listener]))
        yield Served(
            address=f"http://127.0.0.1:{listener.getsockname()[1]}",
            ids=await writer.run(furnish),
            token=await writer.run(
                lambda session: accounts.enter(
                    session, accounts.invite(session, "Olga", "o@b.example", Role.OWNER)
                )
            ),
            writer=writer,
        )
        app.state.streams.close()
        server.should_exit = True
        await web
    database.close()


@pytest.mark.parametrize(("width", "colours"), [(1280, "light"), (390, "dark")])
async def test_every_page_of_the_queue_can_be_read_by_everybody(
    served: Served, open_page: OpenPage, width: int, colours: Literal["light", "dark"]
) -> None:
    page = await open_page(width=width, colours=colours)
    paths = [
        "/queue",
        f"/queue/categories/{served.ids['tips']}",
        "/queue/evergreens/new",
        f"/queue/evergreens/{served.ids['one']}",
        f"/posts/{served.ids['taken']}",
        "/calendar?view=month&month=2026-04",
    ]
    found = {}
    for path in paths:
        await served.enter(page, path)
        found[path] = (await page.evaluate(STICKS_OUT), await violations(page))
    assert found == dict.fromkeys(paths, (0, []))


async def test_a_suggestion_is_used_and_taken_back(served: Served, open_page: OpenPage) -> None:
    page = await open_page()
    await served.enter(page, "/queue")
    await page.get_by_role("button", name="Use it").first.click()
    await expect(page.get_by_text("It is on the calendar.")).to_be_visible()
    assert await served.due() == ["03-05 10:00", "03-12 10:00"]
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("The slot is open again.")).to_be_visible()
    assert await served.due() == ["03-12 10:00"]


async def test_not_this_time_is_said_and_taken_back(served: Served, open_page: OpenPage) -> None:
    page = await open_page(width=390)
    await served.enter(page, "/queue")
    await page.get_by_role("button", name="Not this time").nth(1).click()
    await expect(page.get_by_text("left empty this time", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Take it back in").click()
    await expect(page.get_by_text("left empty this time", exact=True)).to_have_count(0)


async def test_a_category_is_made_with_the_keyboard(served: Served, open_page: OpenPage) -> None:
    page = await open_page()
    await served.enter(page, "/queue")
    await page.locator("#name").focus()
    await page.keyboard.type("Mondays")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Now give it its times of the week.")).to_be_visible()
    await page.get_by_label("webchat lobby").check()
    await page.get_by_label("Tue").check()
    await page.locator("#time").fill("18:30")
    await page.locator("#zone").fill("Nowhere")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("no time zone")
    await page.locator("#zone").fill("Europe/Berlin")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_text("Tuesday 18:30")).to_be_visible()
    await served.enter(page, "/queue")
    free = page.locator("article", has_text="Mondays").first
    await free.get_by_role("link", name="Write one").click()
    await expect(page.locator("#time")).to_have_value("18:30")
    await expect(page.locator("#date")).to_have_value("2026-03-03")
    await expect(page.get_by_label("webchat lobby")).to_be_checked()


async def test_an_evergreen_is_written_with_other_words(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page()
    await served.enter(page, "/queue/evergreens/new")
    await page.locator("#text").fill("What do you cook on Sundays?")
    await page.get_by_label("Wording 2").fill("what do you cook on  Sundays?")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("Two of the wordings are the same")
    await page.get_by_label("Wording 2").fill("And what is in your pot on Sundays?")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("1 other wording")).to_be_visible()
    await page.get_by_role("button", name="Take it out for now").click()
    await expect(page.get_by_text("taken out for now")).to_be_visible()


async def test_a_draft_gets_the_next_free_slot(served: Served, open_page: OpenPage) -> None:
    page = await open_page()
    await served.enter(page, f"/posts/{served.ids['taken']}")
    await page.get_by_role("button", name="Next free slot").click()
    await expect(page.get_by_text("It has the next free slot.")).to_be_visible()
    assert await served.due() == ["03-05 10:00"]
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Moved to")).to_be_visible()
    assert await served.due() == ["03-12 10:00"]


async def test_a_post_is_kept_as_an_evergreen(served: Served, open_page: OpenPage) -> None:
    page = await open_page()
    await served.enter(page, f"/posts/{served.ids['taken']}")
    await page.get_by_role("button", name="Keep as evergreen").click()
    await expect(page).to_have_url(re.compile("/queue/evergreens/"))
    await expect(page.locator("#text")).to_have_value("Which lid do you use most?")


async def test_holidays_lie_over_the_calendar(served: Served, open_page: OpenPage) -> None:
    page = await open_page()
    await served.writer.run(lambda session: scheduled(session, "2026-04-03T12:00").id)
    await served.enter(page, "/calendar?view=month&month=2026-04")
    cell = page.locator("td", has=page.get_by_label(re.compile("Friday 3 April")))
    await expect(cell).to_contain_text("Good Friday")
    await served.enter(page, "/calendar?view=list&month=2026-04")
    await expect(page.get_by_role("heading", name="Friday 3 April · Good Friday")).to_be_visible()


async def test_the_planner_warns_before_the_fifth_offer(
    served: Served, open_page: OpenPage
) -> None:
    def offers(session: Session) -> None:
        for day in range(3, 7):
            scheduled(session, f"2026-03-0{day}T18:00", text=f"Only {day * 7} € for a lid?")

    await served.writer.run(offers)
    page = await open_page()
    await served.enter(page, "/posts/new?date=2026-03-07&time=18:00")
    await page.get_by_label("webchat lobby").check()
    await page.locator("#text").fill("Order now, will you?")
    preview = page.locator("#preview")
    await expect(preview).to_contain_text("That makes 5 offers in a row on webchat lobby")
    await page.locator("#text").fill("Which lid do you like best?")
    await expect(preview).not_to_contain_text("in a row")


async def test_a_young_community_is_left_in_peace(served: Served, open_page: OpenPage) -> None:
    page = await open_page()
    await served.enter(page, "/queue")
    await expect(page.get_by_text("Silence is expected")).to_be_visible()
    await expect(page.get_by_text("Not enough yet.")).to_be_visible()


@pytest.mark.parametrize(("width", "colours"), [(1280, "dark"), (390, "light")])
async def test_the_numbers_behind_the_best_time_fit(
    served: Served, open_page: OpenPage, width: int, colours: Literal["light", "dark"]
) -> None:
    def live(session: Session) -> None:
        """Twenty evenings that were answered and twenty mornings that were not, long ago."""
        for number in range(40):
            day, hour = number // 2 % 28 + 1, "19:00" if number % 2 else "08:00"
            local = f"2026-{4 + number // 28:02}-{day:02}T{hour}"
            post = scheduled(session, local, text=f"What of number {number * 77}?")
            for one in sent(session, post):
                one.sent_at = one.due_at - timedelta(days=120)
            if number % 2:
                happens(session, post, f"I like it {number}", who=f"Person {number}")
            for one in session.scalars(sa.select(Delivery).filter_by(about_id=post.id)):
                one.sent_at = one.due_at - timedelta(days=120)
                replies = session.scalars(sa.select(Message).filter_by(answers_id=one.id))
                for reply in replies:
                    reply.said_at = one.sent_at

    await served.writer.run(live)
    page = await open_page(width=width, colours=colours)
    await served.enter(page, "/queue")
    await page.get_by_text("The numbers behind it").first.click()
    await expect(page.get_by_role("row", name="Weekdays, evening")).to_contain_text(" of ")
    assert await page.evaluate(STICKS_OUT) == 0
    assert await violations(page) == []

"""The calendar in a real browser: read by everybody, worked with a keyboard, settled by a click."""

import re
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
import sqlalchemy as sa
from playwright.async_api import Page, expect

from bot.outbox.models import Delivery, DeliveryState
from tests.browser import OpenPage, violations
from tests.content_calendar.serving import Served

STICKS_OUT = "() => document.documentElement.scrollWidth - innerWidth"


async def _write(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        await page.locator(f"[name={name}]").fill(value)


@pytest.mark.parametrize(("width", "colours"), [(1280, "light"), (390, "dark")])
async def test_every_page_can_be_read_by_everybody(
    served: Served, open_page: OpenPage, width: int, colours: Literal["light", "dark"]
) -> None:
    page = await open_page(width=width, colours=colours)
    paths = [
        "/calendar?view=month&month=2026-03",
        "/calendar?view=list&month=2026-03",
        "/calendar?view=list&day=2026-03-06",
        "/posts/new",
        "/needs-a-look",
        *(f"/posts/{served.posts[name]}" for name in ("weekly", "long", "sent", "refused")),
    ]
    found = {}
    for path in paths:
        await served.enter(page, path)
        found[path] = (await page.evaluate(STICKS_OUT), await violations(page))
    await page.goto(served.address + "/posts/new")
    await page.get_by_label("webchat lobby").check()
    await _write(page, text="x" * 2001, date="2026-03-01", time="10:00")
    await page.get_by_role("button", name="Schedule").click()
    await expect(page.get_by_role("alert")).to_contain_text("2 things to mend")
    found["problems"] = (await page.evaluate(STICKS_OUT), await violations(page))
    assert found == dict.fromkeys([*paths, "problems"], (0, []))


async def test_a_post_is_written_with_the_keyboard_alone(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page()
    await served.enter(page, "/posts/new")
    await page.locator("#text").focus()
    await page.keyboard.type("Which kettle is yours?")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Kettles")
    await _tab_to(page, "channels")
    await page.keyboard.press("Space")
    await _tab_to(page, "date")
    await page.keyboard.type("03042026")
    await _tab_to(page, "time")
    await page.keyboard.type("0915AM")
    await _tab_to(page, "act")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("It is on the calendar.")).to_be_visible()
    assert "03-04 09:15" in await served.due()


async def _tab_to(page: Page, name: str) -> None:
    for _ in range(30):
        await page.keyboard.press("Tab")
        if await page.evaluate("() => document.activeElement.name") == name:
            return
    raise AssertionError(f"Tab never came to {name}")


async def test_what_belongs_to_a_rhythm_is_shown_only_with_it(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page()
    await served.enter(page, "/posts/new")
    days, until = page.get_by_label("Wed"), page.get_by_label("Until")
    for rhythm, shown in (("none", (False, False)), ("week", (True, True)), ("day", (False, True))):
        await page.locator("#repeat").select_option(rhythm)
        assert (await days.is_visible(), await until.is_visible()) == shown


async def test_hints_come_while_typing(served: Served, open_page: OpenPage) -> None:
    page = await open_page()
    await served.enter(page, "/posts/new")
    await page.get_by_label("webchat lobby").check()
    await _write(page, text="We are open on Sunday.", date="2026-03-05", time="10:00")
    preview = page.locator("#preview")
    await expect(preview).to_contain_text("It asks nothing.")
    await expect(preview).to_contain_text("in the same minute")
    await expect(preview.locator(".look-text")).to_have_text("We are open on Sunday.")


@pytest.mark.parametrize(
    ("scope", "changed"),
    [
        ("only this one", [False, True, False, False, False]),
        ("this and all later ones", [False, True, True, True, True]),
        ("all that are still to come", [True, True, True, True, True]),
    ],
)
async def test_a_series_asks_which_ones_are_meant(
    served: Served, open_page: OpenPage, scope: str, changed: list[bool]
) -> None:
    page = await open_page()
    await served.enter(page, f"/posts/{served.posts['weekly']}?on=2026-03-10T14:30:00")
    await _write(page, text="Other words?")
    await page.get_by_label(scope).check()
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    tuesdays = [
        text
        for text, due in zip(await served.texts(), await served.due(), strict=True)
        if due.endswith("14:30")
    ]
    assert [text == "Other words?" for text in tuesdays] == changed


async def test_one_of_a_series_is_skipped_and_taken_back(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page()
    await served.enter(page, f"/posts/{served.posts['weekly']}?on=2026-03-10T14:30:00")
    await page.get_by_role("button", name="Skip this one").click()
    await expect(page.get_by_text("Skipped. The others stay.")).to_be_visible()
    assert "03-10 14:30" not in await served.due()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("It is back on the calendar.")).to_be_visible()
    assert "03-10 14:30" in await served.due()


async def test_a_post_that_went_out_shows_what_became_of_it(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page()
    await served.enter(page, f"/posts/{served.posts['sent']}")
    results = page.locator("section", has_text="What became of it")
    await expect(results).to_contain_text("Sent")
    await expect(results).to_contain_text("0 replies")
    there = results.get_by_role("link", name="See it there")
    await expect(there).to_have_attribute("href", "https://chat.test/1")
    await expect(page.locator("textarea")).to_have_count(0)


@pytest.mark.parametrize(
    ("title", "button", "state"),
    [
        ("It is refused", "Try again", DeliveryState.PENDING),
        ("It is refused", "Drop it", DeliveryState.CANCELLED),
        ("It is unknown", "It is there: mark as sent", DeliveryState.SENT),
        ("It is unknown", "It is not there: send again", DeliveryState.PENDING),
        ("It is held", "Send it now", DeliveryState.PENDING),
    ],
)
async def test_every_way_out_is_one_click(
    served: Served, open_page: OpenPage, title: str, button: str, state: DeliveryState
) -> None:
    page = await open_page()
    await served.enter(page, "/needs-a-look")
    card = page.locator("article", has_text=title)
    address = card.get_by_label("Its address there")
    if await address.count():
        await address.fill("https://chat.test/2")
    await card.get_by_role("button", name=button).click()
    await expect(page.locator("article", has_text=title)).to_have_count(0)
    post = served.posts[title.rpartition(" ")[2]]
    row = await served.writer.run(
        lambda session: session.scalars(sa.select(Delivery).filter_by(about_id=post)).one()
    )
    assert row.state is state
    assert row.permalink == ("https://chat.test/2" if state is DeliveryState.SENT else "")


async def test_a_silent_channel_speaks_again_with_one_click(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page()
    await served.enter(page, "/needs-a-look")
    await expect(page.get_by_text("The token was revoked.")).to_be_visible()
    await page.get_by_role("button", name="Speak here again").click()
    await expect(page.get_by_text("telegram lobby speaks again.")).to_be_visible()
    await expect(page.get_by_text("The token was revoked.")).to_have_count(0)


async def test_the_month_can_be_read_in_a_zone_that_is_not_the_shops(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page()
    await served.enter(page, "/calendar?view=month&month=2026-03&zone=Pacific/Auckland")
    there = datetime(2026, 3, 3, 13, 30, tzinfo=UTC) + timedelta(hours=13)
    cell = page.locator("td", has=page.get_by_label(re.compile(f"{there.day} March")))
    await expect(cell.locator(".entry", has_text="Tuesdays")).to_contain_text(f"{there:%H:%M}")
    await page.get_by_role("link", name="Friday 6 March, 6 posts").click()
    await expect(page).to_have_url(re.compile("zone=Pacific"))


async def test_a_post_is_planned_in_a_zone_that_is_not_the_shops(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page()
    await served.enter(page, "/posts/new")
    await page.get_by_label("webchat lobby").check()
    await _write(
        page, text="Good morning, who is up?", date="2026-03-09", time="08:00", zone="Asia/Tokyo"
    )
    await page.get_by_role("button", name="Schedule").click()
    await expect(page.get_by_text("It is on the calendar.")).to_be_visible()
    assert "03-09 08:00" in await served.due("Asia/Tokyo")
    await expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")

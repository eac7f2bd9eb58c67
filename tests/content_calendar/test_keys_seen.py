"""The calendar by keyboard alone and by a finger, in a zone that is not the server's."""

import re
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from tests.browser import OpenPage
from tests.content_calendar.hands import Finger, card, day, hour, ready, until
from tests.content_calendar.serving import Served

LIST, WEEK = "/calendar?view=list&month=2026-03", "/calendar?view=week&day=2026-03-20"
MONTH = "/calendar?view=month&month=2026-03"
SIZES = [(1280, "light"), (390, "dark")]
Colours = Literal["light", "dark"]


async def opened(
    served: Served, open_page: OpenPage, path: str, width: int = 1280, colours: Colours = "light"
) -> Page:
    page = await open_page(
        width=width, height=1400, colours=colours, zone="America/Los_Angeles", touch=width < 768
    )
    await served.enter(page, path)
    await ready(page)
    return page


async def focus(page: Page, title: str) -> None:
    found = card(page, title).first
    link = found if await found.evaluate("it => it.matches('a')") else found.locator("a.cover")
    await link.focus()


async def focused(page: Page) -> str:
    return str(await page.evaluate("() => document.activeElement.textContent.trim()"))


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def test_a_post_is_moved_with_the_keyboard_and_every_step_is_said(
    served: Served, open_page: OpenPage
) -> None:
    page = await opened(served, open_page, MONTH)
    said = page.locator("#moving")
    await focus(page, "Kettles")
    await press(page, "m")
    await expect(said).to_contain_text("Picked up: 08:00Kettles, Friday 20 March, 08:00.")
    await press(page, "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight")
    await expect(said).to_have_text("Monday 30 March, 08:00")  # the clocks have changed
    await expect(day(page, "2026-03-30")).to_have_class(re.compile("aimed"))
    await press(page, "Enter")
    await expect(page.get_by_text("Moved to Monday 30 March, 08:00.")).to_be_visible()
    assert "03-30 08:00" in await served.due()
    await expect(day(page, "2026-03-30").locator(".entry")).to_be_focused()
    await press(page, "Control+z")
    await expect(page.get_by_text("Moved to Friday 20 March, 08:00.")).to_be_visible()
    await expect(day(page, "2026-03-20").locator(".entry")).to_be_focused()
    assert "03-20 08:00" in await served.due()
    await press(page, "Control+z")
    await expect(said).to_have_text("There is nothing to take back.")


async def test_escape_leaves_it_where_it_was(served: Served, open_page: OpenPage) -> None:
    page = await opened(served, open_page, MONTH)
    await focus(page, "Kettles")
    await press(page, "m", "ArrowLeft", "Escape")
    await expect(page.locator("#moving")).to_have_text("Left where it was.")
    await expect(page.locator(".aimed, .held")).to_have_count(0)
    assert "03-20 08:00" in await served.due()


async def test_in_the_week_arrows_move_by_five_minutes_and_pages_by_an_hour(
    served: Served, open_page: OpenPage
) -> None:
    page = await opened(served, open_page, WEEK)
    await focus(page, "Kettles")
    await press(page, "m", "ArrowDown", "ArrowDown", "PageDown", "ArrowLeft", "ArrowUp", "m")
    await expect(page.get_by_text("Moved to Thursday 19 March, 09:05.")).to_be_visible()
    await expect(hour(page, "2026-03-19", 9).locator(".entry")).to_be_focused()
    assert "03-19 09:05" in await served.due()


async def test_a_series_asks_the_keyboard_too(served: Served, open_page: OpenPage) -> None:
    page = await opened(served, open_page, MONTH)
    await day(page, "2026-03-17").locator(".entry", has_text="Tuesdays").focus()
    await press(page, "m", "ArrowRight", "Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await press(page, "Tab", "Enter")  # this and all later ones
    await until(served.due_at("14:30"), ["03-03", "03-10", "03-18", "03-25", "04-01"])


async def test_arrows_go_from_post_to_post_and_enter_opens(
    served: Served, open_page: OpenPage
) -> None:
    page = await opened(served, open_page, MONTH)
    await focus(page, "Tuesdays")
    await press(page, "ArrowRight")  # to the next day: it has only its number
    assert await focused(page) == "4"
    await press(page, "ArrowRight")
    assert (await focused(page)).startswith("10:00")
    await press(page, "ArrowRight", "ArrowDown", "ArrowDown")
    assert (await focused(page)).startswith("10:02")
    await press(page, "ArrowDown", "ArrowDown")
    assert await focused(page) == "+2 more"
    await press(page, "ArrowDown")  # on to the next week
    assert await focused(page) == "13"
    await press(page, "ArrowUp", "ArrowLeft", "Enter")
    await expect(page).to_have_url(re.compile("/posts/"))


async def test_n_writes_a_new_post_on_that_day(served: Served, open_page: OpenPage) -> None:
    page = await opened(served, open_page, MONTH)
    await focus(page, "Kettles")
    await press(page, "n")
    await expect(page.locator("#date")).to_have_value("2026-03-20")


async def test_shortcuts_can_be_switched_off_and_stay_so(
    served: Served, open_page: OpenPage
) -> None:
    page = await opened(served, open_page, MONTH)
    await page.locator("#keys summary").click()
    await page.get_by_label("Keyboard shortcuts").uncheck()
    await page.reload()
    await ready(page)
    await focus(page, "Kettles")
    await press(page, "m", "n")
    await expect(page.locator(".held")).to_have_count(0)
    await expect(page).to_have_url(re.compile("/calendar"))
    await page.locator("#keys summary").click()
    await page.get_by_label("Keyboard shortcuts").check()
    await focus(page, "Kettles")
    await press(page, "m")
    await expect(page.locator(".held")).to_have_count(1)


@pytest.mark.parametrize(("width", "colours"), SIZES)
async def test_in_the_list_a_post_is_moved_by_keyboard(
    served: Served, open_page: OpenPage, width: int, colours: Colours
) -> None:
    page = await opened(served, open_page, LIST, width, colours)
    await focus(page, "Kettles")
    await press(page, "m", "ArrowDown", "PageDown", "Enter")
    await expect(page.get_by_text("Moved to Saturday 28 March, 08:00.")).to_be_visible()
    assert "03-28 08:00" in await served.due()
    await expect(day(page, "2026-03-28").locator(".item")).to_contain_text("Kettles")


@pytest.mark.parametrize(("width", "colours"), SIZES)
async def test_a_finger_that_rests_lifts_a_post_and_drops_it_on_another_day(
    served: Served, open_page: OpenPage, width: int, colours: Colours
) -> None:
    page = await opened(served, open_page, LIST, width, colours)
    finger = await Finger.of(page)
    await finger.hold(card(page, "Kettles"))
    await finger.move(day(page, "2026-03-21"))
    await expect(page.locator(".carried")).to_contain_text("Saturday 21 March, 08:00")
    await finger.end()
    await expect(page.get_by_text("Moved to Saturday 21 March, 08:00.")).to_be_visible()
    assert "03-21 08:00" in await served.due()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Moved to Friday 20 March, 08:00.")).to_be_visible()
    await expect(page).to_have_url(re.compile("view=list"))


@pytest.mark.parametrize(("path", "place"), [(MONTH, day), (WEEK, None)])
async def test_a_finger_moves_it_in_the_month_and_the_week(
    served: Served, open_page: OpenPage, path: str, place: object
) -> None:
    page = await opened(served, open_page, path)
    finger = await Finger.of(page)
    target = day(page, "2026-03-19") if place else hour(page, "2026-03-19", 8)
    await finger.hold(card(page, "Kettles"))
    await finger.move(target)
    await finger.end()
    at = "08:00" if place else "08:30"
    await expect(page.get_by_text(f"Moved to Thursday 19 March, {at}.")).to_be_visible()
    assert f"03-19 {at}" in await served.due()


async def test_a_finger_that_moves_at_once_scrolls_and_lifts_nothing(
    served: Served, open_page: OpenPage
) -> None:
    page = await opened(served, open_page, LIST, 390)
    finger = await Finger.of(page)
    kettles = card(page, "Kettles")
    await finger.press(kettles)
    await finger.move(day(page, "2026-03-18"))
    await page.wait_for_function("at => performance.now() > at", arg=await _later(page, 400))
    await expect(page.locator(".carried, .held")).to_have_count(0)
    await finger.end()
    assert "03-20 08:00" in await served.due()


async def _later(page: Page, ms: int) -> float:
    return float(await page.evaluate("ms => performance.now() + ms", ms))

"""Around a post in a real browser: kept words, versions, approval, templates, preview links."""

from pathlib import Path
from typing import Literal

import pytest
import sqlalchemy as sa
from playwright.async_api import expect

from bot.accounts.models import Role
from bot.db import Session
from content_calendar import unfinished
from content_calendar.keeping import Unfinished
from content_calendar.models import Stage
from tests.browser import OpenPage, violations
from tests.content_calendar.desk import (
    Desk,
    choose,
    desk,
    picture_of,
    press,
    the_post,
    user,
    write,
)

__all__ = ["desk"]  # a fixture

STICKS_OUT = "() => document.documentElement.scrollWidth - innerWidth"


async def test_what_is_typed_is_kept_and_comes_back_after_a_crash(
    desk: Desk, open_page: OpenPage
) -> None:
    page = await open_page()
    await desk.enter(page, "/posts/new")
    await write(page, text="Half a thought", title="Cups", date="2026-03-05", time="10:00")
    await expect(page.locator("#autosaved")).to_contain_text("It is not saved yet.")
    await page.close()
    again = await open_page()
    await desk.enter(again, "/posts/new")
    await expect(again.get_by_text("“Half a thought”")).to_be_visible()
    await again.get_by_role("link", name="Go on with it").click()
    await expect(again.locator("#text")).to_have_value("Half a thought")
    await expect(again.locator("#date")).to_have_value("2026-03-05")
    await press(again, "Save draft", "Saved.")
    await desk.enter(again, "/posts/new")
    await expect(again.get_by_text("“Half a thought”")).to_have_count(0)
    post = await the_post(desk)
    assert (post.text, post.title) == ("Half a thought", "Cups")


async def test_who_only_looks_leaves_nothing_behind(
    desk: Desk, open_page: OpenPage, tmp_path: Path
) -> None:
    page = await open_page()
    await desk.enter(page, "/posts/new")
    await choose(page, "telegram")
    await page.locator("#file").set_input_files(picture_of(tmp_path))
    await expect(page.locator(".picture")).to_have_count(1)
    await write(page, text="Which cup?")
    await press(page, "Save draft", "Saved.")
    await page.reload()
    await page.goto(desk.address + "/calendar")
    await page.go_back()
    await expect(page.locator("#text")).to_have_value("Which cup?")
    kept = await desk.writer.run(
        lambda session: session.scalar(sa.select(sa.func.count()).select_from(Unfinished))
    )
    assert kept == 0


async def test_leaving_at_once_keeps_what_was_typed(desk: Desk, open_page: OpenPage) -> None:
    page = await open_page()
    await desk.enter(page, "/posts/new")
    await write(page, text="Gone in a second")
    await page.goto(desk.address + "/calendar")
    await expect(page.locator("h1")).to_be_visible()
    await page.goto(desk.address + "/posts/new")
    await expect(page.get_by_text("“Gone in a second”")).to_be_visible()
    await press(page, "Throw it away", "Thrown away.")

    def count(session: Session) -> list[object]:
        return [it.given for it in unfinished.new_ones(session, user(session, "Olga"))]

    assert await desk.writer.run(count) == []


async def test_an_older_version_is_looked_at_and_brought_back(
    desk: Desk, open_page: OpenPage
) -> None:
    page = await open_page()
    await desk.enter(page, "/posts/new")
    await write(page, text="First words?")
    await press(page, "Save draft", "Saved.")
    await write(page, text="Second words?")
    await press(page, "Save draft", "Saved.")
    await page.get_by_role("link", name="History").click()
    changes = page.locator(".changes").first
    await expect(changes.locator("del")).to_have_text("First words?")
    await expect(changes.locator("ins")).to_have_text("Second words?")
    await page.get_by_role("link", name="Look at it").last.click()
    await expect(page.locator("#look .look-text")).to_have_text("First words?")
    assert (await page.evaluate(STICKS_OUT), await violations(page)) == (0, [])
    await page.get_by_role("link", name="Bring it back").click()
    await expect(page.locator("#text")).to_have_value("First words?")
    assert (await the_post(desk)).text == "Second words?"  # not before it is saved
    await press(page, "Save draft", "Saved.")
    assert (await the_post(desk)).text == "First words?"


async def test_a_post_is_approved_with_words_and_asked_about_again(
    desk: Desk, open_page: OpenPage
) -> None:
    mia, olga = await open_page(), await open_page(width=390, colours="dark")
    await desk.enter(mia, "/posts/new", Role.MARKETER)
    await choose(mia, "webchat")
    await write(mia, text="Which cup?", date="2026-03-05", time="10:00", note="Please look.")
    await press(mia, "Request approval", "Sent for approval.")
    await desk.enter(olga, "/approvals", Role.APPROVER)
    card = olga.locator(".approval")
    await expect(card).to_contain_text("Please look.")
    await expect(card.locator(".look-text")).to_have_text("Which cup?")
    assert (await olga.evaluate(STICKS_OUT), await violations(olga)) == (0, [])
    await card.get_by_placeholder("Your words").fill("Lovely.")
    await press(olga, "Approve", "It is on the calendar.")
    await mia.reload()
    await expect(mia.locator("#approval")).to_contain_text("Lovely.")
    await write(mia, time="11:00")
    await press(mia, "Save another time or label", "Saved.")  # nobody has to be asked
    await write(mia, text="Buy a cup!")
    await mia.get_by_role("button", name="Save another time or label").click()
    await expect(mia.get_by_role("alert")).to_contain_text("request approval")
    await press(mia, "Save and ask again", "Sent for approval.")
    assert (await the_post(desk)).stage is Stage.IN_REVIEW
    await olga.goto(desk.address + "/approvals")
    await expect(card.locator(".changes del").first).to_have_text("Which cup?")
    await expect(card.locator(".changes ins").first).to_have_text("Buy a cup!")
    assert await violations(olga) == []
    await card.get_by_placeholder("Your words").fill("No: ask.")
    await press(olga, "Send back", "Sent back. It is a draft again.")
    await mia.reload()
    await expect(mia.locator("#approval")).to_contain_text("No: ask.")
    assert await violations(mia) == []


async def test_four_eyes_and_a_campaign_s_own_approver_are_set_by_the_owner(
    desk: Desk, open_page: OpenPage
) -> None:
    page = await open_page()
    await desk.enter(page, "/posts/new")
    await choose(page, "webchat")
    await write(page, text="Which cup?", date="2026-03-05", time="10:00", campaign="Spring")
    await press(page, "Request approval", "Sent for approval.")
    await page.goto(desk.address + "/approvals")
    await page.get_by_label("Four eyes").check()
    await page.locator("form:has(#four_eyes)").get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await expect(page.locator(".approval")).to_contain_text("somebody else has to")
    await page.locator("summary", has_text="Spring").click()
    await page.locator("details[open]").get_by_label("Mia").check()
    await page.locator("details[open]").get_by_role("button", name="Save").click()
    await expect(page.locator("summary", has_text="Spring: Mia")).to_be_visible()
    await desk.enter(page, "/approvals", Role.APPROVER)
    await expect(page.locator(".approval")).to_contain_text("approved by Mia")
    await desk.enter(page, "/approvals", Role.MARKETER)
    await press(page, "Approve", "It is on the calendar.")


async def test_a_template_is_kept_filled_in_and_used(desk: Desk, open_page: OpenPage) -> None:
    page = await open_page()
    await desk.enter(page, "/posts/new")
    await write(page, text="On {weekday} at {shop}: {what} for everybody?")
    await press(page, "Save draft", "Saved.")
    await page.get_by_label("Name of the template").fill("A day of something")
    await press(page, "Keep as a template", "Kept as a template.")
    await page.get_by_role("link", name="Use it").click()
    await page.get_by_label("What").fill("tea")
    await page.get_by_label("Date").fill("2026-03-05")
    assert (await page.evaluate(STICKS_OUT), await violations(page)) == (0, [])
    await page.get_by_role("button", name="Begin a post").click()
    await expect(page.locator("#text")).to_have_value(
        "On Thursday at Kettle & Co: tea for everybody?"
    )
    await expect(page.locator("#date")).to_have_value("2026-03-05")


@pytest.mark.parametrize(("width", "colours"), [(1280, "dark"), (390, "light")])
async def test_somebody_outside_sees_the_post_and_nothing_else(
    desk: Desk,
    open_page: OpenPage,
    tmp_path: Path,
    width: int,
    colours: Literal["light", "dark"],
) -> None:
    page = await open_page()
    await desk.enter(page, "/posts/new")
    await choose(page, "discord", "facebook", "telegram")
    await page.locator("#file").set_input_files(picture_of(tmp_path))
    await page.get_by_label("What it shows").first.fill("A cup")
    await write(page, text="Which cup?", campaign="Secret plans")
    await press(page, "Save draft", "Saved.")
    await press(page, "Make a link", "The link is ready")
    address = await page.locator("#share input[readonly]").input_value()
    outside = await open_page(width=width, colours=colours)
    await outside.goto(address)
    await expect(outside.locator(".look")).to_have_count(3)
    await expect(outside.locator(".look-telegram .look-text")).to_have_text("Which cup?")
    image = outside.locator(".look-telegram img")
    await image.scroll_into_view_if_needed()
    await expect(image).to_have_js_property("naturalWidth", 300)
    assert (await outside.evaluate(STICKS_OUT), await violations(outside)) == (0, [])
    text = await outside.locator("body").inner_text()
    for ours in ("Secret plans", "Olga", "#announcements", "Kettle news", "Calendar"):
        assert ours not in text
    await press(page, "Close all links", "One link was closed.")
    answer = await outside.goto(address)
    assert answer is not None
    assert answer.status == 404

"""The chat as people meet it, in a real browser."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests import databases
from tests.adapters.webchat.chat import Chat, serving
from tests.browser import OpenPage, violations

SUGGESTION = "Please make the lid dishwasher-safe"


@pytest_asyncio.fixture(loop_scope="session")
async def live(tmp_path: Path) -> AsyncIterator[Chat]:
    async with serving(databases.sqlite_url(tmp_path)) as chat:
        await chat.publish("Which lid would you pack?", buttons=("The lock", "The straw"))
        yield chat


async def say(page: Page, text: str, name: str = "") -> None:
    if name:
        await page.get_by_label("Your name").fill(name)
    await page.get_by_label("Your message").fill(text)
    await page.get_by_role("button", name="Send").first.click()


async def test_what_i_say_is_answered_below_while_i_watch(live: Chat, open_page: OpenPage) -> None:
    page = await open_page()
    await page.goto(f"{live.address}/chat")
    await say(page, SUGGESTION, name="Mara")
    conversation = page.get_by_role("article").filter(has_text=SUGGESTION).first
    await expect(conversation.get_by_text("Thank you, Mara!")).to_be_visible()
    await expect(page.get_by_label("Your message")).to_have_value("")
    await expect(page.get_by_role("status").get_by_text("Your message is in.")).to_be_attached()


async def test_two_people_see_each_other_speak(live: Chat, open_page: OpenPage) -> None:
    mine, theirs = await open_page(), await open_page(width=390)
    for page in (mine, theirs):
        await page.goto(f"{live.address}/chat")
    await say(mine, SUGGESTION, name="Mara")
    await expect(theirs.get_by_text(SUGGESTION).first).to_be_visible()
    await expect(theirs.get_by_text("Thank you, Mara!")).to_be_visible()
    await live.publish("A new post, just now", key="second")
    for page in (mine, theirs):
        await expect(page.get_by_text("A new post, just now")).to_be_visible()


async def test_what_i_am_typing_survives_what_others_say(live: Chat, open_page: OpenPage) -> None:
    page = await open_page()
    await page.goto(f"{live.address}/chat")
    await page.get_by_text("Answer", exact=True).click()
    await page.get_by_label("Your answer").fill("The lock, because")
    await live.publish("A new post, just now", key="second")
    await expect(page.get_by_text("A new post, just now")).to_be_visible()
    answer = page.get_by_label("Your answer").locator("visible=true")
    await expect(answer).to_have_value("The lock, because")
    await answer.fill("The lock, because it locks")
    await answer.locator("xpath=ancestor::form").get_by_role("button", name="Send").click()
    post = page.get_by_role("article").filter(has_text="Which lid would you pack?")
    await expect(post.get_by_text("The lock, because it locks")).to_be_visible()
    await expect(answer).to_have_value("")


async def test_a_problem_is_told_where_i_typed(live: Chat, open_page: OpenPage) -> None:
    page = await open_page()
    await page.goto(f"{live.address}/chat")
    await say(page, SUGGESTION, name="willow & wren")
    await expect(page.get_by_role("alert")).to_contain_text("That is our name")
    await expect(page.get_by_label("Your message")).to_have_value(SUGGESTION)
    await say(page, SUGGESTION, name="Mara")
    await expect(page.get_by_text("Thank you, Mara!")).to_be_visible()


async def test_a_person_is_one_press_away(live: Chat, open_page: OpenPage) -> None:
    page = await open_page(width=390)
    await page.goto(f"{live.address}/chat")
    await page.get_by_role("button", name="Talk to a person").click()
    await expect(page.get_by_role("heading", name="Just you and us")).to_be_visible()
    await expect(page.get_by_text("will answer you here")).to_be_visible()


async def test_everything_works_without_javascript(live: Chat, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{live.address}/chat")
    await page.get_by_role("button", name="The lock").click()
    await expect(page.get_by_role("log").get_by_text("The lock").first).to_be_visible()
    await page.goto(f"{live.address}/chat")
    await say(page, SUGGESTION, name="Mara")
    await expect(page.get_by_text(SUGGESTION).first).to_be_visible()
    await say(page, " \n ")
    await expect(page.get_by_text("write a few words first")).to_be_visible()
    await context.close()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
async def test_everybody_can_use_it(
    live: Chat, open_page: OpenPage, width: int, colours: Literal["light", "dark"]
) -> None:
    page = await open_page(width=width, colours=colours)
    await page.goto(f"{live.address}/chat")
    await say(page, SUGGESTION, name="Mara")
    await expect(page.get_by_text("Thank you, Mara!")).to_be_visible()
    await page.get_by_text("Answer", exact=True).first.click()
    assert await violations(page) == []
    wide = await page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= width
    thread = await page.get_by_role("article").first.get_attribute("id") or ""
    for path in (f"threads/{thread.removeprefix('t-')}", "me"):
        await page.goto(f"{live.address}/chat/{path}")
        assert await violations(page) == []

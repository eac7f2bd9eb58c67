"""The whole circle, walked in a browser by the three people who judge it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser import OpenPage, violations
from tests.flows.running import Running, open_a_shop, running

QUESTION = "What would make the Trail Lid Cup better?"
WISH = "please make the lid dishwasher-safe"


@pytest.fixture
def hubbub(tmp_path: Path) -> Iterator[Running]:
    open_a_shop(tmp_path)
    with running(tmp_path) as hubbub:
        yield hubbub


async def test_a_wish_goes_to_the_supplier_and_the_answer_comes_back_to_the_thread(
    hubbub: Running, open_page: OpenPage
) -> None:
    staff = await open_page()
    await enter(staff, hubbub)
    await publish(staff, hubbub, QUESTION)

    consumer = await open_page(width=390, colours="dark")
    await say_in_thread(consumer, hubbub, QUESTION, WISH)
    thread = consumer.locator("article.card", has_text=QUESTION)
    # Two seconds are promised, and `hubbub demo` times them; a busy test machine gets more.
    await expect(thread).to_contain_text("I've written down your suggestion", timeout=8_000)
    await expect(thread).to_contain_text("for the Trail Lid Cup")
    await expect(thread).to_contain_text("Brook & Daughters has it now")
    assert await violations(consumer) == []

    await staff.goto(f"{hubbub.address}/suggestions")
    card = staff.get_by_role("article").filter(has_text=WISH)
    await expect(card).to_contain_text("Trail Lid Cup")
    await expect(card).to_contain_text("Brook & Daughters")
    assert await violations(staff) == []

    supplier = await open_page(colours="dark")  # staff, who look as the supplier would
    await supplier.context.add_cookies(await staff.context.cookies())  # type: ignore[arg-type]  # a cookie that is read is one that can be set
    await supplier.goto(await portal_link(staff, hubbub))
    await supplier.get_by_role("button", name="Open my page").click()
    await expect(supplier.locator("body")).to_contain_text(WISH)
    assert await violations(supplier) == []
    await supplier.goto(f"{hubbub.address}/supplier")
    await supplier.locator("main a[href^='/supplier/cases/']").first.click()
    await decide(supplier, "Accept it", "Accept", done="Accepted")
    await decide(supplier, "Promise a date", "Promise", done="Promised", by=in_three_months())
    assert await violations(supplier) == []

    await expect(thread).to_contain_text("has accepted", timeout=10_000)
    await expect(thread).to_contain_text("promises", timeout=10_000)
    assert await thread.get_by_text("has accepted").count() == 1
    assert await thread.get_by_text("promises").count() == 1


def in_three_months() -> date:
    return datetime.now(UTC).date() + timedelta(days=90)


async def enter(page: Page, hubbub: Running) -> None:
    await page.goto(hubbub.entry)
    await page.locator("main form button").click()
    await expect(page).to_have_url(f"{hubbub.address}/calendar")


async def publish(page: Page, hubbub: Running, text: str) -> None:
    await page.goto(f"{hubbub.address}/posts/new")
    await page.get_by_label("Text").fill(text)
    await page.get_by_role("button", name="Publish now").click()
    await expect(page.get_by_text("It is going out.")).to_be_visible()


async def say_in_thread(page: Page, hubbub: Running, post: str, words: str) -> None:
    await page.goto(f"{hubbub.address}/chat")
    thread = page.locator("article.card", has_text=post)
    await thread.locator("summary").click(timeout=10_000)
    await thread.get_by_label("Your answer").fill(words)
    await thread.get_by_role("button", name="Send").click()


async def portal_link(staff: Page, hubbub: Running) -> str:
    """A link as the letter would carry it: no mail server, so staff open the portal from /mail."""
    await staff.goto(f"{hubbub.address}/mail")
    await staff.get_by_text("Read it").first.click()
    await staff.get_by_role("button", name="Open as this partner would").first.click()
    return staff.url


async def decide(
    page: Page, heading: str, button: str, *, done: str, by: date | None = None, words: str = ""
) -> None:
    form = page.locator("section.card", has=page.get_by_role("heading", name=heading))
    if by is not None:
        await form.get_by_label("By when").fill(by.isoformat())
    if words:
        await form.get_by_role("textbox").fill(words)
    await form.get_by_role("button", name=button).click()
    await expect(page.locator(".timeline")).to_contain_text(done)

"""A partner's way, from the letter on their phone to what the consumer hears in the end."""

import asyncio
import os
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.db import Database, Writer
from bot.suppliers import people
from bot.suppliers.models import Supplier
from tests.browser import OpenPage, violations
from tests.flows.running import Running, open_a_shop, running
from tests.flows.test_circle import QUESTION, WISH, decide, enter, publish, say_in_thread
from tests.flows.test_doors import Mailbox, mailbox

__all__ = ["mailbox"]

PICTURES = os.environ.get("HUBBUB_TEST_PICTURES")
JO = "jo@brookstead.example"


@pytest.fixture
def hubbub(tmp_path: Path, mailbox: tuple[Mailbox, int]) -> Iterator[tuple[Running, Mailbox]]:
    """A shop whose letters really leave by SMTP; its partner has a person, Jo Field."""
    open_a_shop(tmp_path)
    database = Database(f"sqlite:///{tmp_path}/hubbub.db")
    with Writer(database) as writer:
        writer.run_blocking(
            lambda session: people.add(
                session,
                session.query(Supplier).filter_by(name="Brook & Daughters").one(),
                "Jo Field",
                JO,
                by="user:Mo",
            )
        )
    database.close()
    box, smtp = mailbox
    email = {"HOST": "127.0.0.1", "PORT": str(smtp), "SECURITY": "none", "SENDER": "a@b.example"}
    settings = {f"HUBBUB_NETWORKS__EMAIL__{name}": value for name, value in email.items()}
    with running(tmp_path, 0, **settings) as hubbub:
        yield hubbub, box


async def test_a_letter_leads_to_the_case_and_every_answer_finds_its_way(
    hubbub: tuple[Running, Mailbox], open_page: OpenPage
) -> None:
    shop, box = hubbub
    staff = await open_page()
    await enter(staff, shop)
    await publish(staff, shop, QUESTION)
    consumer = await open_page(width=390)
    await say_in_thread(consumer, shop, QUESTION, WISH)
    thread = consumer.locator("article.card", has_text=QUESTION)
    await expect(thread).to_contain_text("Brook & Daughters has it now", timeout=10_000)

    partner = await open_page(width=390, touch=True)
    await partner.goto(await letter_link(box, shop))
    await partner.get_by_role("button", name="Open my page").click()
    await expect(partner.locator("blockquote").first).to_have_text(WISH)
    await decide(partner, "Ask back", "Ask", done="Asked", words="Which of the two lids?")
    await expect(thread).to_contain_text("Which of the two lids?", timeout=10_000)
    answer = "The blue one. I'm Ada, ada@mail.example"
    await say_in_thread(consumer, shop, QUESTION, answer)

    asked = partner.locator("section.card", has=partner.get_by_role("heading", name="You asked"))
    await expect(asked).to_contain_text("The blue one.", timeout=10_000)  # without reloading
    await expect(asked).not_to_contain_text("ada@mail")
    day = datetime.now(UTC).date() + timedelta(days=60)
    await decide(partner, "Promise a date", "Promise", done="Promised", by=day)
    await decide(partner, "It is done", "Say that it is done", done="Done")
    await expect(partner.locator(".timeline")).to_contain_text("by Jo Field")
    assert await violations(partner) == []
    for what in ("promises", "has delivered"):
        await expect(thread).to_contain_text(what, timeout=10_000)
    if PICTURES:
        await consumer.screenshot(path=Path(PICTURES) / "journey.png", full_page=True)


async def letter_link(box: Mailbox, shop: Running) -> str:
    """From the letter about the case, not the invitation: the newest to Jo."""
    until = time.monotonic() + 30
    while WISH not in box.mails.get(JO, "").replace("\n> ", " "):
        assert time.monotonic() < until, box.mails
        await asyncio.sleep(0.05)
    found = re.search(rf"{re.escape(shop.address)}/s/\S+", box.mails[JO])
    assert found, box.mails[JO]
    return found[0]

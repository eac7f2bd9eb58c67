"""The editor in a real browser: what is typed is counted, drawn, checked and kept."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
import sqlalchemy as sa
from PIL import Image
from playwright.async_api import Locator, Page, expect

from bot.accounts.models import Role
from bot.channels.models import Channel
from bot.db import Session
from bot.networks import Count
from bot.outbox.models import Delivery
from content_calendar import unfinished
from content_calendar.models import Post, Stage
from tests.browser import OpenPage, violations
from tests.content_calendar import desk
from tests.content_calendar.desk import PLACES, TABLE, Desk

STICKS_OUT = "() => document.documentElement.scrollWidth - innerWidth"


@pytest_asyncio.fixture(loop_scope="session")
async def served(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk.opened(tmp_path) as opened:
        yield opened


def channel(page: Page, network: str) -> Locator:
    return page.locator(f"#channels [data-network={network}]")


async def choose(page: Page, *networks: str) -> None:
    for network in networks:
        await channel(page, network).check()


async def write(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        await page.locator(f"[name={name}]").fill(value)


async def press(page: Page, name: str, said: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()
    await expect(page.get_by_text(said).first).to_be_visible()


async def the_post(served: Desk) -> Post:
    return await served.writer.run(lambda session: session.scalars(sa.select(Post)).one())


def picture_of(folder: Path, size: tuple[int, int] = (300, 200)) -> Path:
    path = folder / "cup.jpg"
    Image.linear_gradient("L").resize(size).convert("RGB").save(path)
    return path


TEXTS = {
    "plain": "Which kettle is yours?",
    "lines": "One\nTwo\n\nThree",
    "emoji": "Family 👩‍👩‍👧 and flag 🇩🇪 and thumb 👍🏽",
    "combining": "e\u0301 n\u0303 \u0e01\u0e33",
    "rtl": "שלום עולם, مرحبا",
    "no width": "a\u200bb\u200dc\u2060d",
    "spaces": "  around  ",
}


async def test_the_page_counts_as_the_server_does(served: Desk, open_page: OpenPage) -> None:
    page = await open_page()
    await served.enter(page, "/posts/new")
    wrong = {}
    for name, text in TEXTS.items():
        await write(page, text=text)
        for network, can in TABLE.items():
            item = page.locator(f"[data-count-of=text] li:has(.net-{network})")
            shown = await item.locator("b").text_content()
            if shown != str(can.count.of(text.strip())):
                wrong[name, network] = shown
            limit = await item.locator("[data-limit-shown]").text_content()
            assert limit == str(can.text_limit)
    assert wrong == {}
    assert {can.count for can in TABLE.values()} >= {Count.UTF16, Count.CODE_POINTS}


async def test_the_limit_follows_what_comes_with_the_text(
    served: Desk, open_page: OpenPage, tmp_path: Path
) -> None:
    page = await open_page()
    await served.enter(page, "/posts/new")
    limit = page.locator("[data-count-of=text] li:has(.net-telegram) [data-limit-shown]")
    await expect(limit).to_have_text("4096")
    await page.locator("#file").set_input_files(picture_of(tmp_path))
    await expect(limit).to_have_text("1024")
    await page.get_by_label("keep").uncheck()
    await expect(limit).to_have_text("4096")


async def test_each_network_s_look_marks_what_is_too_much(
    served: Desk, open_page: OpenPage
) -> None:
    page = await open_page()
    await served.enter(page, "/posts/new")
    await choose(page, "discord", "facebook", "telegram")
    await write(page, text="x" * 2000 + "TAIL")
    preview = page.locator("#preview")
    await expect(preview.locator(".look-discord .look-over")).to_have_text("TAIL")
    await expect(preview.locator(".look-facebook .look-text")).to_contain_text("TAIL")
    await expect(preview.locator(".look-over")).to_have_count(1)
    await expect(page.locator("[data-count-of=text] .tail").first).to_have_text("TAIL")
    beside = page.locator(".field:has(> #text) .problem-live")
    await expect(beside).to_have_text("Discord: The text is 4 too long: 2004 of 2000.")
    await page.get_by_text("Other words for one network").click()
    await write(page, override_discord="Short?")
    await expect(beside).to_have_count(0)
    await expect(preview.locator(".look-discord .look-text")).to_have_text("Short?")


async def test_every_problem_is_said_at_once_beside_its_field(
    served: Desk, open_page: OpenPage, tmp_path: Path
) -> None:
    page = await open_page()
    await served.enter(page, "/posts/new")
    await choose(page, "discord", "webchat")
    await page.locator("#poll > summary").click()
    await write(
        page,
        text="x" * 2001,
        link="kettle",
        product="Nothing",
        date="2026-03-01",
        time="10:00",
        poll_question="Which?",
    )
    await page.locator("[name=poll_options]").first.fill("Only one")
    await page.locator("#file").set_input_files(picture_of(tmp_path))
    await expect(page.locator(".picture")).to_have_count(1)
    await page.get_by_role("button", name="Schedule").click()
    await expect(page.get_by_role("alert").first).to_contain_text("things to mend")
    for name in ("text", "link", "product", "date"):
        await expect(page.locator(f"#problem-{name}")).to_be_visible()
    for name in ("poll", "media"):
        await expect(page.locator(f"#{name} .problem").last).to_be_visible()
    assert await page.locator("#text").input_value() == "x" * 2001
    await expect(page.locator(".picture")).to_have_count(1)


@pytest.mark.parametrize(("width", "colours"), [(1280, "light"), (390, "dark")])
async def test_a_post_with_everything_is_composed_and_read_by_everybody(
    served: Desk,
    open_page: OpenPage,
    tmp_path: Path,
    width: int,
    colours: Literal["light", "dark"],
) -> None:
    page = await open_page(width=width, colours=colours)
    await served.enter(page, "/posts/new")
    await choose(page, "discord", "facebook")
    await page.locator("#file").set_input_files(picture_of(tmp_path))
    await page.get_by_label("What it shows").first.fill("A cup")
    await page.get_by_text("Crop for each network").click()
    await page.get_by_label("Shape on Facebook").select_option("1:1")
    await page.locator(".focus img").click(position={"x": 90, "y": 10})
    await page.locator("#poll > summary").click()
    await write(page, text="Which cup is yours?", poll_question="Which colour?")
    for at, answer in enumerate(("Red", "Blue")):
        await page.locator("[name=poll_options]").nth(at).fill(answer)
    await page.get_by_role("button", name="Another answer").click()
    await page.get_by_label("Answer 5").fill("Green")
    await page.get_by_role("checkbox", name="Facebook").last.check()
    await page.locator("summary", has_text="First comment").click()
    await write(page, first_comment="Thank you!", date="2026-03-05", time="10:00", tags="cups, red")
    preview = page.locator("#preview")
    await expect(preview.locator(".look-discord .look-poll li")).to_have_text(
        ["Red", "Blue", "Green"]
    )
    await expect(preview.locator(".look-facebook .look-text")).to_contain_text("3. Green")
    await expect(preview.locator(".look-facebook .look-comment")).to_contain_text("Thank you!")
    await expect(preview.locator(".look-facebook .look-media img")).to_have_attribute(
        "src", re.compile(r"/cut\?ratio=1:1&x=9\d&y=1\d")
    )
    assert (await page.evaluate(STICKS_OUT), await violations(page)) == (0, [])
    await press(page, "Schedule", "It is on the calendar.")
    assert (await page.evaluate(STICKS_OUT), await violations(page)) == (0, [])
    post = await the_post(served)
    assert (post.stage, post.tags, post.media[0]["alt"]) == (
        Stage.SCHEDULED,
        ["cups", "red"],
        "A cup",
    )
    said = await served.writer.run(_contents)
    assert said["discord"]["poll"]["options"] == ["Red", "Blue", "Green"]
    assert said["facebook"]["poll"] is None
    assert said["facebook"]["media"][0]["url"] != said["discord"]["media"][0]["url"]


def _contents(session: Session) -> dict[str, dict[str, Any]]:
    """What goes out, by network: the shop has one channel on each."""
    names = {name: network for network, name in PLACES.items()}
    rows = session.execute(
        sa.select(Channel.name, Delivery.content).join(Channel, Delivery.channel_id == Channel.id)
    )
    return {names[name]: content for name, content in rows}


async def test_what_is_typed_is_kept_and_comes_back_after_a_crash(
    served: Desk, open_page: OpenPage
) -> None:
    page = await open_page()
    await served.enter(page, "/posts/new")
    await write(page, text="Half a thought", title="Cups", date="2026-03-05", time="10:00")
    await expect(page.locator("#autosaved")).to_contain_text("It is not saved yet.")
    await page.close()
    again = await open_page()
    await served.enter(again, "/posts/new")
    await expect(again.get_by_text("“Half a thought”")).to_be_visible()
    await again.get_by_role("link", name="Go on with it").click()
    await expect(again.locator("#text")).to_have_value("Half a thought")
    await expect(again.locator("#date")).to_have_value("2026-03-05")
    await press(again, "Save draft", "Saved.")
    await served.enter(again, "/posts/new")
    await expect(again.get_by_text("“Half a thought”")).to_have_count(0)
    post = await the_post(served)
    assert (post.text, post.title) == ("Half a thought", "Cups")


async def test_leaving_at_once_keeps_what_was_typed(served: Desk, open_page: OpenPage) -> None:
    page = await open_page()
    await served.enter(page, "/posts/new")
    await write(page, text="Gone in a second")
    await page.goto(served.address + "/calendar")
    await expect(page.locator("h1")).to_be_visible()
    await page.goto(served.address + "/posts/new")
    await expect(page.get_by_text("“Gone in a second”")).to_be_visible()
    await press(page, "Throw it away", "Thrown away.")

    def count(session: Session) -> list[object]:
        return [it.given for it in unfinished.new_ones(session, desk.user(session, "Olga"))]

    assert await served.writer.run(count) == []


async def test_an_older_version_is_looked_at_and_brought_back(
    served: Desk, open_page: OpenPage
) -> None:
    page = await open_page()
    await served.enter(page, "/posts/new")
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
    assert (await the_post(served)).text == "Second words?"  # not before it is saved
    await press(page, "Save draft", "Saved.")
    assert (await the_post(served)).text == "First words?"


async def test_a_post_is_approved_with_words_and_asked_about_again(
    served: Desk, open_page: OpenPage
) -> None:
    mia, olga = await open_page(), await open_page(width=390, colours="dark")
    await served.enter(mia, "/posts/new", Role.MARKETER)
    await choose(mia, "webchat")
    await write(mia, text="Which cup?", date="2026-03-05", time="10:00", note="Please look.")
    await press(mia, "Request approval", "Sent for approval.")
    await served.enter(olga, "/approvals", Role.APPROVER)
    card = olga.locator(".approval")
    await expect(card).to_contain_text("Please look.")
    await expect(card.locator(".look-text")).to_have_text("Which cup?")
    assert (await olga.evaluate(STICKS_OUT), await violations(olga)) == (0, [])
    await card.get_by_placeholder("Your words").fill("Lovely.")
    await press(olga, "Approve", "It is on the calendar.")
    await mia.reload()
    await expect(mia.locator("#approval")).to_contain_text("Lovely.")
    await write(mia, text="Buy a cup!")
    await press(mia, "Save and ask again", "Sent for approval.")
    assert (await the_post(served)).stage is Stage.IN_REVIEW
    await olga.goto(served.address + "/approvals")
    await expect(card.locator(".changes del")).to_have_text("Which cup?")
    await expect(card.locator(".changes ins")).to_have_text("Buy a cup!")
    assert await violations(olga) == []
    await card.get_by_placeholder("Your words").fill("No: ask.")
    await press(olga, "Send back", "Sent back. It is a draft again.")
    await mia.reload()
    await expect(mia.locator("#approval")).to_contain_text("No: ask.")
    assert await violations(mia) == []


async def test_four_eyes_and_a_campaign_s_own_approver_are_set_by_the_owner(
    served: Desk, open_page: OpenPage
) -> None:
    page = await open_page()
    await served.enter(page, "/posts/new")
    await choose(page, "webchat")
    await write(page, text="Which cup?", date="2026-03-05", time="10:00", campaign="Spring")
    await press(page, "Request approval", "Sent for approval.")
    await page.goto(served.address + "/approvals")
    await page.get_by_label("Four eyes").check()
    await page.locator("form:has(#four_eyes)").get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await expect(page.locator(".approval")).to_contain_text("somebody else has to")
    await page.locator("summary", has_text="Spring").click()
    await page.locator("details[open]").get_by_label("Mia").check()
    await page.locator("details[open]").get_by_role("button", name="Save").click()
    await expect(page.locator("summary", has_text="Spring: Mia")).to_be_visible()
    await served.enter(page, "/approvals", Role.APPROVER)
    await expect(page.locator(".approval")).to_contain_text("approved by Mia")
    await served.enter(page, "/approvals", Role.MARKETER)
    await press(page, "Approve", "It is on the calendar.")


async def test_a_template_is_kept_filled_in_and_used(served: Desk, open_page: OpenPage) -> None:
    page = await open_page()
    await served.enter(page, "/posts/new")
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
    served: Desk,
    open_page: OpenPage,
    tmp_path: Path,
    width: int,
    colours: Literal["light", "dark"],
) -> None:
    page = await open_page()
    await served.enter(page, "/posts/new")
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
    loaded = "image => image.complete && image.naturalWidth > 0"
    assert await outside.locator(".look-telegram img").evaluate(loaded)
    assert (await outside.evaluate(STICKS_OUT), await violations(outside)) == (0, [])
    text = await outside.locator("body").inner_text()
    for ours in ("Secret plans", "Olga", "#announcements", "Kettle news", "Calendar"):
        assert ours not in text
    await press(page, "Close all links", "One link was closed.")
    answer = await outside.goto(address)
    assert answer is not None
    assert answer.status == 404


async def test_a_file_that_is_no_picture_is_refused_and_nothing_is_lost(
    served: Desk, open_page: OpenPage, tmp_path: Path
) -> None:
    page = await open_page()
    await served.enter(page, "/posts/new")
    await write(page, text="Which cup?")
    files = {
        "script.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "page.png": b"<html><script>alert(1)</script>",
        "large.jpg": b"\xff\xd8\xff" + bytes(50_000_001),
    }
    said = {"large.jpg": "too large: at most 50 MB"}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        await page.locator("#file").set_input_files(tmp_path / name)
        problem = page.locator(".field:has(> #file) .problem")
        await expect(problem).to_contain_text(said.get(name, "no picture or film"))
        await expect(page.locator(".picture")).to_have_count(0)
    await expect(page.locator("#text")).to_have_value("Which cup?")
    await page.locator("#file").set_input_files(picture_of(tmp_path))
    await expect(page.locator(".picture")).to_have_count(1)
    await expect(page.locator(".field:has(> #file) .problem")).to_have_count(0)


async def test_a_link_to_a_private_address_is_not_looked_at(
    served: Desk, open_page: OpenPage
) -> None:
    page = await open_page()
    await served.enter(page, "/posts/new")
    await write(page, text="Look!", link="http://192.168.0.1/router")
    await page.get_by_role("button", name="Look at its preview").click()
    await expect(page.locator("#link-trouble")).to_contain_text("not on the public internet")
    await expect(page.locator("#text")).to_have_value("Look!")


async def test_every_way_of_writing_is_shown_as_it_reads(served: Desk, open_page: OpenPage) -> None:
    page = await open_page()
    await served.enter(page, "/posts/new")
    await choose(page, "telegram")
    await write(page, text="שלום? \u202egpj.exe 👩‍👩‍👧 a\u200bb <b>@everyone</b>")
    text = page.locator("#preview .look-telegram .look-text")
    await expect(text).to_contain_text("<b>@everyone</b>")
    await expect(text).to_contain_text("⟨U+202E⟩gpj.exe")
    assert await text.evaluate("it => getComputedStyle(it).direction") == "rtl"
    await press(page, "Save draft", "Saved.")
    assert (await the_post(served)).text == "שלום? \u202egpj.exe 👩‍👩‍👧 a\u200bb <b>@everyone</b>"

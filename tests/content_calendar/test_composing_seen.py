"""The editor in a real browser: what is typed is counted, drawn and checked."""

import re
from pathlib import Path
from typing import Any, Literal

import pytest
import sqlalchemy as sa
from playwright.async_api import expect

from bot.channels.models import Channel
from bot.db import Session
from bot.networks import Count
from bot.outbox.models import Delivery
from content_calendar.models import Stage
from tests.browser import OpenPage, violations
from tests.content_calendar.desk import (
    PLACES,
    TABLE,
    Desk,
    choose,
    desk,
    picture_of,
    press,
    the_post,
    write,
)
from tests.media.files import png_of

__all__ = ["desk"]  # a fixture

STICKS_OUT = "() => document.documentElement.scrollWidth - innerWidth"


TEXTS = {
    "plain": "Which kettle is yours?",
    "lines": "One\nTwo\n\nThree",
    "emoji": "Family 👩‍👩‍👧 and flag 🇩🇪 and thumb 👍🏽",
    "combining": "e\u0301 n\u0303 \u0e01\u0e33",
    "rtl": "שלום עולם, مرحبا",
    "no width": "a\u200bb\u200dc\u2060d",
    "spaces": "  around  ",
}


async def test_the_page_counts_as_the_server_does(desk: Desk, open_page: OpenPage) -> None:
    page = await open_page()
    await desk.enter(page, "/posts/new")
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
    desk: Desk, open_page: OpenPage, tmp_path: Path
) -> None:
    page = await open_page()
    await desk.enter(page, "/posts/new")
    limit = page.locator("[data-count-of=text] li:has(.net-telegram) [data-limit-shown]")
    await expect(limit).to_have_text("4096")
    await page.locator("#file").set_input_files(picture_of(tmp_path))
    await expect(limit).to_have_text("1024")
    await page.get_by_label("keep").uncheck()
    await expect(limit).to_have_text("4096")


async def test_each_network_s_look_marks_what_is_too_much(desk: Desk, open_page: OpenPage) -> None:
    page = await open_page()
    await desk.enter(page, "/posts/new")
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
    desk: Desk, open_page: OpenPage, tmp_path: Path
) -> None:
    page = await open_page()
    await desk.enter(page, "/posts/new")
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
    desk: Desk,
    open_page: OpenPage,
    tmp_path: Path,
    width: int,
    colours: Literal["light", "dark"],
) -> None:
    page = await open_page(width=width, colours=colours)
    await desk.enter(page, "/posts/new")
    await choose(page, "discord", "facebook")
    await page.locator("#file").set_input_files(picture_of(tmp_path))
    await expect(page.locator("#preview")).to_contain_text("Say what each picture shows")
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
    post = await the_post(desk)
    assert (post.stage, post.tags) == (Stage.SCHEDULED, ["cups", "red"])
    said = await desk.writer.run(_contents)
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


async def test_a_file_that_is_no_picture_is_refused_and_nothing_is_lost(
    desk: Desk, open_page: OpenPage, tmp_path: Path
) -> None:
    page = await open_page()
    await desk.enter(page, "/posts/new")
    await write(page, text="Which cup?")
    files = {
        "script.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "page.png": b"<html><script>alert(1)</script>",
        "large.jpg": b"\xff\xd8\xff" + bytes(50_000_001),
        "bomb.png": png_of(15_000, 15_000, bytes(45_001 * 9)),
    }
    said = {"large.jpg": "too large: at most 50 MB", "bomb.png": "at most 40 million pixels"}
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
    desk: Desk, open_page: OpenPage
) -> None:
    page = await open_page()
    await desk.enter(page, "/posts/new")
    await write(page, text="Look!", link="http://192.168.0.1/router")
    await page.get_by_role("button", name="Look at its preview").click()
    await expect(page.locator("#link-trouble")).to_contain_text("not on the public internet")
    await expect(page.locator("#text")).to_have_value("Look!")


async def test_every_way_of_writing_is_shown_as_it_reads(desk: Desk, open_page: OpenPage) -> None:
    page = await open_page()
    await desk.enter(page, "/posts/new")
    await choose(page, "telegram")
    await write(page, text="שלום? \u202egpj.exe 👩‍👩‍👧 a\u200bb <b>@everyone</b>")
    text = page.locator("#preview .look-telegram .look-text")
    await expect(text).to_contain_text("<b>@everyone</b>")
    await expect(text).to_contain_text("⟨U+202E⟩gpj.exe")
    assert await text.evaluate("it => getComputedStyle(it).direction") == "rtl"
    await press(page, "Save draft", "Saved.")
    assert (await the_post(desk)).text == "שלום? \u202egpj.exe 👩‍👩‍👧 a\u200bb <b>@everyone</b>"

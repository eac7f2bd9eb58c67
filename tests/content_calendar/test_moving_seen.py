"""Posts are moved in a real browser, as people move them; its clock is not the server's."""

import re
from typing import Literal

import pytest
from playwright.async_api import expect

from bot.accounts.models import Role, User
from bot.db import Session
from content_calendar import moving
from content_calendar.moving import Wish
from tests.browser import OpenPage, violations
from tests.content_calendar.calendars import LIMITS, person, scheduled
from tests.content_calendar.hands import card, day, drag, hour, lift, middle, over, ready, until
from tests.content_calendar.serving import Served

AUCKLAND = "Pacific/Auckland"
MONTH = "/calendar?view=month&month=2026-03"


def ada(session: Session) -> User:
    return person(session, Role.OWNER, "Ada")


async def test_a_post_is_dragged_to_another_day_and_keeps_its_time(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page(height=1400, zone=AUCKLAND)
    await served.enter(page, MONTH)
    await ready(page)
    await lift(page, card(page, "Kettles"))
    await over(page, day(page, "2026-03-30"))  # the clocks have changed by then
    await expect(page.locator(".carried")).to_contain_text("Monday 30 March, 08:00")
    await page.mouse.up()
    await expect(page.get_by_text("Moved to Monday 30 March, 08:00.")).to_be_visible()
    await expect(day(page, "2026-03-30").locator(".entry")).to_contain_text("08:00")
    assert "03-30 08:00" in await served.due()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Moved to Friday 20 March, 08:00.")).to_be_visible()
    await expect(day(page, "2026-03-20").locator(".entry")).to_contain_text("08:00")
    assert "03-20 08:00" in await served.due()
    await expect(page).to_have_url(re.compile("view=month"))


@pytest.mark.parametrize(
    ("scope", "tuesdays"),
    [
        ("Only this one", ["03-03", "03-11", "03-17", "03-24", "03-31"]),
        ("This and all later ones", ["03-03", "03-11", "03-18", "03-25", "04-01"]),
        ("All that are still to come", ["03-04", "03-11", "03-18", "03-25", "04-01"]),
        ("Leave it where it was", ["03-03", "03-10", "03-17", "03-24", "03-31"]),
    ],
)
async def test_one_of_a_series_asks_which_are_meant(
    served: Served, open_page: OpenPage, scope: str, tuesdays: list[str]
) -> None:
    page = await open_page(height=1400, zone=AUCKLAND)
    await served.enter(page, MONTH)
    await ready(page)
    tuesday = day(page, "2026-03-10").locator(".entry", has_text="Tuesdays")
    await drag(page, tuesday, day(page, "2026-03-11"))
    await expect(page.get_by_role("dialog")).to_contain_text("Wednesday 11 March, 14:30")
    await page.get_by_role("button", name=scope).click()
    if not scope.startswith("Leave"):
        await expect(page.get_by_text("Moved to Wednesday 11 March, 14:30.")).to_be_visible()
    await until(served.due_at("14:30"), tuesdays)
    if not scope.startswith("Leave"):
        await page.keyboard.press("Control+z")
        await until(served.due_at("14:30"), ["03-03", "03-10", "03-17", "03-24", "03-31"])


async def test_a_refused_move_goes_back_and_says_who_changed_what(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page(height=1400, zone=AUCKLAND)
    await served.enter(page, MONTH)
    await ready(page)
    await lift(page, card(page, "Kettles"))
    await served.writer.run(
        lambda session: (
            moving.move(
                session,
                served.posts["kettles"],
                1,
                Wish(days=1),
                by=ada(session),
                capabilities=LIMITS,
            ).on
        )
    )
    await over(page, day(page, "2026-03-25"))
    await page.mouse.up()
    await expect(page.get_by_text("Ada moved this post in the meantime.")).to_be_visible()
    await expect(day(page, "2026-03-21").locator(".entry")).to_contain_text("Kettles")
    assert "03-21 08:00" in await served.due()


async def test_what_has_gone_out_stays_where_it_is(served: Served, open_page: OpenPage) -> None:
    page = await open_page(height=1400)
    await served.enter(page, MONTH)
    await ready(page)
    sent = card(page, "It is sent")
    await sent.scroll_into_view_if_needed()
    x, y = await middle(sent)
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 20, y + 20)
    await expect(page.get_by_text("It has gone out, or is going out")).to_be_visible()
    await page.mouse.up()
    await expect(page.locator(".carried")).to_have_count(0)
    await expect(page).to_have_url(re.compile("/calendar"))


async def test_what_a_network_refused_is_tried_at_another_time(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page(height=1400)
    await served.enter(page, f"/posts/{served.posts['refused']}")
    await page.get_by_text("Move to…").click()
    await page.locator("#to-date").fill("2026-03-19")
    await page.get_by_role("button", name="Move", exact=True).click()
    await expect(page.get_by_text("Moved to Thursday 19 March, 09:00.")).to_be_visible()
    assert "03-19 09:00" in await served.due()


async def test_the_form_moves_without_any_script(served: Served, open_page: OpenPage) -> None:
    page = await open_page(height=1400)
    await page.route("**/*.js*", lambda route: route.abort())
    await served.enter(page, f"/posts/{served.posts['weekly']}?on=2026-03-10T14:30:00")
    await page.get_by_text("Move to…").click()
    await page.locator("#to-date").fill("2026-03-12")
    await page.get_by_label("Which").select_option("later")
    await page.get_by_role("button", name="Move", exact=True).click()
    await expect(page.get_by_text("Moved to Thursday 12 March, 14:30.")).to_be_visible()
    await until(served.due_at("14:30"), ["03-03", "03-12", "03-19", "03-26", "04-02"])
    await page.get_by_role("button", name="Undo").click()
    await until(served.due_at("14:30"), ["03-03", "03-10", "03-17", "03-24", "03-31"])


async def test_the_end_of_a_drag_opens_nothing_and_undo_can_be_clicked_at_once(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page(height=1400)
    await served.enter(page, MONTH)
    await ready(page)
    kettles = card(page, "Kettles")
    await lift(page, kettles)
    await over(page, day(page, "2026-03-20"))  # its own day
    await page.mouse.up()
    await expect(page).to_have_url(re.compile("/calendar"))
    await drag(page, kettles, day(page, "2026-03-19"))
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Moved to Friday 20 March, 08:00.")).to_be_visible()
    await kettles.click()  # a click is a click again
    await expect(page).to_have_url(re.compile("/posts/"))


async def test_what_others_do_is_seen_at_once_but_never_while_something_is_held(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page(height=1400)
    await served.enter(page, MONTH)
    await ready(page)
    await lift(page, card(page, "Kettles"))
    await served.writer.run(
        lambda session: scheduled(session, "2026-03-27T12:00", title="From elsewhere").id
    )
    await over(page, day(page, "2026-03-19"))
    await expect(page.locator(".carried")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator(".carried")).to_have_count(0)
    await page.mouse.up()
    await expect(card(page, "From elsewhere")).to_be_visible()
    assert "03-20 08:00" in await served.due()


async def test_in_the_week_a_post_snaps_to_five_minutes(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page(height=1400, zone=AUCKLAND)
    await served.enter(page, "/calendar?view=week&day=2026-03-20")
    await ready(page)
    await lift(page, card(page, "Kettles"))
    await over(page, hour(page, "2026-03-21", 9), at=0.62)
    await expect(page.locator(".carried")).to_contain_text("Saturday 21 March, 09:35")
    await page.mouse.up()
    await expect(page.get_by_text("Moved to Saturday 21 March, 09:35.")).to_be_visible()
    await expect(hour(page, "2026-03-21", 9).locator(".entry")).to_contain_text("09:35")
    assert "03-21 09:35" in await served.due()
    await page.keyboard.press("Control+z")
    await expect(hour(page, "2026-03-20", 8).locator(".entry")).to_contain_text("08:00")
    assert "03-20 08:00" in await served.due()


async def test_a_week_seen_in_another_zone_leaves_the_post_its_own(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page(height=1400, zone=AUCKLAND)
    await served.enter(page, "/calendar?view=week&day=2026-03-30&zone=America/New_York")
    await ready(page)
    tuesday = hour(page, "2026-03-31", 8).locator(".entry")  # 14:30 in Berlin
    await expect(tuesday).to_contain_text("08:30")
    await drag(page, tuesday, hour(page, "2026-04-01", 10), at=0.01)
    await page.get_by_role("button", name="Only this one").click()
    await expect(page.get_by_text("Moved to Wednesday 1 April, 16:00.")).to_be_visible()
    assert "04-01 16:00" in await served.due()
    await expect(hour(page, "2026-04-01", 10).locator(".entry")).to_contain_text("10:00")


async def test_more_than_four_of_a_day_open_the_day(served: Served, open_page: OpenPage) -> None:
    page = await open_page(height=1400)
    await served.enter(page, MONTH)
    await page.get_by_role("link", name="+2 more").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Friday 6 March")
    await expect(page.locator(".item")).to_have_count(6)


@pytest.mark.parametrize(
    ("width", "colours"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
)
async def test_every_view_can_be_read_by_everybody(
    served: Served, open_page: OpenPage, width: int, colours: Literal["light", "dark"]
) -> None:
    page = await open_page(width=width, colours=colours, zone=AUCKLAND)
    found = {}
    for view in ("month", "week", "list", "coverage"):
        await served.enter(page, f"/calendar?view={view}&month=2026-03")
        await page.locator("#tray summary").click()
        if view != "coverage":
            await ready(page)
            await page.locator("#keys summary").click()
        sticks_out = await page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        found[view] = (sticks_out, await violations(page))
    assert found == dict.fromkeys(found, (0, []))


async def test_without_a_network_it_goes_back_and_says_so(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page(height=1400)
    await served.enter(page, MONTH)
    await ready(page)
    await page.context.set_offline(True)
    await drag(page, card(page, "Kettles"), day(page, "2026-03-21"))
    await expect(page.get_by_text("That did not work. Please try again.")).to_be_visible()
    await expect(day(page, "2026-03-20").locator(".entry")).to_contain_text("08:00")
    await page.context.set_offline(False)
    await drag(page, card(page, "Kettles"), day(page, "2026-03-21"))
    await expect(page.get_by_text("Moved to Saturday 21 March, 08:00.")).to_be_visible()


async def test_what_is_gone_meanwhile_is_said_in_words(served: Served, open_page: OpenPage) -> None:
    page = await open_page(height=1400)
    await served.enter(page, MONTH)
    await ready(page)
    await page.route("**/move", lambda route: route.fulfill(status=404, json={"error": "404"}))
    await drag(page, card(page, "Kettles"), day(page, "2026-03-21"))
    await expect(page.get_by_text("That did not work. Please try again.")).to_be_visible()


async def test_the_page_scrolls_when_something_is_carried_to_its_edge(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page(height=600)
    await served.enter(page, "/calendar?view=list&month=2026-03")
    await ready(page)
    await lift(page, card(page, "Tuesdays").first)
    await page.mouse.move(640, 590)
    await expect(day(page, "2026-03-12")).to_be_in_viewport()
    await page.keyboard.press("Escape")
    await page.mouse.up()
    assert "03-03 14:30" in await served.due()

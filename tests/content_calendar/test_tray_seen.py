"""The tray above the calendar: what needs a look, in the network's words, with its ways out."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from playwright.async_api import expect

from bot.channels.looking import found
from bot.db import Session
from bot.networks import Finding, Health
from bot.outbox.models import Delivery, DeliveryState
from content_calendar.tray import tray
from tests.browser import OpenPage, violations
from tests.content_calendar.calendars import channel, deliveries, scheduled
from tests.content_calendar.serving import Served


def state_of(post: object) -> Callable[[Session], DeliveryState]:
    def read(session: Session) -> DeliveryState:
        return session.scalars(sa.select(Delivery.state).filter_by(about_id=post)).one()

    return read


@pytest.mark.parametrize(
    ("title", "says", "way", "state"),
    [
        ("It is refused", "The text is too long", "Try again", DeliveryState.PENDING),
        ("It is unknown", "did not answer in time", "mark as sent", DeliveryState.SENT),
        ("It is unknown", "did not answer in time", "send again", DeliveryState.PENDING),
        ("It is held", "due while Hubbub was off", "Send it now", DeliveryState.PENDING),
        ("It is held", "due while Hubbub was off", "Drop it", DeliveryState.CANCELLED),
    ],
)
async def test_one_click_leads_out_and_back_to_the_calendar(
    served: Served, open_page: OpenPage, title: str, says: str, way: str, state: DeliveryState
) -> None:
    page = await open_page()
    here = "/calendar?view=week&day=2026-03-10"
    await served.enter(page, here)
    await page.get_by_text("Needs a look (3)").click()
    item = page.locator(".tray-item", has_text=title)
    await expect(item).to_contain_text(says)
    assert await violations(page) == []
    await item.get_by_role("button", name=way).click()
    await expect(page).to_have_url(served.address + here)
    await expect(page.get_by_text("Needs a look (2)")).to_be_visible()
    name = title.rpartition(" ")[2]
    assert await served.writer.run(state_of(served.posts[name])) is state


async def test_what_fails_meanwhile_comes_into_an_open_tray(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page()
    await served.enter(page, "/calendar?view=month&month=2026-03")
    await page.get_by_text("Needs a look (3)").click()

    def fail(session: Session) -> None:
        for delivery in session.scalars(
            sa.select(Delivery).filter_by(about_id=served.posts["kettles"])
        ):
            delivery.state, delivery.note = DeliveryState.REFUSED, "This group is archived."
        session.announce("outbox", "calendar")

    await served.writer.run(fail)
    await expect(page.locator(".tray-item", has_text="Kettles")).to_contain_text("archived")
    await expect(page.get_by_text("Needs a look (4)")).to_be_visible()
    refused = page.locator('#calendar [data-day="2026-03-20"] .entry')
    await expect(refused.get_by_role("img", name="Needs a look")).to_be_visible()


async def test_move_to_opens_the_form_right_away(served: Served, open_page: OpenPage) -> None:
    page = await open_page()
    await served.enter(page, "/calendar?view=month&month=2026-03")
    await page.get_by_text("Needs a look (3)").click()
    await page.locator(".tray-item", has_text="It is held").get_by_text("Move to…").click()
    await page.locator("#to-date").fill("2026-03-18")
    await page.get_by_role("button", name="Move", exact=True).click()
    await expect(page.get_by_text("Moved to Wednesday 18 March, 09:00.")).to_be_visible()
    assert "03-18 09:00" in await served.due()


def test_what_will_not_leave_as_things_are_is_at_risk(session: Session) -> None:
    post, lobby = scheduled(session, "2026-03-02T18:00"), channel(session)
    scheduled(session, "2026-03-20T18:00")  # not so soon
    assert tray(session) == []
    ill = Finding(what="rights", health=Health.OFF, says="May not post.", then="Let it post.")
    found(session, lobby.network, lobby.account, "another place", [ill])
    assert tray(session) == []
    found(session, lobby.network, lobby.account, lobby.remote_id, [ill])
    (item,) = tray(session)
    assert (item.state, item.says, item.then) == ("risk", "May not post.", "Let it post.")
    assert item.href == f"/posts/{post.id}?on=2026-03-02T18:00:00"
    well = Finding(what="rights", health=Health.OK, says="May post.", then="")
    found(session, lobby.network, lobby.account, lobby.remote_id, [well])
    (first, _later) = deliveries(session)
    itself = Finding(what=f"post:{first.id}", health=Health.OFF, says="Too long.", then="Cut it.")
    found(session, lobby.network, lobby.account, lobby.remote_id, [itself])
    assert [it.says for it in tray(session)] == ["Too long."]

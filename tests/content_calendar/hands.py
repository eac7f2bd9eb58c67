"""Hands on the calendar: a mouse, a finger, and what the cards and days are called."""

import asyncio
from typing import Any

from playwright.async_api import Locator, Page, expect

PLANNED = "#calendar [data-v]"


def card(page: Page, title: str) -> Locator:
    return page.locator(PLANNED, has_text=title)


def day(page: Page, date: str) -> Locator:
    """The month's or the list's place for a day."""
    return page.locator(f'#calendar [data-day="{date}"]').first


def hour(page: Page, date: str, number: int) -> Locator:
    return page.locator(f'#calendar [data-day="{date}"][data-hour="{number}"]')


async def ready(page: Page) -> None:
    """Until the script that moves things has come."""
    await page.wait_for_function("() => performance.getEntriesByName('calendar').length > 0")


async def middle(thing: Locator) -> tuple[float, float]:
    box = await thing.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def drag(page: Page, what: Locator, to: Locator, *, at: float = 0.5) -> None:
    """With the mouse; ``at``: which share of the target's height."""
    await lift(page, what)
    await over(page, to, at=at)
    await page.mouse.up()


async def lift(page: Page, what: Locator) -> None:
    await what.scroll_into_view_if_needed()
    x, y = await middle(what)
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 12, y + 12)
    await expect(page.locator(".carried")).to_be_visible()


async def over(page: Page, to: Locator, *, at: float = 0.5) -> None:
    box = await to.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * at, steps=4)


class Finger:
    """A finger on the glass, as Chromium's own protocol has it."""

    def __init__(self, page: Page, cdp: Any) -> None:
        self._page, self._cdp = page, cdp

    @classmethod
    async def of(cls, page: Page) -> "Finger":
        return cls(page, await page.context.new_cdp_session(page))

    async def _touch(self, kind: str, *points: tuple[float, float]) -> None:
        where = [{"x": x, "y": y} for x, y in points]
        await self._cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})

    async def press(self, what: Locator) -> None:
        await what.scroll_into_view_if_needed()
        await self._touch("touchStart", await middle(what))

    async def hold(self, what: Locator) -> None:
        """Until it is lifted."""
        await self.press(what)
        await expect(self._page.locator(".carried")).to_be_visible()

    async def move(self, to: Locator) -> None:
        await self._touch("touchMove", await middle(to))

    async def end(self) -> None:
        await self._touch("touchEnd")


async def until(condition: Any, wanted: Any, *, seconds: float = 10) -> None:
    """Ask again until it says so."""
    async with asyncio.timeout(seconds):
        while (found := await condition()) != wanted:
            await asyncio.sleep(0.02)
            assert found is not None

"""Many at one link at once, over HTTP: one comes in. `make races` sends ten thousand."""

import asyncio
import os
from collections import Counter

import httpx
import pytest
from litestar import Litestar

from bot.db import Writer
from tests.suppliers.doors import DOORS, FIELD, Door, served

RACERS = int(os.environ.get("HUBBUB_TEST_RACERS", "60"))
_AT_ONCE = 100  # connections; as many requests are under way at any moment


@pytest.mark.timeout(900)
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.path)
async def test_of_many_who_press_the_button_at_once_one_comes_in(
    app: Litestar, writer: Writer, door: Door
) -> None:
    """Each from an address of its own, or most would be turned away for coming too often."""
    link = door.link(writer)
    limits = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
    turn = asyncio.Semaphore(_AT_ONCE)
    with served(app) as address:
        async with httpx.AsyncClient(limits=limits, timeout=60) as browser:
            shown = await browser.get(address + link)
            cookies = "; ".join(f"{one.name}={one.value}" for one in browser.cookies.jar)
            browser.cookies.clear()
            body = {"_csrf_token": FIELD.findall(shown.text)[0]}
            statuses: Counter[int] = Counter()

            async def race(number: int) -> None:
                source = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
                headers = {"cookie": cookies, "x-forwarded-for": source}
                async with turn:
                    answer = await browser.post(address + link, data=body, headers=headers)
                browser.cookies.clear()
                statuses[answer.status_code] += 1

            await asyncio.gather(*map(race, range(RACERS)))
    assert statuses == {303: 1, 403: RACERS - 1}
    assert door.entered(writer) == 1

"""A web chat without a browser, on both engines."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from bot.clock import FrozenClock
from bot.db import Database, Writer
from tests.adapters.webchat.chat import Chat, app_of, furnish

HIDDEN = r'name="{}" value="([^"]*)"'


@dataclass(slots=True)
class Visit:
    """Somebody's browser without JavaScript: it keeps cookies and sends what forms hold."""

    client: AsyncTestClient[Any]

    async def see(self, path: str = "/chat") -> str:
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def fill(self, path: str = "/chat", **typed: str) -> dict[str, str]:
        """The page's form with this typed into it."""
        html = await self.see(path)
        hidden = ("_csrf_token", "once")
        return {name: found_in(html, HIDDEN.format(name)) for name in hidden} | typed

    async def send(self, form: dict[str, str], **headers: str) -> Any:
        return await self.client.post(
            "/chat/say", data=form, headers=headers, follow_redirects=False
        )

    async def say(self, text: str, path: str = "/chat", **typed: str) -> str:
        """Write it there; gives the message's id."""
        answer = await self.send(await self.fill(path, text=text, **typed))
        assert answer.status_code == 303, answer.text
        return found_in(answer.headers["location"], "#m-(.+)$")


def found_in(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    assert found, pattern
    return found[1]


@pytest.fixture
def chat(database: Database, writer: Writer, clock: FrozenClock) -> Chat:
    return furnish(database, writer, clock)


@pytest.fixture
async def visit(chat: Chat) -> AsyncIterator[Visit]:
    async with AsyncTestClient(app_of(chat), base_url="http://shop.example") as client:
        yield Visit(client)


@pytest.fixture
async def other_visit(chat: Chat) -> AsyncIterator[Visit]:
    async with AsyncTestClient(app_of(chat), base_url="http://shop.example") as client:
        yield Visit(client)

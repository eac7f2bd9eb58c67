"""The whole circle on Facebook: a post goes out, somebody answers below it, and hears of it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.channels.service import ensure
from bot.clock import SystemClock
from bot.db import Session
from bot.main import Hubbub, serve
from bot.settings import load
from bot.suppliers.models import Act, Case
from bot.suppliers.service import decide
from content_calendar import service as calendar
from content_calendar.draft import Draft
from content_calendar.models import Stage
from tests.flows.running import open_a_shop
from tests.stand_ins.facebook import Facebook
from tests.stand_ins.faults import Fault, Shown

QUESTION = "What would make the Trail Lid Cup better?"
WISH = "please make the lid dishwasher-safe"
PAGE = Facebook.channel


class Ahead(SystemClock):
    """Time as it is, and so much further."""

    def __init__(self) -> None:
        self.by = timedelta()

    def now(self) -> datetime:
        return super().now() + self.by


@pytest.fixture
def clock() -> Ahead:
    return Ahead()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def page(listener: socket.socket, clock: Ahead) -> Iterator[Facebook]:
    port = listener.getsockname()[1]
    with Facebook(f"http://127.0.0.1:{port}/webhooks/facebook", now=clock.now) as page:
        yield page


@pytest.fixture
async def hubbub(
    tmp_path: Path, listener: socket.socket, clock: Ahead, page: Facebook
) -> AsyncIterator[Hubbub]:
    open_a_shop(tmp_path)
    settings = load(data=tmp_path, networks={"facebook": page.settings()})
    hubbub = Hubbub(settings, clock=clock)
    hubbub.open()
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(hubbub, listener, stop))
    yield hubbub
    stop.set()
    await serving
    hubbub.close()


async def until(found: Callable[[], Any], within: float = 30.0) -> Any:
    async with asyncio.timeout(within):
        while not (what := found()):  # noqa: ASYNC110  # what happens in another thread sets no event here
            await asyncio.sleep(0.05)
    return what


def scheduled(session: Session, hubbub: Hubbub) -> None:
    """For the next minute but one."""
    channel = ensure(session, network="facebook", account=PAGE, remote_id=PAGE, name="Our Page")
    local = session.now().replace(second=0, microsecond=0, tzinfo=None) + timedelta(minutes=2)
    draft = Draft(text=QUESTION, channel_ids=(channel.id,), local=local)
    limits = {one.network: one.capabilities for one in hubbub.adapters.values()}
    calendar.create(session, draft, by=None, capabilities=limits, stage=Stage.SCHEDULED)


def accept(session: Session) -> bool:
    case = session.scalar(sa.select(Case).where(Case.supplier_id.is_not(None)))
    if case is None:
        return False
    decide(session, case, Act.ACCEPT, by="supplier:Brook & Daughters")
    return True


async def test_a_wish_below_a_post_is_taken_to_its_maker_and_the_answer_comes_back(
    hubbub: Hubbub, page: Facebook, clock: Ahead
) -> None:
    await hubbub.writer.run(lambda session: scheduled(session, hubbub))
    assert page.shown() == []
    clock.by += timedelta(minutes=2)
    [post] = await until(page.shown)
    assert post.text == QUESTION

    page.fail(Fault.EVENT_BROKEN)  # what nobody can read comes first, and spoils nothing
    comment = await page.say(WISH, reply_to=post.id)

    def below(words: str) -> list[Shown]:
        return [one for one in page.shown() if one.reply_to == comment and words in one.text]

    [thanks] = await until(lambda: below("I've written down your suggestion"))
    assert "for the Trail Lid Cup" in thanks.text
    assert thanks.thread == post.id

    assert await hubbub.writer.run(accept)
    [answer] = await until(lambda: below("has accepted"))
    assert answer.thread == post.id
    assert len(page.shown()) == 3  # the post, the thanks and the answer, each once

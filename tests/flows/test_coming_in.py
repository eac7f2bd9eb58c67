"""Files and feeds come in while Hubbub runs, with nobody looking after them."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import main
from bot.accounts.models import Role
from bot.db import Session
from bot.settings import Settings
from content_calendar.exchange import feeds, service
from content_calendar.exchange.models import Feed, Intake, Step
from content_calendar.models import Post
from tests.content_calendar.calendars import person

DATA = b"title,text\nLids,Which lid?\nMugs,Which mug?\n"


async def until(found: object, read: Callable[[], object], seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while (now := await asyncio.to_thread(read)) != found:
        assert time.monotonic() < ends, f"{now} instead of {found}"
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_file_is_looked_at_and_taken_in_and_a_feed_is_asked_for(
    database_url: str, tmp_path: Path
) -> None:
    hubbub = main.Hubbub(Settings(data=tmp_path, database=database_url))
    hubbub.open()
    work = asyncio.create_task(hubbub.work())

    def begin(session: Session) -> Intake:
        user = person(session, Role.MARKETER)
        values = {
            "url": "http://router.local/feed",
            "name": "Nowhere",
            "questions": "Hm?",
            "channel_ids": [],
            "campaign": "",
            "every_minutes": 60,
            "zone": "UTC",
        }
        feeds.put(session, values, by=user)
        return service.begin(session, "posts.csv", DATA, zone="UTC", by=user)

    def step() -> Step:
        with hubbub.database.reading() as session:
            return session.scalars(sa.select(Intake.step)).one()

    def failures() -> int:
        with hubbub.database.reading() as session:
            return session.scalars(sa.select(Feed.failures)).one()

    try:
        id = (await hubbub.writer.run(begin)).id
        await until(Step.LOOKED, step)
        await hubbub.writer.run(lambda session: service.take_in(session, id, by=None).id)
        await until(Step.TAKEN, step)
        await until(1, failures)  # nobody may call that, and it is told
        with hubbub.database.reading() as session:
            assert session.scalar(sa.select(sa.func.count(Post.id))) == 2
            assert "private network" in session.scalars(sa.select(Feed.note)).one()
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        hubbub.close()

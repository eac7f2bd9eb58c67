"""What one process announces is heard in the others, over a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import pytest
import sqlalchemy as sa
from sqlalchemy import URL

from bot.db import Database, News, Session, Writer
from bot.db.news import Listener
from bot.db.wire import hear_others
from bot.errors import Conflict
from tests import databases

LINES = sa.text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
)


@pytest.fixture
def database_url(postgresql_server: URL) -> Iterator[str]:
    with databases.fresh_database(postgresql_server) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Only announcements travel here: no table is needed."""
    database = Database(database_url)
    yield database
    database.close()


@asynccontextmanager
async def another_process(database: Database, *topics: str) -> AsyncIterator[Listener]:
    """Somebody who listens in it, once it is connected."""
    news = News()
    with news.listening(*topics) as listener:
        hearing = asyncio.create_task(hear_others(database, news))
        assert await listener.next(10) == set(topics), "who connects looks at everything"
        yield listener
        hearing.cancel()
        with suppress(asyncio.CancelledError):
            await hearing


async def test_it_is_heard_after_commit_and_once(database: Database, writer: Writer) -> None:
    async with another_process(database, "inbox", "cases") as listener:
        with writer.news.listening("inbox", "cases") as here:
            await writer.run(lambda session: session.announce("inbox", "outbox"))
            assert await listener.next(10) == {"inbox"}
            assert await here.next(10) == {"inbox"}
        assert await listener.next(0.05) == frozenset()


async def test_what_is_rolled_back_was_never_said(database: Database, writer: Writer) -> None:
    def fails(session: Session) -> None:
        session.announce("inbox")
        raise Conflict

    async with another_process(database, "inbox", "cases") as listener:
        with pytest.raises(Conflict):
            await writer.run(fails)
        await writer.run(lambda session: session.announce("cases"))
        assert await listener.next(10) == {"cases"}


async def test_our_own_news_do_not_come_back(database: Database, writer: Writer) -> None:
    async with another_process(database, "inbox") as elsewhere:
        with writer.news.listening("inbox") as here:
            hearing = asyncio.create_task(hear_others(database, writer.news))
            assert await here.next(10) == {"inbox"}  # connected
            await writer.run(lambda session: session.announce("inbox"))
            assert await here.next(10) == {"inbox"}
            assert await elsewhere.next(10) == {"inbox"}
            assert await here.next(0.05) == frozenset()
            hearing.cancel()


async def test_more_than_fits_wakes_everybody(database: Database, writer: Writer) -> None:
    async with another_process(database, "inbox", "cases") as listener:
        many = [f"chat:{number:032x}" for number in range(400)]
        await writer.run(lambda session: session.announce(*many))
        assert await listener.next(10) == {"inbox", "cases"}


async def test_a_cut_line_is_mended_and_everybody_woken(database: Database, writer: Writer) -> None:
    async with another_process(database, "inbox", "cases") as listener:
        with database.readers.connect() as connection:
            assert connection.scalar(LINES) == 1
        await writer.run(lambda session: session.announce("inbox"))  # nobody can hear it
        heard: set[str] = set()
        while heard != {"inbox", "cases"}:
            heard |= await listener.next(10)
        await writer.run(lambda session: session.announce("cases"))
        assert await listener.next(10) == {"cases"}

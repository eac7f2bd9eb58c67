"""News between the processes of one PostgreSQL, by LISTEN and NOTIFY.

A process that writes notifies in the same transaction, so that the others hear of it at COMMIT and
never before. Only topics travel. A line that was cut loses nothing: whoever is connected again
wakes everybody for everything, and until then the loops look at their tables every second.
"""

import asyncio
from collections.abc import Collection

import psycopg
import sqlalchemy as sa

from bot.db.engine import Database
from bot.db.news import News
from bot.logs import log

_CHANNEL = "hubbub"
# PostgreSQL takes less than 8,000 bytes; who announces more means everything.
_LONGEST, _EVERYTHING = 7_900, "*"
# A line on which nothing came for so long is asked whether it still stands, and given up when it
# does not answer within as much again.
_SILENCE, _PATIENCE = 10.0, 10.0
_BEFORE_TRYING_AGAIN = 1.0

_log = log("news")


def tell_others(connection: sa.Connection, origin: str, topics: Collection[str]) -> None:
    """Tell the other processes of these topics, once this transaction is committed."""
    said = " ".join((origin, *sorted(topics)))
    if len(said.encode()) > _LONGEST:
        said = f"{origin} {_EVERYTHING}"
    notify = sa.select(sa.func.pg_notify(_CHANNEL, said))
    connection.execute(notify)


async def hear_others(database: Database, news: News) -> None:
    """Announce here what other processes announce, until cancelled."""
    _, given = database.readers.dialect.create_connect_args(database.url)
    address = {**given, **database.patience()}
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**address, autocommit=True) as line:
                await line.execute(f"LISTEN {_CHANNEL}")
                news.announce_everything()  # what was said before we listened
                await _hear(line, news)
        except (psycopg.Error, TimeoutError) as error:
            _log.warning("does not hear other processes", reason=str(error).strip())
        await asyncio.sleep(_BEFORE_TRYING_AGAIN)


async def _hear(line: "psycopg.AsyncConnection[object]", news: News) -> None:
    while True:
        async for notice in line.notifies(timeout=_SILENCE):
            origin, *topics = notice.payload.split()
            if origin == news.origin:
                continue  # our listeners know already
            if topics == [_EVERYTHING]:
                news.announce_everything()
            else:
                news.announce(topics)
        async with asyncio.timeout(_PATIENCE):
            await line.execute("SELECT 1")

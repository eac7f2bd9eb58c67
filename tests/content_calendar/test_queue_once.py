"""Filled once, by however many processes, and wherever one of them dies."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from bot.clock import FrozenClock
from bot.db import Database, Session, Writer
from content_calendar import service as calendar
from content_calendar.queue.models import Fill
from tests import rooms
from tests.content_calendar.calendars import due
from tests.content_calendar.queues import texts, tips
from tests.content_calendar.test_queue import fill


def test_many_processes_at_once_fill_once(database_url: str, clock: FrozenClock) -> None:
    databases = [rooms.open_database(database_url, clock) for _ in range(4)]
    with Writer(databases[0]) as first:
        first.run_blocking(lambda session: tips(session).id)
    together = Barrier(len(databases))

    def work(database: Database) -> int:
        with Writer(database) as writer:
            together.wait(timeout=10)
            return writer.run_blocking(fill)

    with ThreadPoolExecutor() as pool:
        made = list(pool.map(work, databases))
    with databases[0].reading() as session:
        planned, said = due(session), texts(session)
    for database in databases:
        database.close()
    assert sum(made) == len(planned) == len(set(said)) == 2


class Killed(Exception):
    """As `kill -9` would."""


@pytest.mark.parametrize("stage", ["decided", "posted", "filled"])
def test_a_process_that_dies_in_between_has_done_nothing_and_the_next_does_it_once(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    writer.run_blocking(lambda session: tips(session).id)

    def dies(session: Session) -> int:
        with monkeypatch.context() as patch:
            if stage == "decided":
                patch.setattr(calendar, "create", _raise)
            elif stage == "posted":
                patch.setattr(calendar, "changed", _raise)
            made = fill(session)
        if stage == "filled":
            raise Killed
        return made

    with pytest.raises(Killed):
        writer.run_blocking(dies)
    with writer.database.reading() as session:
        assert (due(session), session.scalar(sa.select(sa.func.count(Fill.id)))) == ([], 0)
    assert writer.run_blocking(fill) == 2
    assert writer.run_blocking(fill) == 0


def _raise(*_args: object, **_more: object) -> None:
    raise Killed


# Fills the queue and is killed as the post is there and nothing is committed.
DYING = """
import os, signal, sys
from bot.clock import FrozenClock
from bot.db import Database, Writer
from content_calendar import service as calendar
from tests import rooms
from tests.content_calendar.test_queue import fill

def die(*_args, **_more):
    os.kill(os.getpid(), signal.SIGKILL)

with Writer(Database(sys.argv[1], clock=FrozenClock(rooms.START))) as writer:
    calendar.changed = die
    writer.run_blocking(fill)
"""


def test_a_process_is_killed_while_it_fills(database_url: str, clock: FrozenClock) -> None:
    database = rooms.open_database(database_url, clock)
    with Writer(database) as writer:
        writer.run_blocking(lambda session: tips(session).id)
    command = [sys.executable, "-c", DYING, database_url]
    assert subprocess.run(command, check=False).returncode == -9
    with Writer(database) as writer:
        assert (writer.run_blocking(fill), writer.run_blocking(fill)) == (2, 0)
    with database.reading() as session:
        assert due(session) == ["03-05 10:00", "03-09 10:00"]
        assert session.scalar(sa.select(sa.func.count(Fill.id))) == len(set(texts(session))) == 2
    database.close()

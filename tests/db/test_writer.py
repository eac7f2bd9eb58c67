"""The writer: what waits is committed together, and a result is only given after COMMIT."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa

from bot.channels.models import Channel
from bot.channels.service import ensure
from bot.db import Command, Database, News, Session, Writer
from bot.errors import Conflict, DatabaseUnavailable, NotFound
from tests import databases, rooms


def a_channel(name: str) -> Command[str]:
    def command(session: Session) -> str:
        return ensure(session, network="sandbox", account="main", remote_id=name).remote_id

    return command


def channels(database: Database) -> set[str]:
    """As another connection sees them."""
    with database.reading() as session:
        return set(session.scalars(sa.select(Channel.remote_id)))


def fails(with_: Exception) -> Command[None]:
    def command(session: Session) -> None:
        a_channel("never")(session)
        raise with_

    return command


def all_waiting(writer: Writer, *commands: Command[object]) -> list["Future[object]"]:
    """Submit them while the writer is held up, so that they meet in one transaction."""
    hold, held = Event(), Event()

    def holding(_: Session) -> None:
        held.set()
        hold.wait()

    writer.submit(holding)
    held.wait()
    futures = [writer.submit(command) for command in commands]
    hold.set()
    return futures


async def test_a_result_is_given_only_once_others_can_see_it(
    database: Database, writer: Writer
) -> None:
    for number in range(20):
        name = await writer.run(a_channel(f"c{number}"))
        assert name in channels(database)


def test_what_waits_is_committed_together(database: Database, writer: Writer) -> None:
    commits: list[object] = []
    sa.event.listen(database.writers, "commit", commits.append)
    names = {f"c{number}" for number in range(50)}
    futures = all_waiting(writer, *(a_channel(name) for name in names))
    assert {future.result() for future in futures} == names == channels(database)
    assert len(commits) == 2  # the one that held it up, then all fifty


def test_one_bad_command_spoils_nobody_elses(database: Database, writer: Writer) -> None:
    first, bad, last = all_waiting(
        writer, a_channel("first"), fails(with_=ValueError("mine alone")), a_channel("last")
    )
    assert (first.result(), last.result()) == ("first", "last")
    with pytest.raises(ValueError, match="mine alone"):
        bad.result()
    assert channels(database) == {"first", "last"}


def test_a_row_the_database_refuses_spoils_nobody_elses(database: Database, writer: Writer) -> None:
    def twice(session: Session) -> None:
        for _ in range(2):
            session.put(Channel(network="sandbox", account="main", remote_id="same", name="same"))

    first, bad, last = all_waiting(writer, a_channel("first"), twice, a_channel("last"))
    assert (first.result(), last.result()) == ("first", "last")
    with pytest.raises(sa.exc.IntegrityError):
        bad.result()
    assert channels(database) == {"first", "last"}


@pytest.mark.parametrize("error", [NotFound(), Conflict("Somebody was first."), KeyError("oh")])
async def test_what_a_command_raises_reaches_its_caller(writer: Writer, error: Exception) -> None:
    with pytest.raises(type(error)) as raised:
        await writer.run(fails(with_=error))
    assert str(raised.value) == str(error)


async def test_a_writer_goes_on_after_errors(database: Database, writer: Writer) -> None:
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await writer.run(lambda _: 1 / 0)
    await writer.run(a_channel("after"))
    assert channels(database) == {"after"}


async def test_who_stops_waiting_does_not_stop_the_command(
    database: Database, writer: Writer
) -> None:
    started, go_on = Event(), Event()

    def slow(session: Session) -> str:
        started.set()
        go_on.wait()
        return a_channel("slow")(session)

    waiting = asyncio.create_task(writer.run(slow))
    await asyncio.to_thread(started.wait)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    await writer.run(a_channel("behind it"))
    assert channels(database) == {"slow", "behind it"}


def test_stop_finishes_what_waits(database: Database) -> None:
    writer = Writer(database).start()
    names = {f"c{number}" for number in range(300)}  # more than one transaction takes
    futures = all_waiting(writer, *(a_channel(name) for name in names))
    writer.stop()
    assert all(future.done() for future in futures)
    assert channels(database) == names


async def test_after_stop_commands_are_refused(database: Database) -> None:
    with Writer(database) as writer:
        pass
    with pytest.raises(DatabaseUnavailable, match="shutting down"):
        await writer.run(a_channel("late"))
    assert channels(database) == set()


async def test_listeners_hear_of_it_after_commit_and_only_then(database: Database) -> None:
    with Writer(database, News()) as writer, writer.news.listening("channels") as listener:
        await writer.run(a_channel("one"))
        assert await listener.next(timeout=10) == {"channels"}
        with pytest.raises(ValueError, match="no"):
            await writer.run(fails(with_=ValueError("no")))
        await writer.run(lambda session: session.announce("other"))
        await asyncio.sleep(0)  # let what was announced arrive, had it been
        assert await listener.next(timeout=0) == frozenset()


async def refused(writer: Writer, command: Command[object]) -> str:
    with pytest.raises(DatabaseUnavailable) as raised:
        await writer.run(command)
    return str(raised.value)


def fill_up(session: Session) -> None:
    for number in range(1000):
        name = "x" * 4000
        session.put(
            Channel(network="sandbox", account="main", remote_id=f"{name}{number}", name=name)
        )


def pragma(database: Database, statement: str) -> None:
    """For every connection that writes from now on."""

    def on_connect(connection: object, _: object) -> None:
        connection.execute(f"PRAGMA {statement}")  # type: ignore[attr-defined]  # any driver's

    database.writers.dispose()
    sa.event.listen(database.writers, "connect", on_connect)


async def test_a_full_disk_is_said_and_heals_by_itself(tmp_path: Path) -> None:
    database = rooms.open_database(databases.sqlite_url(tmp_path))
    with Writer(database) as writer:
        await writer.run(a_channel("before"))
        pragma(database, "max_page_count=200")
        assert "full" in await refused(writer, fill_up)
        await writer.run(a_channel("small enough"))
        database.writers.dispose()
        pragma(database, "max_page_count=1000000")
        await writer.run(fill_up)
    assert len(channels(database)) == 1002
    database.close()


async def test_a_database_that_may_only_be_read_is_said(tmp_path: Path) -> None:
    database = rooms.open_database(databases.sqlite_url(tmp_path))
    pragma(database, "query_only=ON")
    with Writer(database) as writer:
        assert "can't be written" in await refused(writer, a_channel("no"))
    assert channels(database) == set()
    database.close()


async def test_a_stopped_server_is_said_and_its_return_noticed() -> None:
    with databases.postgresql() as server, databases.fresh_database(server) as url:
        database = rooms.open_database(url)
        with Writer(database) as writer:
            await writer.run(a_channel("before"))
            lose_connections(database, server)
            assert "can't be written" in await refused(writer, dies(database, server))
            await writer.run(a_channel("after"))
        assert channels(database) == {"before", "after"}
        database.close()
    unreachable = Database(url)
    with Writer(unreachable) as writer:
        assert "can't be written" in await refused(writer, a_channel("gone"))
    unreachable.close()


def lose_connections(database: Database, server: sa.URL) -> None:
    """As if PostgreSQL had been restarted."""
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(
            sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": database.url.database},
        )
    admin.dispose()


def dies(database: Database, server: sa.URL) -> Callable[[Session], None]:
    """A command in the middle of which the connection is lost."""

    def command(session: Session) -> None:
        a_channel("lost")(session)
        lose_connections(database, server)
        a_channel("lost too")(session)

    return command


async def test_where_commit_is_unclear_nothing_is_run_again(
    database: Database, writer: Writer
) -> None:
    """The database may have it: a second run could do it twice."""
    runs: list[str] = []

    def counted(session: Session) -> str:
        runs.append("run")
        return a_channel(f"c{len(runs)}")(session)

    def lost(_: object) -> None:
        raise sa.exc.OperationalError("COMMIT", None, ConnectionError("the line went dead"))

    sa.event.listen(database.writers, "commit", lost)
    first, second = all_waiting(writer, counted, counted)
    for future in (first, second):
        with pytest.raises(DatabaseUnavailable, match="the line went dead"):
            future.result()
    sa.event.remove(database.writers, "commit", lost)
    # the one that held it up was unclear too, and neither of ours ran a second time
    assert len(runs) == 2
    assert await writer.run(counted) == "c3"


async def test_what_waits_for_the_same_is_done_by_one_call(writer: Writer) -> None:
    calls: list[list[str]] = []

    def together(session: Session, names: Sequence[str]) -> list[str]:
        calls.append(list(names))
        return [a_channel(name)(session) for name in names]

    names = [f"c{number}" for number in range(20)]
    hold = Event()
    writer.submit(lambda _: hold.wait())
    waiting = [asyncio.create_task(writer.run_together(together, name)) for name in names]
    await asyncio.sleep(0)  # each has put its item there
    hold.set()
    assert await asyncio.gather(*waiting) == names
    assert len(calls) < len(names)
    assert channels(writer.database) == set(names)


async def test_one_bad_item_spoils_no_other(writer: Writer) -> None:
    def together(session: Session, names: Sequence[str]) -> list[str]:
        if "bad" in names:
            raise NotFound
        return [a_channel(name)(session) for name in names]

    hold = Event()
    writer.submit(lambda _: hold.wait())
    waiting = [
        asyncio.create_task(writer.run_together(together, name)) for name in ("a", "bad", "b")
    ]
    await asyncio.sleep(0)
    hold.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [results[0], results[2]] == ["a", "b"]
    assert isinstance(results[1], NotFound)
    assert channels(writer.database) == {"a", "b"}


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_who_is_frozen_inside_a_transaction_keeps_no_lock(
    database: Database,
) -> None:
    gone = sa.text("SELECT 1 FROM pg_stat_activity WHERE pid = :pid")

    def freezes(session: Session) -> None:
        a_channel("locked")(session)
        session.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = '20ms'"))
        pid = session.scalar(sa.text("SELECT pg_backend_pid()"))
        with database.readers.connect() as connection:
            while connection.scalar(gone, {"pid": pid}):
                connection.rollback()
        session.scalar(sa.select(Channel))

    with Writer(database) as writer:
        with pytest.raises(DatabaseUnavailable):
            await writer.run(freezes)
        await writer.run(a_channel("free"))
    assert channels(database) == {"free"}

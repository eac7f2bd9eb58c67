"""Fixtures for every room: empty databases, and a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from bot.clock import FrozenClock
from bot.db import Database, KeyRing, Session, Writer
from tests import databases, rooms
from tests.fault_table import fault_table

pytest_plugins = ["tests.browser"]


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    """A real PostgreSQL, started once per pytest process and quick rather than durable."""
    with databases.postgresql() as url:
        yield url


@pytest.fixture(params=databases.ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The SQLAlchemy URL of a new, empty database, once on each engine."""
    if request.param == "sqlite":
        yield databases.sqlite_url(tmp_path)
    else:
        with databases.fresh_database(request.getfixturevalue("postgresql_server")) as url:
            yield url


@pytest.fixture
def clock() -> FrozenClock:
    """Monday, 2 March 2026, 09:00 UTC, until somebody moves it."""
    return FrozenClock(rooms.START)


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    """One fresh key to what is sealed."""
    keys = KeyRing(tmp_path / "sealing.keys")
    keys.make()
    return keys


@pytest.fixture
def database(database_url: str, clock: FrozenClock, keys: KeyRing) -> Iterator[Database]:
    """An open database with every table, under the frozen clock."""
    database = rooms.open_database(database_url, clock, keys)
    yield database
    database.close()


@pytest.fixture
def writer(database: Database) -> Iterator[Writer]:
    with Writer(database) as writer:
        yield writer


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session that may write; what the test doesn't commit is gone."""
    with database.session(database.writers) as session:
        yield session


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if lines := list(fault_table(terminalreporter.stats)):
        terminalreporter.section("what goes wrong, and whether nothing is lost or said twice")
        for line in lines:
            terminalreporter.write_line(line)

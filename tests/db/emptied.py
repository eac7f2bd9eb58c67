"""A database for each test without making each anew: PostgreSQL's is made once and emptied."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from bot.all_models import metadata
from bot.clock import FrozenClock
from bot.db import Database, KeyRing
from tests import databases, rooms

# Foreign keys rest meanwhile: the order in which tables are emptied doesn't matter.
_EMPTY = "SET LOCAL session_replication_role = replica; " + "; ".join(
    f'DELETE FROM "{table.name}"' for table in metadata.sorted_tables
)


@pytest.fixture(scope="session")
def postgresql_with_tables(postgresql_server: URL) -> Iterator[str]:
    with databases.fresh_database(postgresql_server) as url:
        rooms.open_database(url).close()
        yield url


@pytest.fixture(params=databases.ENGINES)
def database(
    request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock, keys: KeyRing
) -> Iterator[Database]:
    """An open, empty database with every table, under the frozen clock."""
    if request.param == "sqlite":
        database = rooms.open_database(databases.sqlite_url(tmp_path), clock, keys)
        yield database
    else:
        url = request.getfixturevalue("postgresql_with_tables")
        database = Database(url, clock=clock, keys=keys)
        yield database
        with database.writers.begin() as connection:
            connection.exec_driver_sql(_EMPTY)
    database.close()

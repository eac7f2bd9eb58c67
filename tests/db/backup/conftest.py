"""Databases as an installation has them: made by migrations, which a back-up has to know."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from bot.clock import FrozenClock
from bot.db import Database
from bot.db.upgrade import upgrade
from tests import databases
from tests.db.backup.shelf import Shelf


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "hubbub.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_template(postgresql_server: URL) -> Iterator[str]:
    """The name of a database on the server that others are copied from."""
    with databases.fresh_database(postgresql_server) as url:
        _migrate(url)
        yield str(make_url(url).database)


def _migrate(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.close()


@pytest.fixture(params=databases.ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new database of today's schema, once on each engine."""
    if request.param == "sqlite":
        path = tmp_path / "hubbub.db"
        shutil.copyfile(request.getfixturevalue("migrated_file"), path)
        yield f"sqlite:///{path}"
    else:
        server = request.getfixturevalue("postgresql_server")
        template = request.getfixturevalue("migrated_template")
        with databases.fresh_database(server, template) as url:
            yield url


@pytest.fixture
def database(database_url: str, clock: FrozenClock) -> Iterator[Database]:
    database = Database(database_url, clock=clock)
    yield database
    database.close()


@pytest.fixture
def shelf(database: Database, tmp_path: Path) -> Shelf:
    return Shelf(database, tmp_path / "backups")

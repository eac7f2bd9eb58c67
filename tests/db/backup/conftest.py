"""Databases as an installation has them: made by migrations, which a back-up has to know."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.clock import FrozenClock
from bot.db import Database
from bot.db.upgrade import upgrade
from tests.db.backup.shelf import Shelf


@pytest.fixture
def database(database_url: str, clock: FrozenClock) -> Iterator[Database]:
    database = Database(database_url, clock=clock)
    upgrade(database)
    yield database
    database.close()


@pytest.fixture
def shelf(database: Database, tmp_path: Path) -> Shelf:
    return Shelf(database, tmp_path / "backups")

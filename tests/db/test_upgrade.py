"""Databases are brought to our schema, and never down from a newer one."""

import pytest
import sqlalchemy as sa

from bot.db import Database
from bot.db.upgrade import is_current, upgrade
from bot.errors import DatabaseUnavailable, InvalidInput


def version(database: Database) -> list[str]:
    with database.readers.connect() as connection:
        return list(connection.scalars(sa.text("SELECT version_num FROM alembic_version")))


def test_a_second_time_changes_nothing_and_a_newer_one_is_refused(database_url: str) -> None:
    database = Database(database_url)
    assert not is_current(database)
    upgrade(database)
    known = version(database)
    upgrade(database)
    assert is_current(database)
    assert version(database) == known
    with database.writers.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(InvalidInput, match=r"written by a newer Hubbub \(schema 9999\)"):
        upgrade(database)
    assert version(database) == ["9999"]
    database.close()


def test_no_database_is_a_sentence() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(DatabaseUnavailable, match="can't be reached"):
        upgrade(database)
    database.close()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://localhost/shop", "must begin with sqlite:/// or postgresql://"),
        ("not an address", "must begin with sqlite:/// or postgresql://"),
        ("", "must begin with sqlite:/// or postgresql://"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
    ],
)
def test_an_address_that_is_none_is_a_sentence(url: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        Database(url)

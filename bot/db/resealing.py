"""New keys for what is sealed: all of it is sealed again, then the old keys are forgotten.

Whenever it dies, what is there can still be opened, and running it again goes on: a ring of several
keys is a change that was not finished.
"""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.db.base import Base
from bot.db.engine import Database
from bot.db.sealed import CannotUnseal, KeyRing, Sealed

_BATCH = 500

Column = sa.Column[Any]
Key = tuple[int, UUID]
Value = tuple[Key, bytes]
Tell = Callable[[int, int], None]  # so many of so many are done


def columns() -> list[Column]:
    """Every sealed column of every table that is known."""
    tables = Base.metadata.sorted_tables
    return [column for table in tables for column in table.c if isinstance(column.type, Sealed)]


def count(connection: sa.Connection) -> int:
    """How many values are sealed."""
    return sum(connection.scalar(sa.select(sa.func.count(column))) or 0 for column in columns())


def prepare(database: Database) -> None:
    """Make the first key where nothing is sealed yet.

    Where something is, a missing file stays missing: a new key would hide that it has to come back.
    """
    if database.keys is not None and not database.keys.path.exists():
        with database.readers.connect() as connection:
            nothing_yet = count(connection) == 0
        if nothing_yet:
            database.keys.make()


def unopened(connection: sa.Connection, keys: KeyRing) -> int:
    """How many values no key opens. Raises `CannotUnseal` where the file can't be used."""
    found = 0
    for column in columns():
        for _, sealed in _values(connection, column):
            try:
                keys.open(sealed)
            except CannotUnseal:
                len(keys)  # the file itself is fine, or this says what is wrong with it
                found += 1
    return found


def rotate(database: Database, keys: KeyRing, tell: Tell = lambda done, total: None) -> int:
    """Change to a new key; gives how many values are sealed under it.

    Raises `CannotUnseal` before anything is changed when a value can't be opened, `Conflict` while
    another process is changing the keys.
    """
    with keys.held():
        with database.readers.connect() as connection:
            lost, total = unopened(connection, keys), count(connection)
        if lost:
            raise CannotUnseal(
                f"{lost} of {total} secrets can't be opened with the keys in {keys.path}. Put the "
                "right file back first; what is lost for good has to be set anew, such as with: "
                "hubbub user reset-second-factor EMAIL"
            )
        if len(keys) == 1:
            keys.turn()
        done = 0
        for column in columns():
            for batch in _batches(database, column):
                _reseal(database, keys, column, batch)
                done += len(batch)
                tell(done, total)
        while not _forget_unneeded(database, keys):
            pass  # somebody had sealed under an old key meanwhile
        with database.readers.connect() as connection:
            return count(connection)


def _forget_unneeded(database: Database, keys: KeyRing) -> bool:
    """Forget the old keys if nothing needs them, while nobody can write; else seal what does."""
    with database.writers.begin() as connection:
        _lock_out_writers(connection)
        stale = [
            (column, key, sealed)
            for column in columns()
            for key, sealed in _values(connection, column)
            if not keys.is_newest(sealed)
        ]
        if not stale:
            keys.forget_old()
        for column, key, sealed in stale:
            _change(connection, keys, column, key, sealed)
        return not stale


def _lock_out_writers(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":  # on SQLite a writer is alone anyway
        name = connection.dialect.identifier_preparer.format_table
        for table in dict.fromkeys(column.table for column in columns()):
            connection.execute(sa.text(f"LOCK TABLE {name(table)} IN EXCLUSIVE MODE"))


def _reseal(database: Database, keys: KeyRing, column: Column, batch: list[Value]) -> None:
    with database.writers.begin() as connection:
        for key, sealed in batch:
            _change(connection, keys, column, key, sealed)


def _change(
    connection: sa.Connection, keys: KeyRing, column: Column, key: Key, sealed: bytes
) -> None:
    """Seal one value under the newest key, unless somebody has changed it meanwhile."""
    if keys.is_newest(sealed):
        return
    same = [one == value for one, value in zip(_key(column), key, strict=True)]
    connection.execute(
        sa.update(_table(column))
        .where(*same, _raw(column) == sealed)
        .values({column.name: sa.literal(keys.seal(keys.open(sealed)), sa.LargeBinary())})
    )


def _batches(database: Database, column: Column) -> Iterator[list[Value]]:
    after: Key | None = None
    while True:
        with database.readers.connect() as connection:
            batch = list(_values(connection, column, after=after, most=_BATCH))
        if not batch:
            return
        yield batch
        after = batch[-1][0]


def _values(
    connection: sa.Connection, column: Column, *, after: Key | None = None, most: int | None = None
) -> Iterator[Value]:
    """Each value as it lies there, with its row's key; in the order of keys."""
    key = _key(column)
    rows = sa.select(*key, _raw(column)).where(column.is_not(None)).order_by(*key).limit(most)
    if after is not None:
        seen = [sa.literal(value, one.type) for one, value in zip(key, after, strict=True)]
        rows = rows.where(sa.tuple_(*key) > sa.tuple_(*seen))
    for workspace, id, sealed in connection.execute(rows):
        yield (workspace, id), sealed


def _table(column: Column) -> sa.Table:
    assert isinstance(column.table, sa.Table)
    return column.table


def _key(column: Column) -> tuple[Column, Column]:
    return column.table.c["workspace_id"], column.table.c["id"]


def _raw(column: Column) -> sa.ColumnElement[bytes]:
    return sa.type_coerce(column, sa.LargeBinary())

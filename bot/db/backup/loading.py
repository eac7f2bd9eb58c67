"""Filling an empty database, or schema, from a back-up, and looking at the result."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from typing import Any

import psycopg
import sqlalchemy as sa

from bot.db.backup.making import Progress
from bot.db.backup.manifest import Table
from bot.db.backup.opening import Backup
from bot.db.backup.tables import empty, fill, in_utc, is_sqlite, lines, shapes
from bot.db.schema import bring
from bot.errors import HubbubError, InvalidInput


def load(
    connection: sa.Connection, backup: Backup, progress: Progress, schema: str | None = None
) -> None:
    """Make the tables as they were, fill them, compare, and bring them to today's schema.

    All in the caller's transaction. ``schema``: PostgreSQL's, which its search path names.
    Raises `InvalidInput` for a back-up that is not what it says, `HubbubError` where what was
    restored is not what the back-up holds.
    """
    in_utc(connection)
    bring(connection, backup.manifest.revision)
    there = shapes(connection, schema)
    _same_tables(backup, [shape.name for shape in there])
    empty(connection, there)
    done, total = 0, 2 * backup.manifest.rows
    tables = {table.shape.name: table for table in backup.manifest.tables}
    for shape in there:
        table = tables[shape.name]
        if sorted(shape.columns, key=str) != sorted(table.shape.columns, key=str):
            raise InvalidInput(f"{backup.path} is damaged: {shape.name} has other columns.")
        fill(connection, table.shape, _told(backup.rows(table), progress, done, total))
        done += table.rows
    for table in backup.manifest.tables:
        _compare(connection, table)
        done += table.rows
        progress(done, total)
    _look_at_the_file(connection)
    bring(connection, "head")


@contextmanager
def plainly() -> Iterator[None]:
    """What the database says when it can't take the rows, as a sentence of ours."""
    try:
        yield
    except (sa.exc.DBAPIError, sqlite3.Error, psycopg.Error) as error:
        said = str(getattr(error, "orig", error)).strip()
        raise HubbubError(
            f"The back-up can't be restored: {said}. Nothing was changed. Mend that (is there "
            "room on the disk, and may Hubbub make tables?), then try again."
        ) from error


def _same_tables(backup: Backup, there: list[str]) -> None:
    held = [table.shape.name for table in backup.manifest.tables]
    if sorted(held) != sorted(there):
        odd = ", ".join(sorted(set(held) ^ set(there)))
        raise InvalidInput(f"{backup.path} is damaged: it has other tables than it says ({odd}).")


def _told(
    rows: Iterator[list[Any]], progress: Progress, done: int, total: int
) -> Iterator[list[Any]]:
    for row in rows:
        yield row
        done += 1
        if done % 1_000 == 0:
            progress(done, total)


def _compare(connection: sa.Connection, table: Table) -> None:
    """What stands in the database now is, byte for byte, what was read when it was made."""
    digest, rows = sha256(), 0
    with closing(lines(connection, table.shape)) as portions:
        for portion in portions:
            digest.update(b"".join(portion))
            rows += len(portion)
    if (rows, digest.hexdigest()) != (table.rows, table.sha256):
        raise HubbubError(
            f"{table.shape.name} came out differently: {table.rows} rows were saved, {rows} "
            "restored. Nothing was changed. Please tell the makers of Hubbub."
        )


def _look_at_the_file(connection: sa.Connection) -> None:
    """References are looked at by `changing` before COMMIT, and by PostgreSQL all along."""
    if not is_sqlite(connection):
        return
    found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
    if found != "ok":
        raise HubbubError(f"SQLite found the restored database damaged: {found}. Check the disk.")

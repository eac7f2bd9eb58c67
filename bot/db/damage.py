"""Looking at SQLite's files before anything is read from or written to them."""

import sqlite3
from pathlib import Path
from time import monotonic
from typing import Any

import sqlalchemy as sa

from bot.db.engine import Database
from bot.db.troubles import as_unavailable, damaged
from bot.db.wal import what_is_lost
from bot.errors import DatabaseUnavailable

# A start waits no longer than this for the check, in seconds: it covers some 100 MB.
_PATIENCE = 0.5
_STEPS = 10_000  # of SQLite's machine between two looks at the time


def refuse_damaged(database: Database, *, patience: float = _PATIENCE) -> None:
    """Raises `DatabaseUnavailable`, with what to do next, where SQLite's files are not whole.

    Checks structure and indexes for ``patience`` seconds at most. A changed letter inside a text
    that no index holds can't be seen: SQLite keeps no checksums of its pages. PostgreSQL looks
    after its own files.
    """
    if not database.is_sqlite or not database.url.database:
        return
    file = Path(database.url.database)
    log, index = Path(f"{file}-wal"), Path(f"{file}-shm")
    _refuse_incomplete(file, log, index)
    try:
        with database.readers.connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema")
            found = what_is_lost(log, index) or _check(connection, patience)
    except sa.exc.DBAPIError as error:
        if getattr(error.orig, "sqlite_errorcode", 0) == sqlite3.SQLITE_ERROR:
            raise damaged(str(error.orig)) from error  # it can't make sense of the header
        if unavailable := as_unavailable(error, "The database can't be opened"):
            raise unavailable from error
        raise
    except UnicodeDecodeError as error:  # of the database's own complaint, in which it is quoted
        raise damaged("its schema is no text") from error
    if found:
        raise damaged(found)


def _refuse_incomplete(file: Path, log: Path, index: Path) -> None:
    """What SQLite itself would take for a new or an older database."""
    is_empty = not file.exists() or file.stat().st_size == 0
    if is_empty and (file.exists() or log.exists()):
        raise DatabaseUnavailable(
            f"{file} is empty: what it held is gone. Restore the newest backup with hubbub db "
            f"restore FILE, or, to begin anew, remove {file.name} and what lies beside it."
        )
    # SQLite makes the log before its index, and removes the index before the log. The second look
    # is for another process that opens the database just now.
    if not log.exists() and index.exists() and not log.exists():
        raise DatabaseUnavailable(
            f"{log.name} is missing beside {file}: it held what was stored last. Put it back; or, "
            f"to go on without that, remove {index.name} and start again."
        )


def _check(connection: sa.Connection, patience: float) -> str:
    """The first thing that is wrong, or nothing."""
    driver: Any = connection.connection.driver_connection
    until = monotonic() + patience
    driver.set_progress_handler(lambda: monotonic() > until, _STEPS)
    try:
        found = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar())
    except sa.exc.OperationalError as error:
        if "interrupted" in str(error.orig):
            return ""  # too large to be looked at now
        raise
    finally:
        driver.set_progress_handler(None, 0)
    return "" if found == "ok" else " ".join(found.split())

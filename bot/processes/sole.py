"""A SQLite file serves one `hubbub run`: the second is refused, by a lock that dies with the first.

The lock lies in a file beside the database: closing any handle of the database's own file would
drop the locks that SQLite holds there.
"""

import fcntl
import os
from pathlib import Path
from typing import IO

from bot.db import Database
from bot.errors import InvalidInput


class Sole:
    """The right to run on this SQLite file. The operating system frees it however we end."""

    def __init__(self, database: Database) -> None:
        self._database = Path(database.url.database or "")
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Raises `InvalidInput` while another process has it."""
        path = _beside(self._database)
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            who = file.read().strip() or "another process"
            file.close()
            raise InvalidInput(
                f"Hubbub runs on {self._database} already ({who}). Stop it first, or choose "
                "another folder: HUBBUB_DATA. Several can run on a PostgreSQL: [database]."
            ) from None
        file.truncate(0)
        file.write(f"process {os.getpid()}")
        file.flush()
        self._file = file

    def give_up(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def who_runs(database: Path) -> str:
    """Who runs on this SQLite file ("process 12"); empty when nobody does."""
    try:
        with _beside(database).open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read().strip() or "another process"
    except OSError:
        pass
    return ""


def _beside(database: Path) -> Path:
    return database.with_name(f"{database.name}.lock")

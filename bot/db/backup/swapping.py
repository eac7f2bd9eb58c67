"""One SQLite database in the place of another, in one transaction of the one that is there."""

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from bot.db.backup.files import sync_folder
from bot.errors import Conflict

_BESIDE = ("", "-wal", "-shm", "-journal")
# So long somebody who came in between is waited for, in seconds.
_LONGEST_WAIT = 30.0
# What `look` says of a file that can't be read.
_DAMAGED = "a damaged database"


def look(path: Path, nothing: set[str]) -> list[str]:
    """The tables that hold rows, but for those named in ``nothing``; what is damaged counts too.

    Raises `Conflict` while another process has the file open.
    """
    if not path.exists() or path.stat().st_size == 0:
        return []
    try:
        with closing(_alone(path)) as database:
            names = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            tables = [name for (name,) in names if name not in nothing]
            return [
                name
                for name in tables
                if database.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone()
            ]
    except sqlite3.DatabaseError:
        return [_DAMAGED]


def _alone(path: Path) -> sqlite3.Connection:
    """A connection to a file that nobody else has open; it is one file now, without a -wal.

    Raises `Conflict` where somebody has, `sqlite3.DatabaseError` for what is no database.
    """
    database = sqlite3.connect(path, isolation_level=None, timeout=1)
    try:
        database.execute("PRAGMA journal_mode = DELETE").fetchone()
        database.execute("PRAGMA synchronous = FULL")
        database.execute("BEGIN EXCLUSIVE")
        database.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        database.close()
        if error.sqlite_errorcode not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise
        raise Conflict(
            f"Somebody has {path} open. Stop Hubbub, and whatever else reads that file, then "
            "restore."
        ) from None
    except BaseException:
        database.close()
        raise
    return database


@contextmanager
def scratch_beside(target: Path) -> Iterator[Path]:
    """The path of a new database on the same disk, gone afterwards, also one left by a dead one."""
    new = target.with_name(f".{target.name}.restoring")
    _remove(new)
    try:
        yield new
    finally:
        _remove(new)


def _remove(path: Path) -> None:
    for suffix in _BESIDE:
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def swap(new: Path, target: Path, aside: Path | None) -> None:
    """Let ``target`` hold what ``new`` holds; what it held is copied ``aside`` first.

    It is one transaction of SQLite's in the file that is there: who dies in it leaves the old,
    and whoever opens the file meanwhile waits. What can't be opened as a database is moved away
    instead, with its journal.
    """
    with closing(sqlite3.connect(new)) as source:
        try:
            database = _alone(target)
        except sqlite3.DatabaseError:
            if aside is not None:
                _move_away(target, aside)
            database, aside = _alone(target), None
        with closing(database):
            if aside is not None:
                _copy(database, aside)
            source.backup(database, progress=_patience())
    sync_folder(target.parent)


def _patience() -> Callable[[int, int, int], None]:
    """SQLite's copying waits for whoever has opened the file meanwhile; ends that after a while."""
    deadline = time.monotonic() + _LONGEST_WAIT

    def look(_status: int, remaining: int, _total: int) -> None:
        if remaining and time.monotonic() > deadline:
            raise Conflict("Somebody opened the database meanwhile. Stop them, then restore.")

    return look


def _copy(database: sqlite3.Connection, aside: Path) -> None:
    part = aside.with_name(f".{aside.name}.part")
    _remove(part)
    try:
        with closing(sqlite3.connect(part)) as copy:
            part.chmod(0o600)
            copy.execute("PRAGMA synchronous = FULL")
            database.backup(copy)
        part.replace(aside)
        sync_folder(aside.parent)
    finally:
        _remove(part)


def _move_away(target: Path, aside: Path) -> None:
    """The journals first: the other way round a new file would be taken for theirs."""
    for suffix in ("-wal", "-journal"):
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{target}{suffix}", f"{aside}{suffix}")
    shutil.copyfile(target, aside)
    aside.chmod(0o600)
    for suffix in ("-wal", "-shm", "-journal", ""):
        Path(f"{target}{suffix}").unlink(missing_ok=True)
    sync_folder(target.parent)

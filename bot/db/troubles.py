"""What the database's own errors mean to whoever asked for something."""

import sqlite3

import sqlalchemy as sa

from bot.errors import DatabaseUnavailable

_AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def as_unavailable(error: Exception, what: str) -> DatabaseUnavailable | None:
    """``error`` as ours where it says that the database is away or damaged, else None.

    ``what`` begins the sentence: "The database can't be written right now".
    """
    reason = str(getattr(error, "orig", None) or error).strip()
    if is_damage(error):
        found = damaged(reason)
    elif reason.startswith(("no such column", "no such table")):
        found = DatabaseUnavailable(
            f"The database is not what this Hubbub knows ({reason}). Run: hubbub db upgrade. If "
            "that changes nothing, restore the newest backup: hubbub db restore FILE"
        )
    elif isinstance(error, _AWAY) or _was_put_out(error):
        found = DatabaseUnavailable(f"{what}: {reason}")
    else:
        return None
    found.__cause__ = error
    return found


def is_damage(error: Exception) -> bool:
    """Whether SQLite says that the file is no longer what it has written."""
    said = getattr(error, "orig", error)
    code = getattr(said, "sqlite_errorcode", 0) & 0xFF  # the rest tells where it was found
    return code in _DAMAGED or "Could not decode to UTF-8" in str(said)


def _was_put_out(error: Exception) -> bool:
    """We were frozen inside a transaction, and PostgreSQL has ended it."""
    orig = getattr(error, "orig", None)
    return isinstance(error, sa.exc.InternalError) and getattr(orig, "sqlstate", None) == "25P03"


def damaged(reason: str) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        f"The database file is damaged ({reason}). Stop Hubbub, put the file and those beside it "
        "aside, and restore the newest backup: hubbub db restore FILE"
    )

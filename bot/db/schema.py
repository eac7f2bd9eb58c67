"""The schemas that this program knows, and bringing a database from one to the next."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from bot.db.engine import Database
from bot.errors import HubbubError

_SCRIPTS = Path(__file__).parent.parent / "migrations"


def head() -> str | None:
    """The newest revision that this program knows."""
    return _scripts().get_current_head()


def is_known(revision: str) -> bool:
    """Whether this program or an older one made a schema of that revision."""
    try:
        return _scripts().get_revision(revision) is not None
    except CommandError:
        return False


def bring(connection: sa.Connection, revision: str) -> None:
    """Apply what is missing up to ``revision``, in the caller's transaction."""
    command.upgrade(config_for(connection), revision)


def config_for(connection: sa.Connection) -> Config:
    """What Alembic's commands want to be told."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config


@contextmanager
def changing(database: Database) -> Iterator[sa.Connection]:
    """One transaction in which tables may be made anew.

    SQLite changes a table by dropping it and giving its name to a new one, which would take along
    what refers to it: references rest meanwhile and are looked at before COMMIT.
    """
    with database.writers.connect() as connection:
        if not database.is_sqlite:
            with connection.begin():
                yield connection
            return
        references = connection.connection.cursor()  # by itself: no transaction has begun
        references.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                before = _schema_version(connection)
                yield connection
                if _schema_version(connection) != before:
                    _refuse_loose_ends(connection)
        finally:
            references.execute("PRAGMA foreign_keys = ON")
            references.close()


def _schema_version(connection: sa.Connection) -> int:
    """SQLite's own count of changes to tables."""
    return int(connection.exec_driver_sql("PRAGMA schema_version").scalar_one())


def _refuse_loose_ends(connection: sa.Connection) -> None:
    if loose := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(3):
        names = ", ".join(sorted({f"{row[0]} → {row[2]}" for row in loose}))
        raise HubbubError(f"Rows refer to others that are not there: {names}. Nothing was changed.")


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_SCRIPTS))

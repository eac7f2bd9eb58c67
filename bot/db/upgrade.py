"""Bringing a database to the schema that this program knows."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from bot.db.damage import refuse_damaged
from bot.db.engine import Database
from bot.db.troubles import as_unavailable
from bot.errors import InvalidInput

_SCRIPTS = Path(__file__).parent.parent / "migrations"


def upgrade(database: Database) -> None:
    """Apply what is missing, all or nothing. Does nothing on a database that is up to date.

    Raises `InvalidInput` for a database that a newer Hubbub has written, `DatabaseUnavailable`
    where there is none to reach or its file is damaged.
    """
    refuse_damaged(database)
    try:
        with database.writers.connect() as connection, connection.begin():
            _refuse_newer(connection)
            command.upgrade(_config(connection), "head")
    except sa.exc.DBAPIError as error:
        if unavailable := as_unavailable(error, "The database can't be reached"):
            raise unavailable from error
        raise


def is_current(database: Database) -> bool:
    """Whether nothing is missing."""
    with database.readers.connect() as connection:
        at = MigrationContext.configure(connection).get_current_revision()
    return at == _scripts().get_current_head()


def _refuse_newer(connection: sa.Connection) -> None:
    at = MigrationContext.configure(connection).get_current_revision()
    if at is None:
        return
    try:
        _scripts().get_revision(at)
    except CommandError:
        raise InvalidInput(
            f"This database was written by a newer Hubbub (schema {at}). "
            "Install that version again, or restore the copy made before the upgrade."
        ) from None


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_SCRIPTS))


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config

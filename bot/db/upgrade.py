"""Bringing a database to the schema that this program knows."""

from pathlib import Path

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext

from bot.db.backup.keeping import BEFORE_UPGRADE, keep
from bot.db.damage import refuse_damaged
from bot.db.engine import Database
from bot.db.schema import bring, changing, head, is_known
from bot.db.troubles import as_unavailable
from bot.errors import HubbubError, InvalidInput

# Of processes that start at the same moment one upgrade after the other, by this number.
_ONE_AT_A_TIME = 4_852_262


def upgrade(database: Database, copies: Path | None = None) -> None:
    """Apply what is missing, all or nothing. Does nothing on a database that is up to date.

    With ``copies``, the folder of back-ups, what the database holds is put there first; where
    that fails, nothing is changed and `HubbubError` says what to do. Raises `InvalidInput` for a
    database that a newer Hubbub has written, `DatabaseUnavailable` where there is none to reach or
    its file is damaged.
    """
    refuse_damaged(database)
    try:
        with changing(database) as connection:
            if not database.is_sqlite:
                # The copy may take long, and nobody is kept waiting but others who upgrade.
                connection.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
            at = _revision(connection)
            if at is not None:
                _refuse_newer(at)
                if copies is not None and at != head():
                    _copy(database, copies, at)
            bring(connection, "head")
    except sa.exc.DBAPIError as error:
        if unavailable := as_unavailable(error, "The database can't be reached"):
            raise unavailable from error
        raise


def is_current(database: Database) -> bool:
    """Whether nothing is missing."""
    with database.readers.connect() as connection:
        return _revision(connection) == head()


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(at: str) -> None:
    if not is_known(at):
        raise InvalidInput(
            f"This database was written by a newer Hubbub (schema {at}). "
            "Install that version again, or restore the copy made before the upgrade."
        )


def _copy(database: Database, copies: Path, at: str) -> None:
    """Nobody else writes to SQLite meanwhile; PostgreSQL gives the rows as they are now."""
    try:
        keep(database, copies, f"{BEFORE_UPGRADE}{at}-")
    except HubbubError as error:
        raise HubbubError(
            f"Before an upgrade Hubbub copies what the database holds, and that failed: {error} "
            "Nothing was changed. To upgrade without a copy: hubbub db upgrade --without-copy"
        ) from error

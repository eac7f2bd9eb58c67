"""Whether a back-up is whole: it is really restored, looked at, and thrown away again."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from bot.db.backup.loading import load, plainly
from bot.db.backup.making import Progress, quietly
from bot.db.backup.manifest import Manifest
from bot.db.backup.opening import opened
from bot.db.engine import Database
from bot.db.schema import changing
from bot.db.session import Session
from bot.errors import HubbubError

# Sentences about what can't be, however well the rows were kept.
Check = Callable[[Session], list[str]]


def verify(
    path: Path, database: Database, progress: Progress = quietly, check: Check | None = None
) -> Manifest:
    """Restore it beside the installation's own data, on the same engine, and compare.

    On SQLite into a file that is removed, on PostgreSQL into a schema whose transaction is rolled
    back. Raises `InvalidInput` or `HubbubError` with what is wrong.
    """
    with opened(path) as backup, plainly():
        if database.is_sqlite:
            with tempfile.TemporaryDirectory(prefix="hubbub-verify-") as folder:
                scratch = Database(f"sqlite:///{folder}/scratch.db", clock=database.clock)
                try:
                    with changing(scratch) as connection:
                        load(connection, backup, progress)
                        _ask(scratch.session(connection), check)
                finally:
                    scratch.close()
        else:
            with database.writers.connect() as connection, connection.begin() as transaction:
                schema = scratch_schema(connection.exec_driver_sql)
                load(connection, backup, progress, schema)
                _ask(database.session(connection), check)
                transaction.rollback()
        return backup.manifest


def scratch_schema(execute: Callable[[str], object]) -> str:
    """A new schema of PostgreSQL, in which everything happens until the transaction ends."""
    name = f"hubbub_scratch_{uuid4().hex[:12]}"
    execute(f"CREATE SCHEMA {name}")
    execute(f"SET LOCAL search_path TO {name}")
    return name


def _ask(session: Session, check: Check | None) -> None:
    with session:
        if check is not None and (wrong := check(session)):
            raise HubbubError(f"The rows are those that were saved, and yet: {' '.join(wrong)}")

"""Putting a back-up in the place of what is there: all of it or nothing, the old one kept aside."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from itertools import count as count_from
from pathlib import Path

import sqlalchemy as sa

from bot.db.backup import swapping
from bot.db.backup.columns import quoted
from bot.db.backup.loading import load, plainly
from bot.db.backup.making import Progress, quietly
from bot.db.backup.manifest import Manifest
from bot.db.backup.opening import Backup, opened
from bot.db.backup.tables import count
from bot.db.backup.verifying import scratch_schema
from bot.db.engine import Database
from bot.db.schema import changing
from bot.db.session import Session
from bot.errors import Conflict

# What a lock is waited for on PostgreSQL before somebody else is said to use the tables.
_PATIENCE = "10s"
# Tables that have rows although nobody has put anything in.
_NOTHING = {"lease", "alembic_version"}

# What is changed in the restored rows before anybody sees them.
Prepare = Callable[[Session, Manifest], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """``aside``: where the old data are now, a file or a schema; empty where there were none."""

    manifest: Manifest
    aside: str


def restore(
    path: Path,
    database: Database,
    *,
    replace: bool,
    prepare: Prepare,
    progress: Progress = quietly,
) -> Restored:
    """Make the installation's database what the back-up holds.

    Whatever ends it, the database is as it was or as the back-up says. Raises `InvalidInput` for
    a file that is no whole back-up, `Conflict` where the database holds data and ``replace`` is
    not said, or while Hubbub runs on it.
    """
    stamp = f"{database.clock.now():%Y%m%d_%H%M%S}"
    with opened(path) as backup, plainly():
        put_in = _into_sqlite if database.is_sqlite else _into_postgresql
        return put_in(backup, database, stamp, replace, prepare, progress)


def _into_sqlite(
    backup: Backup,
    database: Database,
    stamp: str,
    replace: bool,
    prepare: Prepare,
    progress: Progress,
) -> Restored:
    database.close()  # our own connections are not somebody else
    target = Path(str(database.url.database))
    target.parent.mkdir(parents=True, exist_ok=True)
    holds = swapping.look(target, _NOTHING)
    if holds and not replace:
        raise _occupied(holds)
    with swapping.scratch_beside(target) as new:
        scratch = Database(f"sqlite:///{new}", clock=database.clock)
        try:
            _fill(backup, scratch, prepare, progress)
        finally:
            scratch.close()
        aside = _free_name(target.with_name(f"{target.stem}-before-restore-{stamp}.db"))
        swapping.swap(new, target, aside if holds else None)
    return Restored(manifest=backup.manifest, aside=str(aside) if holds else "")


def _free_name(path: Path) -> Path:
    """What was kept aside before stays, also that of a moment ago."""
    names = (path.with_stem(f"{path.stem}-{number}") for number in count_from(2))
    return next(name for name in chain([path], names) if not name.exists())


def _fill(backup: Backup, scratch: Database, prepare: Prepare, progress: Progress) -> None:
    with changing(scratch) as connection:
        load(connection, backup, progress)
        _prepare(scratch.session(connection), backup, prepare)


def _prepare(session: Session, backup: Backup, prepare: Prepare) -> None:
    with session:
        prepare(session, backup.manifest)
        session.flush()


def _into_postgresql(
    backup: Backup,
    database: Database,
    stamp: str,
    replace: bool,
    prepare: Prepare,
    progress: Progress,
) -> Restored:
    database.close()
    with database.writers.connect() as connection, connection.begin():
        execute = connection.exec_driver_sql
        execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
        _refuse_company(connection)
        home = str(execute("SELECT current_schema()").scalar_one())
        old = _ours(connection, home)
        holds = [name for name in old if name not in _NOTHING and count(connection, name)]
        if holds and not replace:
            raise _occupied(holds)
        new = scratch_schema(execute)
        load(connection, backup, progress, new)
        _prepare(database.session(connection), backup, prepare)
        aside = f"before_restore_{stamp}_{new[-6:]}" if holds else f"{new}_old"
        execute(f"CREATE SCHEMA {aside}")
        _move(connection, old, home, aside)
        _move(connection, _ours(connection, new), new, home)
        execute(f"DROP SCHEMA {new}")
        if not holds:
            execute(f"DROP SCHEMA {aside} CASCADE")
    return Restored(manifest=backup.manifest, aside=aside if holds else "")


def _ours(connection: sa.Connection, schema: str) -> list[str]:
    """The tables in there that belong to who is connected."""
    found = sa.text(
        "SELECT tablename FROM pg_tables WHERE schemaname = :schema AND tableowner = current_user"
    )
    return list(connection.execute(found, {"schema": schema}).scalars())


def _move(connection: sa.Connection, tables: list[str], from_: str, to: str) -> None:
    for name in tables:
        connection.exec_driver_sql(
            f"ALTER TABLE {quoted(from_)}.{quoted(name)} SET SCHEMA {quoted(to)}"
        )


def _refuse_company(connection: sa.Connection) -> None:
    others = connection.exec_driver_sql(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND usename = current_user AND pid <> pg_backend_pid()"
    ).scalar_one()
    if others:
        raise Conflict(
            f"Somebody is connected to this database ({others} connections). Stop every Hubbub "
            "that uses it, then restore."
        )


def _occupied(holds: list[str]) -> Conflict:
    some = ", ".join(sorted(holds)[:4])
    return Conflict(
        f"This database holds data already ({some}…). To put the back-up in its place say "
        "--replace: what is there now is kept aside."
    )

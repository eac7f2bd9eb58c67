"""Fresh, empty databases for tests: a file for SQLite, or a database on a real PostgreSQL.

The PostgreSQL is the one that `HUBBUB_TEST_POSTGRESQL` names (a URL of a user who may create
databases), else one from a wheel, which ends with pytest however pytest ends.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import URL, Engine, create_engine, make_url, text

from bot.bench.postgresql import Server, server_from_wheel

ENGINES = ("sqlite", "postgresql")
SMALL = {"shared_buffers": "32MB", "max_connections": "200"}
# Nothing on the shared server has to survive a power cut, so it need not wait for the disk.
QUICK = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def sqlite_url(folder: Path) -> str:
    """The URL of a database file that does not exist yet."""
    return f"sqlite:///{folder.resolve()}/hubbub-{uuid4().hex[:8]}.db"


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[URL]:
    """A running server. `durable` makes our own one flush to disk, as a shop's would."""
    named = os.environ.get("HUBBUB_TEST_POSTGRESQL")
    if named:
        yield make_url(named).set(drivername="postgresql+psycopg")
    else:
        with server_from_wheel(SMALL if durable else SMALL | QUICK) as server:
            yield server.url


@contextmanager
def stoppable_postgresql() -> Iterator[Server]:
    """A durable server of our own, whatever `HUBBUB_TEST_POSTGRESQL` says."""
    with server_from_wheel(SMALL) as server:
        yield server


@contextmanager
def fresh_database(server: URL, template: str = "template0") -> Iterator[str]:
    """The URL of a new database, empty but for what the ``template`` holds; dropped afterwards,
    whoever is still connected."""
    name = f"hubbub_test_{uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
    _execute(admin, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        _execute(admin, f"DROP DATABASE {name} WITH (FORCE)")
        admin.dispose()


def _execute(engine: Engine, statement: str) -> None:
    with engine.connect() as connection:
        connection.execute(text(statement))

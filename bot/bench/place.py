"""Where it is measured: empty databases in a folder that is thrown away."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from bot.bench.postgresql import server_from_wheel
from bot.db import Database, Writer
from bot.db.upgrade import upgrade
from bot.errors import InvalidInput

# The URL of a PostgreSQL server on which databases may be made.
SERVER = "HUBBUB_TEST_POSTGRESQL"
_WITH = "`make bench` installs what is measured against, and then measures."


def need(*modules: str) -> None:
    """Raises `InvalidInput` where one of them is not installed."""
    if missing := [name for name in modules if find_spec(name) is None]:
        raise InvalidInput(f"{', '.join(missing)} is not installed. {_WITH}")


class Place:
    """Databases as an installation has them: the same settings, nothing made faster."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self._stack = folder, stack

    def database(self, engine: str, name: str = "") -> Database:
        """A new, empty one with every table, on ``sqlite`` or ``postgresql``."""
        database = Database(self.url(engine, name))
        self._stack.callback(database.close)
        upgrade(database)
        return database

    def url(self, engine: str, name: str = "") -> str:
        """The address of a database that has no tables yet."""
        name = name or f"bench_{uuid4().hex}"
        if engine == "sqlite":
            return f"sqlite:///{self.folder}/{name}.db"
        admin = sa.create_engine(self._server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE template0"))
        admin.dispose()
        return self._server.set(database=name).render_as_string(hide_password=False)

    @cached_property
    def _server(self) -> sa.URL:
        if named := os.environ.get(SERVER):
            return sa.make_url(named).set(drivername="postgresql+psycopg")
        return self._stack.enter_context(server_from_wheel({})).url


@contextmanager
def place() -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder, ExitStack() as stack:
        yield Place(Path(folder), stack)


@contextmanager
def writing(database: Database) -> Iterator[Writer]:
    with Writer(database) as writer:
        yield writer

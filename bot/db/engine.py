"""Opening SQLite or PostgreSQL so that both keep the same promises."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from bot.clock import Clock, Ids, SystemClock
from bot.db.sealed import KeyRing, give_keys
from bot.db.session import Session
from bot.db.troubles import as_unavailable
from bot.db.types import dump_json
from bot.errors import InvalidInput

# SQLite waits this long for another process's writer, in milliseconds.
_BUSY = 10_000
# libpq's, in seconds but for the last: without them a dead machine is waited for for hours.
_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
# A process that is frozen inside a transaction keeps its locks no longer than this.
_MOST_IDLE = "20s"


class Database:
    """Two engines over one database: reads run anywhere, writes through the `Writer` only.

    ``url`` is ``sqlite:///path`` or ``postgresql+psycopg://…``; raises `InvalidInput` for others.
    ``keys`` open what is sealed; without them everything else can be used.
    """

    def __init__(
        self,
        url: str,
        *,
        workspace: int = 1,
        clock: Clock | None = None,
        ids: Ids | None = None,
        keys: KeyRing | None = None,
    ) -> None:
        self.keys = keys
        self.url = _checked(url)
        self.workspace = workspace
        self.clock = clock or SystemClock()
        self.ids = ids or Ids(self.clock)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.readers = self._engine(begin="BEGIN", pool_size=8, max_overflow=8)
        self.writers = self._engine(begin="BEGIN IMMEDIATE", pool_size=1, max_overflow=1)
        if not self.is_sqlite:
            event.listen(self.writers, "connect", _let_go_when_frozen)

    def _engine(self, *, begin: str, pool_size: int, max_overflow: int) -> sa.Engine:
        if self.is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(
            self.url,
            json_serializer=dump_json,
            hide_parameters=True,  # people's words have no place in a log
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_pre_ping=not self.is_sqlite,
            connect_args={} if self.is_sqlite else self.patience(),
        )
        if self.keys is not None:
            give_keys(engine.dialect, self.keys)
        if self.is_sqlite:
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        return engine

    def patience(self) -> dict[str, int]:
        """How long to wait for a PostgreSQL that has vanished without a word."""
        return {name: value for name, value in _PATIENCE.items() if name not in self.url.query}

    def session(self, bind: sa.Engine | sa.Connection) -> Session:
        return Session(bind, workspace=self.workspace, clock=self.clock, ids=self.ids)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session over one consistent snapshot. What is written in it is thrown away.

        Raises `DatabaseUnavailable` while there is none to read.
        """
        try:
            with self.session(self.readers) as session:
                yield session
        except sa.exc.SQLAlchemyError as error:
            if unavailable := as_unavailable(error, "The database can't be read right now"):
                raise unavailable from error
            raise

    def learn(self, connection: sa.Connection) -> None:
        """Let SQLite see how full its tables are, in a transaction of the writer's.

        Without, it takes the workspace for a good thing to search by and reads all of a table. A
        few hundred rows of each index are looked at. PostgreSQL does it by itself.
        """
        if self.is_sqlite:
            connection.exec_driver_sql("PRAGMA analysis_limit=400")
            connection.exec_driver_sql("ANALYZE")

    def close(self) -> None:
        self.readers.dispose()
        self.writers.dispose()


def _checked(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        parsed = None
    if parsed is None or parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise InvalidInput(
            "The database address must begin with sqlite:/// or postgresql://, "
            'for example "sqlite:///hubbub.db".'
        )
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise InvalidInput("The SQLite database needs a file, such as sqlite:///hubbub.db.")
        return parsed
    return parsed.set(drivername="postgresql+psycopg")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_BUSY}")
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL: a power cut must not lose what was acknowledged (RELIABILITY: I1).
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _let_go_when_frozen(connection: Any, _record: Any) -> None:
    connection.autocommit = True
    connection.execute(f"SET idle_in_transaction_session_timeout = '{_MOST_IDLE}'")
    connection.autocommit = False

"""The one thread of a process that writes: whatever is waiting is committed together."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.db.engine import Database
from bot.db.news import News
from bot.db.session import Session
from bot.db.troubles import as_unavailable
from bot.errors import DatabaseUnavailable, HubbubError

T = TypeVar("T")
Command = Callable[[Session], T]

# A commit waits for at most so many commands: bounds how long the first of them waits.
_MOST = 256
# A deadlock or serialization failure on PostgreSQL is tried again so many times.
_TRIES = 3


@dataclass(slots=True)
class _Order:
    command: Command[Any]
    future: "Future[Any]" = field(default_factory=Future)


class Writer:
    """Runs commands, each a plain function of a `Session`, in transactions that it commits.

    A command must change nothing but the session: when one of a batch fails, the batch is rolled
    back and the others run again, each alone, so that one bad command spoils nobody else's.
    """

    def __init__(self, database: Database, news: News | None = None) -> None:
        self.database = database
        self.news = news or News()
        self._orders: SimpleQueue[_Order | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="writer", daemon=True)
        self._stopped = False
        self._gate = Lock()

    def start(self) -> "Writer":
        self._thread.start()
        return self

    def stop(self) -> None:
        """Finish what is waiting, then end the thread."""
        with self._gate:
            if self._stopped:
                return
            self._stopped = True
            self._orders.put(None)
        self._thread.join()

    def __enter__(self) -> "Writer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def submit(self, command: Command[T]) -> "Future[T]":
        order = _Order(command)
        with self._gate:
            if self._stopped:
                raise DatabaseUnavailable("Hubbub is shutting down; nothing was stored.")
            self._orders.put(order)
        return order.future

    async def run(self, command: Command[T]) -> T:
        """The command's result, once it is committed.

        Cancelling the wait does not cancel the command. Raises what the command raised, or
        `DatabaseUnavailable`, after which nothing of it is acknowledged.
        """
        return await asyncio.shield(asyncio.wrap_future(self.submit(command)))

    def run_blocking(self, command: Command[T]) -> T:
        """`run` for threads that have no loop."""
        return self.submit(command).result()

    def _work(self) -> None:
        while batch := self._next_batch():
            self._commit(batch)

    def _next_batch(self) -> list[_Order]:
        order = self._orders.get()
        batch: list[_Order] = []
        while order is not None:
            batch.append(order)
            if len(batch) == _MOST:
                break
            try:
                order = self._orders.get_nowait()
            except Empty:
                break
        else:
            if batch:
                self._orders.put(None)
        return batch

    def _commit(self, batch: list[_Order]) -> None:
        try:
            results = self._transact(batch)
        except _CommitUnclear as unclear:
            for order in batch:
                order.future.set_exception(_as_ours(unclear.reason))
        except Exception as error:
            if len(batch) == 1:
                batch[0].future.set_exception(_as_ours(error))
            else:
                for order in batch:
                    self._commit([order])
        else:
            for order, result in zip(batch, results, strict=True):
                order.future.set_result(result)

    def _transact(self, batch: list[_Order]) -> list[Any]:
        for attempt in range(_TRIES):
            try:
                return self._transact_once(batch)
            except sa.exc.OperationalError as error:
                if attempt == _TRIES - 1 or not _is_transient(error):
                    # SQLite opens a file that it can't open for writing for reading, and leaves
                    # it at that: the next write begins with a fresh connection.
                    self.database.writers.dispose()
                    raise
        raise AssertionError("unreachable")

    def _transact_once(self, batch: list[_Order]) -> list[Any]:
        topics: set[str] = set()
        results = []
        with self.database.writers.connect() as connection:
            transaction = connection.begin()
            for order in batch:
                with self.database.session(connection) as session:
                    results.append(order.command(session))
                    session.flush()
                    topics |= session.topics
                    session.expunge_all()
            try:
                transaction.commit()
            except Exception as error:
                # Perhaps it is committed, perhaps not: running it again could do it twice.
                connection.invalidate()  # it may still be inside its transaction
                raise _CommitUnclear(error) from error
        self.news.announce(topics)
        return results


class _CommitUnclear(Exception):
    def __init__(self, reason: Exception) -> None:
        self.reason = reason


def _is_transient(error: sa.exc.OperationalError) -> bool:
    return getattr(error.orig, "sqlstate", None) in {"40001", "40P01"}


def _as_ours(error: Exception) -> Exception:
    if unavailable := as_unavailable(error, "The database can't be written right now"):
        return unavailable
    if not isinstance(error, HubbubError):
        error.add_note("raised inside a write; nothing of it was stored")
    return error

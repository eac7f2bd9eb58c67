"""The one thread of a process that writes: whatever is waiting is committed together."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.db.engine import Database
from bot.db.news import News
from bot.db.session import Session
from bot.db.troubles import as_unavailable
from bot.db.wire import tell_others
from bot.errors import DatabaseUnavailable, HubbubError
from bot.tally import COMMANDS, COMMITS

T = TypeVar("T")
Item = TypeVar("Item")
Command = Callable[[Session], T]
# Does many of a kind at once, and gives a result for each.
Together = Callable[[Session, Sequence[Item]], Sequence[T]]

# A commit waits for at most so many commands: bounds how long the first of them waits.
_MOST = 256
# A deadlock or serialization failure on PostgreSQL is tried again so many times.
_TRIES = 3


@dataclass(slots=True)
class _Order:
    """A command, or an item for one that takes many. ``loop``: whose ``future`` it is."""

    command: Callable[..., Any]
    future: "Future[Any] | asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop | None = None
    item: Any = None
    together: bool = False


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
        if self._thread.ident is not None:  # it was started
            self._thread.join()

    def __enter__(self) -> "Writer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def waiting(self) -> int:
        """How many commands have not been begun."""
        return self._orders.qsize()

    def submit(self, command: Command[T]) -> "Future[T]":
        future: Future[T] = Future()
        self._put(_Order(command, future))
        return future

    async def run(self, command: Command[T]) -> T:
        """The command's result, once it is committed.

        Cancelling the wait does not cancel the command. Raises what the command raised, or
        `DatabaseUnavailable`, after which nothing of it is acknowledged.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._put(_Order(command, future, loop))
        return await future

    async def run_together(self, command: Together[Item, T], item: Item) -> T:
        """`run` for what comes in numbers: items that wait for the same ``command`` at the same
        time are done by one call of it. Where that raises, each is done by a call of its own."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._put(_Order(command, future, loop, item, together=True))
        return await future

    def _put(self, order: _Order) -> None:
        with self._gate:
            if self._stopped:
                raise DatabaseUnavailable("Hubbub is shutting down; nothing was stored.")
            self._orders.put(order)

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
            _tell(batch, [unclear.reason] * len(batch), failed=True)
        except Exception as error:
            if len(batch) == 1:
                _tell(batch, [error], failed=True)
            else:
                for order in batch:
                    self._commit([order])
        else:
            _tell(batch, results)

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
        results: dict[int, Any] = {}
        afterwards: list[Callable[[], object]] = []
        began = self.database.clock.monotonic()
        with self.database.writers.connect() as connection:
            transaction = connection.begin()
            for orders in _calls(batch):
                with self.database.session(connection) as session:
                    results |= _call(session, orders)
                    session.flush()
                    topics |= session.topics
                    afterwards += session.afterwards
                    session.expunge_all()
            if topics and not self.database.is_sqlite:
                tell_others(connection, self.news.origin, topics)
            try:
                transaction.commit()
            except Exception as error:
                # Perhaps it is committed, perhaps not: running it again could do it twice.
                connection.invalidate()  # it may still be inside its transaction
                raise _CommitUnclear(error) from error
        COMMITS.observe(self.database.clock.monotonic() - began)
        COMMANDS.inc(len(batch))
        for call in afterwards:
            call()
        self.news.announce(topics)
        return [results[id(order)] for order in batch]


def _calls(batch: list[_Order]) -> list[list[_Order]]:
    """Orders that one call can do. All of a batch wait at once: none counts on another's result."""
    calls: list[list[_Order]] = []
    together: dict[Callable[..., Any], list[_Order]] = {}
    for order in batch:
        if order.together and order.command in together:
            together[order.command].append(order)
            continue
        calls.append([order])
        if order.together:
            together[order.command] = calls[-1]
    return calls


def _call(session: Session, orders: list[_Order]) -> dict[int, Any]:
    command = orders[0].command
    if not orders[0].together:
        return {id(orders[0]): command(session)}
    results = command(session, [order.item for order in orders])
    return {id(order): result for order, result in zip(orders, results, strict=True)}


def _tell(orders: list[_Order], outcomes: Sequence[Any], *, failed: bool = False) -> None:
    """Wake each loop once, however many wait there."""
    if failed:
        outcomes = [_as_ours(error) for error in outcomes]
    told: defaultdict[asyncio.AbstractEventLoop | None, list[tuple[_Order, Any]]]
    told = defaultdict(list)
    for order, outcome in zip(orders, outcomes, strict=True):
        told[order.loop].append((order, outcome))
    for loop, some in told.items():
        if loop is None:
            _set(some, failed)
        else:
            with suppress(RuntimeError):  # the loop has closed: nobody waits any more
                loop.call_soon_threadsafe(_set, some, failed)


def _set(told: list[tuple[_Order, Any]], failed: bool) -> None:
    for order, outcome in told:
        if order.future.cancelled():
            continue
        if failed:
            order.future.set_exception(outcome)
        else:
            order.future.set_result(outcome)


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

"""An event loop on a virtual clock: it never waits, it jumps to what comes next."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from typing import Any, TypeVar

T = TypeVar("T")

MOST_TURNS = 3_000
"""Of the loop within ten minutes; who turns more often does so for ever. Honest months: 500."""

# Seconds now (None where no timer is set) → seconds to jump to.
Idle = Callable[[float | None], float]


class VirtualLoop(asyncio.BaseEventLoop):
    """One thread, no sockets, no waiting.

    When nothing is ready, ``idle`` is asked for the time to go on at: the next timer's, or an
    earlier one at which it has something to do. ``born`` sees every new task, ``restless`` is
    told of minutes that do not end. What is handed to an executor runs here, through
    ``elsewhere``, so that it can take a while or never end.
    """

    def __init__(self, idle: Idle) -> None:
        super().__init__()
        self._seconds = 0.0
        self._idle = idle
        self._while, self._turns = 0, 0
        self._selector = self  # what BaseEventLoop waits with
        self._clock_resolution = 1e-6
        self.born: Callable[[asyncio.Task[Any], Context], None] = lambda task, context: None
        self.restless: Callable[[], None] = lambda: None
        self.elsewhere: Callable[[asyncio.Future[Any], Callable[[], Any]], None] = _at_once

    def time(self) -> float:
        return self._seconds

    def select(self, timeout: float | None) -> list[Any]:
        self._count()
        if timeout is None or timeout > 0:
            self._seconds = self._idle(None if timeout is None else self._seconds + timeout)
        return []

    def _count(self) -> None:
        now = int(self._seconds // 600)
        self._while, self._turns = now, self._turns + 1 if now == self._while else 0
        if self._turns == MOST_TURNS:
            self.restless()

    def _process_events(self, _events: list[Any]) -> None:
        return

    def _write_to_self(self) -> None:
        return

    def create_task(self, coro: Coroutine[Any, Any, T], **options: Any) -> asyncio.Task[T]:  # type: ignore[override]  # the options differ from one Python to the next
        task: asyncio.Task[T] = super().create_task(coro, **options)
        self.born(task, options.get("context") or copy_context())
        return task

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]  # one type for all is enough here
        future: asyncio.Future[Any] = self.create_future()
        self.elsewhere(future, lambda: func(*args))
        return future


def _at_once(future: asyncio.Future[Any], work: Callable[[], Any]) -> None:
    try:
        future.set_result(work())
    except Exception as error:
        future.set_exception(error)

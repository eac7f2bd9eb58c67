"""Keeping what should run running: what dies is started again, later each time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.logs import log, mask
from bot.tally import RESTARTS

_FIRST_WAIT, _LONGEST_WAIT = 1.0, 300.0
# Whatever ran so long without dying is well again: the next wait is the first one.
_WELL_AFTER = 60.0

_log = log("supervisor")


@dataclass(slots=True)
class Kept:
    """Something that is kept running. ``problem`` is empty while it runs.

    ``down_since``: when it began to die, until it has lived for a minute again.
    """

    name: str
    start: Callable[[], Awaitable[None]]
    deaths: int = 0
    problem: str = ""
    retry_at: datetime | None = None
    down_since: datetime | None = None


@dataclass(slots=True)
class Supervisor:
    """Runs coroutines until it is cancelled; none of them can take the others down."""

    clock: Clock
    kept: list[Kept] = field(default_factory=list)

    def keep(self, name: str, start: Callable[[], Awaitable[None]]) -> Kept:
        one = Kept(name, start)
        self.kept.append(one)
        return one

    def start(self, name: str, start: Callable[[], Awaitable[None]]) -> "asyncio.Task[None]":
        """Keep it running from now on, until the task that this gives is cancelled."""
        one = self.keep(name, start)
        task = asyncio.create_task(self._keep_running(one), name=name)
        task.add_done_callback(lambda _: self.kept.remove(one))
        return task

    def problems(self) -> list[str]:
        return [f"{one.name}: {one.problem}" for one in self.kept if one.problem]

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for one in self.kept:
                group.create_task(self._keep_running(one), name=one.name)

    async def _keep_running(self, one: Kept) -> None:
        wait = _FIRST_WAIT
        while True:
            began = self.clock.monotonic()
            one.problem, one.retry_at = "", None
            try:
                await one.start()
                one.problem = "It stopped by itself."
            except Exception as error:
                one.problem = mask(f"{type(error).__name__}: {error}")
                _log.exception("died", what=one.name)
            if self.clock.monotonic() - began > _WELL_AFTER:
                wait, one.down_since = _FIRST_WAIT, None
            one.down_since = one.down_since or self.clock.now()
            one.retry_at = self.clock.now() + timedelta(seconds=wait)
            one.deaths += 1
            RESTARTS.labels(one.name).inc()
            _log.warning("starting again", what=one.name, in_seconds=wait, problem=one.problem)
            await self.clock.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)

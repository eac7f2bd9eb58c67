"""What dies is started again, later each time, and takes nobody with it."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest

from bot.clock import FrozenClock
from bot.supervisor import Supervisor


class Enough(BaseException):
    """Ends the test's supervisor from inside."""


def dies(
    clock: FrozenClock, starts: list[float], times: int, lives: float = 0
) -> Callable[[], Awaitable[None]]:
    """Dies so often after ``lives`` seconds, noting when it was started, then ends the test."""

    async def start() -> None:
        starts.append(clock.monotonic())
        if len(starts) > times:
            raise Enough
        await clock.sleep(lives)
        raise ConnectionError("hung up, token=abcdefghijkl")

    return start


async def run_until_enough(supervisor: Supervisor) -> None:
    with pytest.raises(BaseExceptionGroup) as ended:
        await supervisor.run()
    assert ended.group_contains(Enough)


async def test_waiting_doubles_up_to_five_minutes(clock: FrozenClock) -> None:
    starts: list[float] = []
    supervisor = Supervisor(clock)
    kept = supervisor.keep("listener", dies(clock, starts, 11))
    await run_until_enough(supervisor)
    waits = [later - earlier for earlier, later in pairwise(starts)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert kept.deaths == 11


async def test_what_lived_long_is_started_again_at_once(clock: FrozenClock) -> None:
    starts: list[float] = []
    supervisor = Supervisor(clock)
    supervisor.keep("listener", dies(clock, starts, 4, lives=61))
    await run_until_enough(supervisor)
    assert [later - earlier for earlier, later in pairwise(starts)] == [62, 62, 62, 62]


async def test_what_is_wrong_is_shown_without_secrets_until_it_runs_again(
    clock: FrozenClock,
) -> None:
    shown: list[list[str]] = []

    class Watching(FrozenClock):
        async def sleep(self, seconds: float) -> None:
            shown.append(supervisor.problems())
            await super().sleep(seconds)

    supervisor = Supervisor(Watching(clock.now()))
    kept = supervisor.keep("listener", dies(clock, [], 1))
    await run_until_enough(supervisor)
    assert shown == [["listener: ConnectionError: hung up, token=[hidden]"]]
    assert kept.problem == ""


async def test_who_stops_by_himself_is_started_again(clock: FrozenClock) -> None:
    ends = 0

    async def start() -> None:
        nonlocal ends
        ends += 1
        if ends > 3:
            raise Enough

    supervisor = Supervisor(clock)
    kept = supervisor.keep("listener", start)
    await run_until_enough(supervisor)
    assert kept.deaths == 3


async def test_the_others_go_on(clock: FrozenClock) -> None:
    alive = asyncio.Event()

    async def lives() -> None:
        alive.set()
        await asyncio.Event().wait()

    supervisor = Supervisor(clock)
    supervisor.keep("dies", dies(clock, [], 5))
    well = supervisor.keep("lives", lives)
    await run_until_enough(supervisor)
    assert alive.is_set()
    assert (well.deaths, well.problem) == (0, "")

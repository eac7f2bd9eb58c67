"""One seed, from the first day to the last thing said."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta
from random import Random
from unittest.mock import patch

import structlog

from bot.engagement import handling, reading
from bot.logs import _mask_event
from bot.understanding import understand
from tests.proof.simulation.ending import Ending
from tests.proof.simulation.life import MONTHS, UNLUCKY, Life
from tests.proof.simulation.process import CANARY
from tests.proof.simulation.shop import House
from tests.proof.simulation.trouble import Stop, Trace, Violation
from tests.proof.simulation.world import World

Prepare = Callable[[sqlite3.Connection], None]
_DAY = 86_400.0
# After the last fault everything must have come to rest within this; waits grow up to 15 min.
_REST = 3 * _DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a seed led to. ``digest`` is over everything that happened and all that was stored."""

    seed: int
    violation: Violation | None
    digest: str
    trace: Trace
    days: float
    counts: dict[str, int]


def simulate(house: House, seed: int, *, days: int = 30, prepare: Prepare | None = None) -> Outcome:
    """The same seed and days give the same outcome, on any machine."""
    chance = Random(seed)
    month, zone, wall = chance.choice(MONTHS)
    house.fresh(prepare)
    world = World(house, chance, month.replace(tzinfo=UTC))
    life = world.life = Life(world, zone)
    ending = Ending(world, life)
    with _logs(world), _stumbling():
        try:
            world.loop.run_until_complete(_month(world, life, ending, days, wall))
        except Stop:
            pass
        finally:
            _close(world)
    digest = world.trace.digest(*ending.dump())
    world.eyes.close()
    return Outcome(
        seed=seed,
        violation=world.violation,
        digest=digest,
        trace=world.trace,
        days=world.seconds / _DAY,
        counts=ending.counts(),
    )


async def _month(world: World, life: Life, ending: Ending, days: int, wall: str) -> None:
    chance = world.chance
    ending.climate()
    wanted = chance.choice((1, 2, 2, 3))
    keeper = world.loop.create_task(_keep_alive(world, wanted))
    await asyncio.sleep(1)
    await life.series(days, wall)
    moments = sorted(chance.uniform(0, days * _DAY) for _ in range(ending.moments))
    for moment in moments:
        while world.seconds + 6 * 3600 < moment:
            await asyncio.sleep(chance.uniform(4, 12) * 3600)
            await life.tidy()
        await asyncio.sleep(max(moment - world.seconds, 0))
        await _moment(world, life)
    await asyncio.sleep(max(days * _DAY - world.seconds, 0))
    world.weather.clear = True
    last = world.seconds + _REST
    while (restless := ending.restless()) and world.seconds < last:
        await life.tidy()
        await asyncio.sleep(3600)
    if restless:
        world.fail("I2", f"after {_REST / _DAY:.0f} calm days it has not come to rest: {restless}")
    keeper.cancel()
    ending.check()
    if world.violation:
        raise Stop


async def _moment(world: World, life: Life) -> None:
    drawn = world.chance.random()
    deeds = [world.loop.create_task(deed()) for deed in life.deeds()]
    if drawn < 0.06:
        await asyncio.sleep(world.chance.uniform(0, 3))
        if process := world.somebody():
            process.die()
    elif drawn < 0.09:
        await _lights_out(world)
    elif drawn < 0.12:
        back = timedelta(seconds=world.chance.choice((1, 40, 1500)))
        world.clock.set_back += back
        world.disturbed("clock", f"is set back by {back}")
    await asyncio.gather(*deeds)


async def _lights_out(world: World) -> None:
    """Nothing runs for hours: what was due meanwhile is overdue."""
    world.note("power", "fails")
    world.dark_until = world.seconds + world.chance.uniform(0.5, 20) * 3600
    for process in tuple(world.processes):
        process.die()


async def _keep_alive(world: World, wanted: int) -> None:
    """Somebody starts again what has died, after a moment or a while."""
    while True:
        while len(world.processes) < wanted:
            world.bear()
        await world.died.wait()
        world.died.clear()
        await asyncio.sleep(world.chance.choice((0.5, 5.0, 90.0)))
        await asyncio.sleep(max(world.dark_until - world.seconds, 0))


def _close(world: World) -> None:
    world.over = True
    for process in tuple(world.processes):
        process.die()
    tasks = asyncio.all_tasks(world.loop)
    for task in tasks:
        task.cancel()
    if tasks:
        world.loop.run_until_complete(asyncio.wait(tasks))
    world.loop.close()


@contextmanager
def _logs(world: World) -> Iterator[None]:
    """Every log line through our own masking, and then past the watch."""

    def see(_logger: object, _method: str, line: structlog.typing.EventDict) -> str:
        if CANARY in str(line):
            world.fail("I7", f"a secret stands in the log: {line}")
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(
        processors=[structlog.processors.format_exc_info, _mask_event, see],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.ReturnLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    try:
        yield
    finally:
        structlog.configure(**before)


@contextmanager
def _stumbling() -> Iterator[None]:
    """Some messages are more than the code can bear, when it reads or when it answers them."""
    answer = handling._Work._answer

    def reads(text: str, *given: object, **more: object) -> object:
        if UNLUCKY in text and len(text) % 2:
            raise ValueError("stumbled while reading")
        return understand(text, *given, **more)  # type: ignore[arg-type]  # handed through

    def answers(work: handling._Work, one: reading.Understood, owners: object) -> str:
        if UNLUCKY in one.text:
            raise ValueError("stumbled while answering")
        return answer(work, one, owners)  # type: ignore[arg-type]  # handed through

    with (
        patch.object(reading, "understand", reads),
        patch.object(handling._Work, "_answer", answers),
    ):
        yield

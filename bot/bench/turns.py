"""Taking turns: A B A B, so that whatever else the machine does slows both alike."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """``work`` is timed, and gives how many messages, jobs or requests it did. It is handed what
    ``prepare`` gives, which is not timed."""

    prepare: Callable[[], Awaitable[Any]]
    work: Callable[[Any], Awaitable[int]]

    async def turn(self) -> float:
        """How many a second."""
        ready = await self.prepare()
        began = time.perf_counter()
        done = await self.work(ready)
        return done / (time.perf_counter() - began)


async def rates(sides: Mapping[str, Side], rounds: int) -> dict[str, float]:
    """The median rate of each side, a second. A first turn of each, to warm up, is not counted."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, side in sides.items():
            rate = await side.turn()
            if number:
                found[name].append(rate)
    return {name: median(several) for name, several in found.items()}


def told(rates: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {rate:,.0f}/s" for name, rate in rates.items())

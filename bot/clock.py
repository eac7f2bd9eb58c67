"""Time and chance as ports: whoever needs them is handed a `Clock` and `Ids`."""

import asyncio
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """Wall time (aware, UTC), monotonic seconds, and a sleep that follows both."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...
    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class FrozenClock:
    """A clock that stands still until `advance` moves it; sleeping moves it too."""

    def __init__(self, now: datetime) -> None:
        self._start = self._now = now

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.advance(timedelta(seconds=seconds))
        await asyncio.sleep(0)

    def advance(self, by: timedelta) -> None:
        self._now += by


def moment_of(id: UUID) -> datetime:
    """When the id was made: ours begin with their moment, in milliseconds (see `Ids`)."""
    return datetime.fromtimestamp((id.int >> 80) / 1000, UTC)


class Ids:
    """Time-ordered 128-bit ids (UUIDv7, RFC 9562 §5.7), strictly increasing in one process.

    The first 48 bits are Unix milliseconds; the next 12 count within a millisecond and run
    ahead of the clock when it stands still or goes back; 62 bits are chance.
    """

    def __init__(self, clock: Clock, chance: Callable[[int], bytes] = os.urandom) -> None:
        self._clock, self._chance = clock, chance
        self._last = 0
        self._lock = Lock()

    def new(self) -> UUID:
        return self.many(1)[0]

    def many(self, count: int) -> list[UUID]:
        """So many new ids, in order, for the price of a few."""
        with self._lock:
            ticks = int(self._clock.now().timestamp() * 1000) << 12
            first = max(ticks, self._last + 1)
            self._last = first + count - 1
        return [
            _version_7(first + number, int.from_bytes(self._chance(8))) for number in range(count)
        ]


def _version_7(stamp: int, chance: int) -> UUID:
    high = (stamp >> 12 << 16) | 0x7000 | (stamp & 0xFFF)
    low = (chance & (1 << 62) - 1) | 1 << 63
    return UUID(int=high << 64 | low)

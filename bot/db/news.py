"""Who is told that rows have changed. The tables stay the truth.

Listeners live in one process. On PostgreSQL `bot.db.wire` brings what other processes announce.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from secrets import token_hex
from threading import Lock


class Listener:
    """Wakes when one of its topics was announced; many announcements wake it once."""

    def __init__(self, topics: Iterable[str], loop: asyncio.AbstractEventLoop) -> None:
        self.topics = frozenset(topics)
        self._loop = loop
        self._heard: set[str] = set()
        self._wake = asyncio.Event()

    def hear(self, topics: Iterable[str]) -> None:
        """Safe from any thread; a loop that has closed hears nothing."""
        try:
            self._loop.call_soon_threadsafe(self._note, frozenset(topics) & self.topics)
        except RuntimeError:
            return

    def _note(self, topics: frozenset[str]) -> None:
        self._heard |= topics
        self._wake.set()

    async def next(self, timeout: float | None = None) -> frozenset[str]:
        """The topics announced since the last call; empty when ``timeout`` seconds passed."""
        try:
            # Not `wait_for`: in Python 3.11 it swallows a cancellation that comes with a wake.
            async with asyncio.timeout(timeout):
                await self._wake.wait()
        except TimeoutError:
            return frozenset()
        heard, self._heard = frozenset(self._heard), set()
        self._wake.clear()
        return heard


class News:
    """Announcements to one process. Nothing is kept: who listens later reads the tables.

    ``origin`` tells this process's own announcements, when they come back, from others'.
    """

    def __init__(self) -> None:
        self.origin = token_hex(8)
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._lock = Lock()

    def announce(self, topics: Iterable[str]) -> None:
        topics = frozenset(topics)
        with self._lock:
            hearing = {one for topic in topics for one in self._listeners.get(topic, ())}
        for listener in hearing:
            listener.hear(topics)

    def announce_everything(self) -> None:
        """Wake every listener with all its topics: nobody knows what was missed."""
        with self._lock:
            everybody = set().union(*self._listeners.values())
        for listener in everybody:
            listener.hear(listener.topics)

    @contextmanager
    def listening(self, *topics: str) -> Iterator[Listener]:
        """A listener of the running loop for as long as the block lasts."""
        listener = Listener(topics, asyncio.get_running_loop())
        with self._lock:
            for topic in topics:
                self._listeners[topic].add(listener)
        try:
            yield listener
        finally:
            with self._lock:
                for topic in topics:
                    self._listeners[topic].discard(listener)

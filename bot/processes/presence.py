"""This process among the others: it beats, owns accounts while it does, and sees how all do."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import timedelta

import sqlalchemy as sa

from bot.clock import Clock
from bot.db import Session, Writer
from bot.errors import DatabaseUnavailable
from bot.logs import log
from bot.networks import Adapter, Health, Receive
from bot.processes import queries, service
from bot.processes.parts import Me
from bot.processes.service import TOPIC, Held, Key, name_of
from bot.supervisor import Supervisor

# A lease outlives so many beats.
_BEATS = 4
# How often a process without work looks whether an account has become free, in seconds.
_LOOK_SECONDS = 1.0
# An adapter may take so long to hang up when the process ends, in seconds.
_GRACE = 1.0

_log = log("processes")


class Presence:
    """The loop by which this process is alive for the others.

    ``adapters``: the accounts that it may listen and speak for. Those in ``shared`` need no owner;
    each other one runs only while its lease is ours. A process that was frozen finds out by its
    own clock, or with its next beat, and hangs up. Without a ``lease`` there are no others: this
    one is alone with its database, and owns everything.
    """

    def __init__(
        self,
        *,
        writer: Writer,
        clock: Clock,
        me: Me,
        adapters: Mapping[Key, Adapter],
        shared: Collection[Key],
        supervisor: Supervisor,
        receive: Receive,
        lease: timedelta | None,
    ) -> None:
        self.me = me
        self._writer, self._clock = writer, clock
        self._alone, self._lease = lease is None, lease or timedelta()
        self._adapters = adapters
        self._shared = frozenset(adapters if self._alone else shared) & adapters.keys()
        self._wanted = sorted(adapters.keys() - self._shared)
        self._supervisor, self._receive = supervisor, receive
        self._held: dict[Key, Held] = {}
        self._running: dict[Key, asyncio.Task[None]] = {}
        self._told: Mapping[str, tuple[str, str]] = {}

    def join(self) -> None:
        """Be seen, before anything else. Raises `InvalidInput` as `service.join` does."""
        if not self._alone:
            self._writer.run_blocking(
                lambda session: service.join(session, self.me, silence=self._lease)
            )
            self._look()

    async def run(self) -> None:
        """Beat until cancelled. Listening goes on until `leave`, so that what is on its way out
        can still be sent."""
        for key in self._shared - self._running.keys():
            self._listen(key)
        if self._alone:
            await asyncio.Event().wait()
        with self._writer.news.listening(TOPIC) as listener:
            while True:
                beat_again_at = self._clock.monotonic() + await self._beat()
                while (left := beat_again_at - self._clock.monotonic()) > 0:
                    if await listener.next(timeout=min(left, _LOOK_SECONDS)):
                        break
                    if await self._something_is_free():
                        break

    async def leave(self) -> None:
        """Hang up, then give everything to the others at once."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_GRACE)
        self._held, self._running = {}, {}
        if self._alone:
            return
        try:
            await self._writer.run(lambda session: service.leave(session, self.me))
        except DatabaseUnavailable as error:
            _log.warning("the others will have to wait", reason=str(error))

    def holds(self, key: Key) -> bool:
        """Whether the account is ours, by what we know here and now."""
        held = self._held.get(key)
        return key in self._shared or (held is not None and held.until > self._clock.now())

    def confirmed(self, session: Session) -> set[Key]:
        """The accounts that are ours until COMMIT, whoever else wants them."""
        held = service.confirmed(session, self.me, list(self._held)) if self._held else set()
        return held | self._shared

    def health(self, key: Key) -> tuple[Health, str]:
        """How its owner says that the account does."""
        if self.holds(key):
            return self._adapters[key].health()
        if (told := self._told.get(name_of(key))) is None:
            return Health.OFF, "No process speaks for this account: start one with hubbub run."
        return Health(told[0]), told[1]

    async def _beat(self) -> float:
        """Say that we are alive; gives in how many seconds to do it again."""
        every = (self._lease / _BEATS).total_seconds()
        health = {name_of(key): self.health(key) for key in filter(self.holds, self._adapters)}
        try:
            async with asyncio.timeout(every):
                held = await self._writer.run(
                    lambda session: service.beat(
                        session, self.me, self._wanted, health, lease=self._lease
                    )
                )
        except (DatabaseUnavailable, TimeoutError) as error:
            _log.warning("cannot tell the others that we are alive", reason=str(error))
            self._own({key: one for key, one in self._held.items() if self.holds(key)})
            return min(every, _LOOK_SECONDS)
        self._own(held)
        with suppress(sa.exc.DBAPIError):  # the next beat says what is wrong
            await asyncio.to_thread(self._look)
        return every

    def _look(self) -> None:
        with self._writer.database.reading() as session:
            self._told = queries.health(session, silence=self._lease)

    async def _something_is_free(self) -> bool:
        others = [key for key in self._wanted if key not in self._held]

        def ask() -> bool:
            with self._writer.database.reading() as session:
                return queries.free(session, others)

        try:
            return bool(others) and await asyncio.to_thread(ask)
        except sa.exc.DBAPIError:
            return True  # the next beat says what is wrong

    def _own(self, held: dict[Key, Held]) -> None:
        """Listen for what has become ours, and hang up where it has not stayed so."""
        before, self._held = self._held, held
        for key, one in before.items():
            if key not in held or held[key].fence != one.fence:
                _log.warning("no longer ours", account=name_of(key))
                self._running[key].cancel()
        for key, one in held.items():
            if key not in before or before[key].fence != one.fence:
                _log.info("ours", account=name_of(key))
                self._listen(key)

    def _listen(self, key: Key) -> None:
        before = self._running.get(key)

        async def listen() -> None:
            if before is not None:  # it may still be hanging up
                await asyncio.wait({before})
            await self._adapters[key].run(self._receive)

        self._running[key] = self._supervisor.start(name_of(key), listen)


class AsToldByItsOwner:
    """An account as pages see it, also where another process owns it."""

    def __init__(self, adapter: Adapter, presence: Presence) -> None:
        self.network, self.account = adapter.network, adapter.account
        self.capabilities = adapter.capabilities
        self.run, self.send, self.find = adapter.run, adapter.send, adapter.find
        self.examine, self.places = adapter.examine, adapter.places
        self._presence = presence

    def health(self) -> tuple[Health, str]:
        return self._presence.health((self.network, self.account))

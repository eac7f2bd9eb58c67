"""The world around the processes: time, networks, weather; who is alive, and what is known."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextvars import Context
from datetime import datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from adapters.sandbox import Entry, Ledger
from adapters.sandbox.translate import translate
from bot.networks import InboundEvent, Outgoing
from tests.proof.simulation.life import Life
from tests.proof.simulation.loop import VirtualLoop
from tests.proof.simulation.process import Dies, Process, here
from tests.proof.simulation.shop import ACCOUNTS, House
from tests.proof.simulation.trouble import Stop, Trace, Violation
from tests.proof.simulation.watch import Watch
from tests.proof.simulation.weather import Fate, Weather


class WorldClock:
    """The machine's clock, which people and time servers may set back."""

    def __init__(self, world: "World", start: datetime) -> None:
        self._world, self.start = world, start
        self.set_back = timedelta()

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self._world.seconds) - self.set_back

    def monotonic(self) -> float:
        return self._world.seconds

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def when(self, at: datetime) -> float:
        """The loop's seconds at which this clock will show it."""
        return (at - self.start + self.set_back).total_seconds()


class World:
    """One run. Everything that is left to chance is drawn from ``chance``."""

    def __init__(self, house: House, chance: Random, start: datetime) -> None:
        self.house, self.chance = house, chance
        self.weather = Weather(chance)
        self.trace = Trace()
        self.loop = VirtualLoop(self._idle)
        self.loop.born, self.loop.elsewhere = self._born, self._elsewhere
        self.loop.restless = self._restless
        self.loop.set_exception_handler(lambda loop, context: None)  # the dead may complain
        self.clock = WorldClock(self, start)
        self.ledgers = {account: Ledger() for account in ACCOUNTS}
        self.processes: list[Process] = []
        self.births = 0
        self.errands: list[asyncio.Task[None]] = []
        self.acting: Process | None = None
        self.eyes = house.look()
        self.calm_since = self.disturbed_at = 0.0
        self.violation: Violation | None = None
        self.over = False
        self.died = asyncio.Event()
        self.dark_until = 0.0
        self.life: Life
        self.watch = Watch(self)
        house.begins, house.commits = self._begins, self._commits

    @property
    def seconds(self) -> float:
        return self.loop.time()

    def version(self) -> int:
        """Changes whenever anybody commits a change."""
        found: int = self.eyes.execute("PRAGMA data_version").fetchone()[0]
        return found

    def note(self, who: str, what: str) -> None:
        self.trace.add(self.seconds, who, what)

    def disturbed(self, who: str, what: str, seconds: float = 0.0) -> None:
        """No deadline runs before this is over."""
        self.calm_since = max(self.calm_since, self.seconds + seconds)
        self.disturbed_at = self.seconds
        self.note(who, what)

    def fail(self, invariant: str, text: str) -> None:
        """The run ends as soon as nothing is ready to go on; the first one found counts."""
        if self.violation is None:
            self.violation = Violation(invariant=invariant, text=text)
            self.note("watch", f"VIOLATED {self.violation}")

    # Processes

    def bear(self) -> Process:
        self.births += 1
        process = Process(self, f"w{self.births}")
        self.processes.append(process)
        self.disturbed(process.name, "starts")
        process.start()
        return process

    def buried(self, process: Process) -> None:
        self.processes.remove(process)
        self.disturbed(process.name, "dies")
        self.died.set()

    def somebody(self) -> Process | None:
        return self.chance.choice(self.processes) if self.processes else None

    # Networks

    def tells(self, account: str, key: str, what: bytes | InboundEvent) -> None:
        """A network has something for us: it tells it until we say that we have it, perhaps
        once more, and not always in the order in which it happened."""
        self.errands.append(self.loop.create_task(self._tells(account, key, what), name=key))

    def unheard(self) -> list[str]:
        """Keys that the networks are still trying to tell."""
        return [task.get_name() for task in self.errands if not task.done()]

    async def _tells(self, account: str, key: str, what: bytes | InboundEvent) -> None:
        await asyncio.sleep(self.chance.choice((0.0, 0.0, 0.3)) * self.chance.random())
        wait = 1.0
        again = self.weather.happens(0.2)
        while not await self._told(account, key, what) or again:
            again = False if key in self.watch.acknowledged_keys else again
            await asyncio.sleep(wait)
            wait = min(wait * 2, 600.0)

    async def _told(self, account: str, key: str, what: bytes | InboundEvent) -> bool:
        process = self.somebody()
        if process is None:
            return False
        (parsed,) = translate(account, what) if isinstance(what, bytes) else (what,)
        pushed = isinstance(what, bytes) and self.chance.random() < 0.5
        if isinstance(what, bytes) and (pushed or not isinstance(parsed, InboundEvent)):
            task = process.spawn(process.push(account, what))
        else:
            assert isinstance(parsed, InboundEvent)
            task = process.spawn(process.pull(account, parsed))
        await asyncio.wait({task}, timeout=30)
        if not task.done() or task.cancelled() or task.exception() or not task.result():
            return False
        self.note(process.name, f"acknowledges {key} of {account}")
        self.watch.acknowledged(account, key)
        return not self.weather.happens(0.03)  # the acknowledgement may be lost

    def _born(self, task: asyncio.Task[Any], context: Context) -> None:
        process = context.get(here)
        if process is not None:
            process.tasks[task] = None
            task.add_done_callback(lambda done: process.tasks.pop(done, None))

    def _elsewhere(self, future: asyncio.Future[Any], work: Callable[[], Any]) -> None:
        def do() -> None:
            if future.done():
                return
            try:
                future.set_result(work())
            except Exception as error:
                future.set_exception(error)

        process = here.get()
        if process is None:
            do()
        else:
            process.later(do)

    # The database

    def _begins(self) -> None:
        fate = self._fate = self.weather.fate()
        if fate is Fate.REFUSED:
            self._tell_fate(fate)
            raise _database_error("BEGIN", "database is locked")

    def _commits(self, connection: sa.Connection) -> None:
        fate, process = self._fate, self.acting
        assert process is not None
        dbapi: Any = connection.connection.dbapi_connection
        self._tell_fate(fate)
        if fate is Fate.DIES_BEFORE:
            raise Dies
        if fate is Fate.LOST:
            dbapi.rollback()
            raise _database_error("COMMIT", "disk I/O error")
        dbapi.commit()  # SQLAlchemy commits once more, which does nothing
        try:
            self.watch.committed(process)
        except Exception as error:  # else it would pass for one of the database's
            self.fail("watch", f"the watch itself has failed: {error!r}")
        if fate is Fate.DIES_AFTER:
            raise Dies
        if fate is Fate.UNCLEAR:
            raise _database_error("COMMIT", "disk I/O error")

    def _tell_fate(self, fate: Fate) -> None:
        if fate is not Fate.DONE and self.acting:
            self.disturbed(self.acting.name, fate)

    def arrived(
        self, process: Process, account: str, outgoing: Outgoing, entry: Entry, *, again: bool
    ) -> None:
        self.note(process.name, f"sent {outgoing.key}: {account} has {entry.message}")
        self.watch.arrived(process, outgoing, entry, again=again)

    # Time

    def _restless(self) -> None:
        if self.over:
            return
        self.fail("I2", "it works and works, and hardly any time passes")
        raise Stop

    def _idle(self, timer: float | None) -> float:
        """Nothing is ready. Go on at the next timer, or when a poll would see something new."""
        if self.over:
            if timer is None:
                raise Stop
            return timer
        self.watch.quiet()
        if self.violation:
            raise Stop
        at, ear = min(
            ((self._worth(ear), ear) for ear in self._ears()),
            key=lambda pair: pair[0],
            default=(float("inf"), None),
        )
        if timer is None and ear is None:
            self.fail("I2", "everybody sleeps for ever")
            raise Stop
        if ear is not None and (timer is None or at < timer):
            ear.wake()
            return max(at, self.seconds)
        assert timer is not None
        return timer

    def _ears(self) -> list[Any]:
        return [ear for each in self.processes for ear in each.news.ears if ear.waits]

    def _worth(self, ear: Any) -> float:
        """When a poll of this ear would see something that its last one did not."""
        now, found = self.seconds, self.watch.interest(ear)
        changed = ear.looked_on != self.version() or ear.looked_at <= self.disturbed_at
        after = 0.001 if ear.heard else float(ear.phase)
        soonest = float("inf")
        for at in found:
            if at > now:
                soonest = min(soonest, at)
            elif changed or at > ear.looked_at:
                return now + after
        return soonest + after


def _database_error(statement: str, why: str) -> sa.exc.OperationalError:
    return sa.exc.OperationalError(statement, None, sqlite3.OperationalError(why))

"""One process of Hubbub: its core as it is, on ports that are slow, break, freeze and die."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from adapters.sandbox import Entry, Fault, Sandbox, SandboxSettings, accept
from adapters.sandbox.translate import SIGNATURE, sign
from bot.db import Database, News, Writer
from bot.engagement import telling
from bot.engagement.listening import Listening
from bot.errors import DatabaseUnavailable
from bot.inbox.service import receive
from bot.networks import InboundEvent, Outgoing, Receipt, Reply, Settle, WebhookRequest
from bot.networks.port import Event
from bot.outbox.claiming import Terms
from bot.outbox.postman import Postman
from bot.supervisor import Supervisor
from bot.suppliers import links
from content_calendar.planning import materialise
from tests.proof.simulation.shop import ACCOUNTS, SPEAK
from tests.proof.simulation.weather import Send

if TYPE_CHECKING:
    from tests.proof.simulation.world import World

T = TypeVar("T")

LEASE, TIMEOUT = timedelta(seconds=60), 30.0
NEVER_ANSWERS = 100.0  # seconds: longer than anybody waits
# Stands in settings and in what adapters raise. Must be seen nowhere.
CANARY = "7311965:canary-AAEhBOweik6ad9"

here: ContextVar["Process | None"] = ContextVar("here", default=None)


class Dies(BaseException):
    """The process is gone, in the middle of a line."""


class Ear:
    """A listener that a process polls with. `World` wakes it as soon as a poll would see something
    new: those between would have found what the last one found."""

    def __init__(self, process: "Process", topics: Iterable[str]) -> None:
        self.process, self.topics = process, frozenset(topics)
        self.phase = process.world.chance.uniform(0.05, 1.0)
        self.looked_at = -1.0  # when the last poll began
        self.looked_on = -1  # the version of the database that it saw
        self.waits = False
        self.heard: set[str] = set()
        self._wake = asyncio.Event()

    def wake(self) -> None:
        self._wake.set()

    async def next(self, timeout: float | None = None) -> frozenset[str]:
        self.waits = True
        await self._wake.wait()
        self.waits = False
        await self.process.pause()
        self.looked_at, self.looked_on = self.process.world.seconds, self.process.world.version()
        heard, self.heard = frozenset(self.heard), set()
        self._wake.clear()
        return heard


class Ears(News):
    """`News` in an order that does not hang on addresses. Who is told hurries, see `World`."""

    def __init__(self, process: "Process") -> None:
        super().__init__()
        self.process, self.ears = process, list[Ear]()

    def announce(self, topics: Iterable[str]) -> None:
        said = frozenset(topics)
        for ear in self.ears:
            if said & ear.topics:
                ear.heard |= said & ear.topics

    @contextmanager
    def listening(self, *topics: str) -> Iterator[Any]:
        ear = Ear(self.process, topics)
        self.ears.append(ear)
        try:
            yield ear
        finally:
            self.ears.remove(ear)


class InlineWriter(Writer):
    """The writer without its thread: batches are committed between two steps of the loop."""

    def __init__(self, database: Database, process: "Process") -> None:
        super().__init__(database, process.news)
        self._process = process

    def _put(self, order: Any) -> None:
        if self._process.alive:
            if order.loop is not None:
                order.loop = _Told(self._process)
            super()._put(order)
            self._process.later(self._turn)

    def _turn(self) -> None:
        if self._orders.empty():
            return
        self._process.world.acting = self._process
        try:
            self._commit(self._next_batch())
        except Dies:
            self._process.die()


@dataclass(frozen=True)
class _Told:
    """Stands for the loop that waits for a COMMIT: the process may die before it hears of it."""

    process: "Process"

    def call_soon_threadsafe(self, call: Callable[..., None], *given: Any) -> None:
        self.process.later(lambda: call(*given))


class Wire:
    """The way to one account's network. What arrives there is in its ledger, come what may."""

    def __init__(self, process: "Process", account: str) -> None:
        self._process, self._account = process, account
        self.ledger = process.world.ledgers[account]

    async def accept(self, outgoing: Outgoing, settle: Settle) -> Entry:
        process, world = self._process, self._process.world
        fate = world.weather.send()
        await process.pause()
        self._perhaps(fate, Send.DIES_BEFORE, Send.BREAKS_BEFORE)
        before = len(await self.ledger.entries())
        entry = await self.ledger.accept(outgoing, settle)
        again = len(await self.ledger.entries()) == before
        world.arrived(process, self._account, outgoing, entry, again=again)
        self._perhaps(fate, Send.DIES_AFTER, Send.BREAKS_AFTER)
        if fate is Send.STANDS_STILL:
            process.freeze(LEASE.total_seconds() + 20)
        await process.pause(NEVER_ANSWERS if fate is Send.NO_ANSWER else 0.0)
        return entry

    async def find(self, key: str) -> Entry | None:
        await self._process.pause()
        if self._process.world.weather.happens(0.05):
            raise RuntimeError("the search failed")
        return await self.ledger.find(key)

    async def entries(self) -> list[Entry]:
        return await self.ledger.entries()

    def _perhaps(self, fate: Send, dies: Send, breaks: Send) -> None:
        if fate is dies:
            self._process.world.note(self._process.name, fate)
            self._process.die()
            raise asyncio.CancelledError
        if fate is breaks:
            raise RuntimeError(f"POST https://api.network.example/bot{CANARY}/send: reset")


class Line(Sandbox):
    """The sandbox's adapter, with the faults that the weather has for it."""

    def __init__(self, process: "Process", account: str) -> None:
        self.settings = SandboxSettings.model_validate(
            {
                "account": account,
                "like": ACCOUNTS[account],
                "secret": CANARY,
                "faults": {"slow_seconds": 20.0, "retry_after_seconds": 40.0},
            }
        )
        super().__init__(self.settings, process.world.clock, Wire(process, account))
        self._weather, self._watch = process.world.weather, process.world.watch

    async def send(self, outgoing: Outgoing) -> Receipt:
        fault = self._weather.fault()
        if fault is Fault.REFUSE:
            self._watch.refused.add(outgoing.key)
        self.fail_next(fault)
        return await super().send(outgoing)

    def has(self, event: InboundEvent) -> bool:
        """Whether it took over from the network what it was told."""
        return event not in self._unheard


class Process:
    """What `bot.main.Hubbub` puts together, between the networks and the database."""

    def __init__(self, world: "World", name: str) -> None:
        self.world, self.name = world, name
        self.alive, self.frozen_until = True, 0.0
        self.tasks: dict[asyncio.Task[Any], None] = {}  # in the order in which they began
        self.news = Ears(self)
        self.writer = InlineWriter(world.house.opened(world.clock, world.chance), self)
        self.lines = {account: Line(self, account) for account in ACCOUNTS}
        self.postman = Postman(
            writer=self.writer,
            adapters={("sandbox", account): line for account, line in self.lines.items()},
            clock=world.clock,
            owner=name,
            finish=partial(links.finish, public_url="https://shop.example", shop=SPEAK.shop),
            terms=Terms(lease=LEASE),
            send_timeout=TIMEOUT,
        )
        self.listening = Listening(self.writer, world.clock, name, SPEAK)
        self.supervisor = Supervisor(world.clock)

    def start(self) -> None:
        keep = self.supervisor.keep
        for account, line in self.lines.items():
            keep(account, partial(line.run, self.receive))
        keep("inbox", self.listening.run)
        keep("outbox", self.postman.run)
        keep("telling", lambda: telling.run(self.writer, SPEAK))
        keep("ticking", self._tick)
        self.spawn(self.supervisor.run())

    async def receive(self, events: Iterable[Event]) -> int:
        given = tuple(events)
        return (await self.writer.run(lambda session: receive(session, given))).new

    async def _tick(self) -> None:
        while True:
            try:
                await self.writer.run(materialise)
            except DatabaseUnavailable:
                self.world.note(self.name, "cannot plan ahead")
            await self.world.clock.sleep(self.world.chance.uniform(6, 90) * 3600)

    async def push(self, account: str, body: bytes) -> bool:
        """A signed webhook call of the network; whether it is answered with 200."""
        await self.pause()
        headers = {SIGNATURE: sign(CANARY, body)}
        request = WebhookRequest(method="POST", headers=headers, query={}, body=body)
        heard = accept(self.lines[account].settings, request)
        assert not isinstance(heard, Reply)
        await self.receive(heard)
        return True

    async def pull(self, account: str, event: InboundEvent) -> bool:
        """Hear it over the network's connection; whether the network may forget it now."""
        await self.pause()
        await self.lines[account].happen(event)
        return self.lines[account].has(event)

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """A task of this process: it dies with it, and so do its children."""
        context = copy_context()
        context.run(here.set, self)
        return self.world.loop.create_task(work, context=context)

    async def pause(self, seconds: float = 0.0) -> None:
        """One touch of a port: it takes a moment, longer while the process stands still."""
        self._perhaps_freeze()
        await asyncio.sleep(seconds + self.world.weather.delay())
        while (left := self.frozen_until - self.world.seconds) > 0:  # noqa: ASYNC110 - it thaws
            await asyncio.sleep(left)

    def later(self, do: Callable[[], None]) -> None:
        """The same for what is no coroutine. What is dead does nothing any more."""
        self._perhaps_freeze()
        self.world.loop.call_later(self.world.weather.delay(), self._when_awake, do)

    def _when_awake(self, do: Callable[[], None]) -> None:
        if self.frozen_until > self.world.seconds:
            self.world.loop.call_at(self.frozen_until, self._when_awake, do)
        elif self.alive:
            do()

    def _perhaps_freeze(self) -> None:
        if seconds := self.world.weather.frozen_for():
            self.freeze(seconds)

    def freeze(self, seconds: float) -> None:
        self.frozen_until = max(self.frozen_until, self.world.seconds + seconds)
        self.world.disturbed(self.name, f"stands still for {seconds:.0f} s", seconds)

    def die(self) -> None:
        """As by SIGKILL: nothing of it runs any more, and nothing that it had in memory stays."""
        if self.alive:
            self.alive = False
            self.world.buried(self)
            for task in tuple(self.tasks):
                task.cancel()


def said(**what: Any) -> bytes:
    """The body in which the sandbox network tells of one event."""
    return json.dumps({"events": [what]}, ensure_ascii=False).encode()

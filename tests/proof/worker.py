"""A process that exists to be killed: Hubbub's core under load, forked quickly and often.

    python -m tests.proof.worker DATABASE LEDGER

forks a worker for every line that it reads (``work``; ``rest``: finish what is there, feed nothing
new; ``endure``: wait for SIGUSR1, feed a little, then rest) and prints what happens, a line each:
``born PID``, ``took KEY`` once Hubbub has acknowledged an event or a post, ``sending KEY PID`` and
``sent KEY PID`` around every send, ``rested``, ``died WHY`` when a worker ends by itself.
"""

import asyncio
import os
import signal
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import sqlalchemy as sa

from adapters.sandbox import Like, Sandbox, SandboxSettings
from bot.channels.models import Channel
from bot.channels.service import ensure
from bot.clock import SystemClock
from bot.db import Database, Session, Writer, engine
from bot.engagement import telling
from bot.engagement.listening import Listening
from bot.engagement.telling import Voices
from bot.errors import Conflict, DatabaseUnavailable
from bot.inbox.models import Event, EventState
from bot.inbox.service import receive
from bot.logs import set_up
from bot.networks import Action, Content, Outgoing, Receipt
from bot.outbox import settling
from bot.outbox.claiming import Terms
from bot.outbox.models import About, Delivery, DeliveryState
from bot.outbox.postman import Postman
from bot.outbox.service import enqueue
from bot.suppliers.models import Act, Case, CaseState, Decision
from bot.suppliers.service import decide
from bot.understanding import understand

LEASE = timedelta(seconds=1.2)
SEND_TIMEOUT = 0.5
SPEAK = Voices(languages=("en", "de"), shop="Willow & Wren")
# What is under way at once: the next is fed when one was sent, or when nothing happens.
AT_ONCE, NOTHING_HAPPENS = 8, 0.1
HEALS_WITHIN = 20.0  # seconds after a fault of the disk
A_LITTLE = 11  # things that are fed by a worker that endures
SAID = (
    "please make the lid of the brew kettle dishwasher-safe",
    "When will the tea tin be back?",
    "Bitte macht den Deckel vom Brew kettle spülmaschinenfest",
    "I love this kettle, great job!",
    "my brew kettle leaks already",
    "person",
)


def say(*words: str) -> None:
    os.write(1, (" ".join(words) + "\n").encode())


class Watched(Sandbox):
    """Says when it sends, so that a process can be killed just there."""

    room: asyncio.Semaphore

    async def send(self, outgoing: Outgoing) -> Receipt:
        say("sending", outgoing.key, str(os.getpid()))
        try:
            receipt = await super().send(outgoing)
        finally:
            self.room.release()
        say("sent", outgoing.key, str(os.getpid()))
        return receipt


class Worker:
    """One process's core: everything of Hubbub between the networks and the database."""

    def __init__(self, url: str, ledger: str) -> None:
        self.name, self.clock = f"worker {os.getpid()}", SystemClock()
        self.writer = Writer(Database(url, clock=self.clock))
        self.room = asyncio.Semaphore(AT_ONCE)
        self.networks = [self._network(like, ledger) for like in Like]
        self.postman = Postman(
            writer=self.writer,
            adapters={("sandbox", one.account): one for one in self.networks},
            clock=self.clock,
            owner=self.name,
            finish=lambda _session, _delivery, content: content,
            terms=Terms(lease=LEASE),
            send_timeout=SEND_TIMEOUT,
        )
        self.listening = Listening(self.writer, self.clock, self.name, SPEAK, lease=LEASE)

    def _network(self, like: Like, ledger: str) -> Watched:
        settings = SandboxSettings(account=like.value, like=like, ledger=ledger)
        network = Watched(settings, self.clock)
        network.room = self.room
        return network

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            loops = (
                self.listening.run(),
                self.postman.run(),
                telling.run(self.writer, SPEAK),
            )
            tasks = [group.create_task(loop) for loop in loops]
            yield
            for task in tasks:
                task.cancel()

    async def work(self) -> None:
        async with self.running():
            number = 0
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(NOTHING_HAPPENS):
                        await self.room.acquire()
                number += 1
                if not await self._is_taken(number):
                    await asyncio.sleep(NOTHING_HAPPENS)

    async def feed(self, number: int) -> None:
        """Something is said (and told to us twice), posted, or decided."""
        network = self.networks[number % len(self.networks)]
        key = f"{self.name.replace(' ', '-')}:{number}"
        if number % 5 == 4:
            await self.writer.run(lambda session: self._post(session, network.account, key))
            say("took", key)
        else:
            event = network.event(SAID[number % len(SAID)], author=f"P{number % 40}", key=key)
            for _ in range(1 + number % 2):
                await self.writer.run(lambda session: receive(session, [event]))
                say("took", key)
        if number % 11 == 0:
            with suppress(Conflict):
                await self.writer.run(decide_one)

    def _post(self, session: Session, account: str, key: str) -> None:
        channel = ensure(session, network="sandbox", account=account, remote_id="square")
        enqueue(
            session,
            key=key,
            channel=channel,
            action=Action.PUBLISH,
            content=Content(text=f"News {key}"),
            about=About.POST,
        )

    async def endure(self) -> None:
        """A little of everything; what is not taken is said again, until it is."""
        for number in range(1, A_LITTLE + 1):
            async with asyncio.timeout(HEALS_WITHIN):
                while not await self._is_taken(number):
                    await self.clock.sleep(NOTHING_HAPPENS)
        await self.rest()

    async def _is_taken(self, number: int) -> bool:
        try:
            await self.feed(number)
        except DatabaseUnavailable:
            return False
        return True

    async def rest(self) -> None:
        """Until nothing is left to read, to tell or to send."""
        async with self.running():
            with self.writer.news.listening("outbox", "inbox", "cases") as listener:
                while await asyncio.to_thread(self._is_busy):
                    await listener.next(timeout=0.2)
        say("rested")

    def _is_busy(self) -> bool:
        under_way = (DeliveryState.PENDING, DeliveryState.SENDING)
        with suppress(DatabaseUnavailable), self.writer.database.reading() as session:
            return any(
                session.scalar(sa.select(kind.id).where(which).limit(1))
                for kind, which in (
                    (Event, Event.state == EventState.NEW),
                    (Decision, Decision.told_at.is_(None)),
                    (Delivery, Delivery.state.in_(under_way)),
                )
            )
        return True


def decide_one(session: Session) -> None:
    """A supplier accepts or finishes something."""
    case = session.scalar(
        sa.select(Case)
        .where(Case.supplier_id.is_not(None), Case.state.in_((CaseState.OPEN, CaseState.ACCEPTED)))
        .order_by(Case.state.desc(), Case.id)
        .limit(1)
    )
    if case is not None:
        act = Act.ACCEPT if case.state is CaseState.OPEN else Act.DELIVER
        decide(session, case, act, by="supplier:Alba Ltd")


def many_posts(session: Session) -> None:
    """Guards against bursts rest here: they would only make the test wait."""
    for like in Like:
        ensure(session, network="sandbox", account=like.value, remote_id="square")
    session.execute(sa.update(Channel).values(burst_most=1_000_000))


async def live(task: str, url: str, ledger: str) -> None:
    worker = Worker(url, ledger)
    tasks = {"work": worker.work, "rest": worker.rest, "endure": worker.endure}
    with worker.writer:
        await tasks[task]()


def main() -> None:
    set_up(level="error")
    understand("Hello!")  # loaded once: the forks have it
    # A storm that mostly waits shows little.
    settling._FIRST_WAIT = LEASE / 4
    engine._MOST_IDLE = "1s"
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need no funeral
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                if line == "endure\n":
                    signal.sigwait({signal.SIGUSR1})
                asyncio.run(live(line.strip(), *sys.argv[1:]))
            except BaseException:
                say("died", repr(traceback.format_exc()))
            os._exit(0)
        say("born", str(pid))


if __name__ == "__main__":
    main()

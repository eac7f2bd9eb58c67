"""Adapters run where their account is owned, and nowhere else."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest

from adapters.sandbox import Sandbox, SandboxSettings
from bot.clock import FrozenClock
from bot.db import Writer
from bot.networks import Health
from bot.networks.port import Event
from bot.processes import Me, Part
from bot.processes.presence import AsToldByItsOwner, Presence
from bot.supervisor import Supervisor

LEASE = timedelta(seconds=20)
KEY = ("sandbox", "sandbox")
OK, OFF = Health.OK, Health.OFF


class One:
    """A process with its own end of the sandbox network."""

    def __init__(self, name: str, writer: Writer, clock: FrozenClock, *, shared: bool = False):
        self.heard: list[Event] = []
        self.network = Sandbox(SandboxSettings(), clock)
        self.presence = Presence(
            writer=writer,
            clock=clock,
            me=Me(name=name, part=Part.CONNECT, key="k", started_at=clock.now()),
            adapters={KEY: self.network},
            shared=[KEY] if shared else [],
            supervisor=Supervisor(clock),
            receive=self._receive,
            lease=LEASE,
        )
        self.seen = AsToldByItsOwner(self.network, self.presence)

    async def _receive(self, events: Sequence[Event]) -> int:
        self.heard += events
        return len(events)

    async def beat(self) -> Health:
        """Gives whether it listens now."""
        await self.presence._beat()
        for _ in range(10):  # what was started or cancelled gets its turn
            await asyncio.sleep(0)
        return self.network.health()[0]

    def holds(self) -> bool:
        return self.presence.holds(KEY)


@pytest.fixture
async def pair(writer: Writer, clock: FrozenClock) -> AsyncIterator[tuple[One, One]]:
    ada, bo = One("ada", writer, clock), One("bo", writer, clock)
    yield ada, bo
    await ada.presence.leave()
    await bo.presence.leave()


async def test_one_listens_and_the_other_stands_by(pair: tuple[One, One]) -> None:
    ada, bo = pair
    assert [await ada.beat(), await bo.beat()] == [OK, OFF]
    await ada.network.say("Hello!")
    assert len(ada.heard) == 1
    assert (ada.holds(), bo.holds()) == (True, False)


async def test_pages_of_every_process_say_what_the_owner_says(pair: tuple[One, One]) -> None:
    ada, bo = pair
    assert bo.seen.health()[0] is OFF
    for _ in range(2):  # what it says follows with the next beat
        await ada.beat()
    await bo.beat()
    assert bo.seen.health() == ada.network.health() == (OK, "The sandbox listens.")


async def test_who_was_frozen_knows_by_its_own_clock_and_hangs_up_with_the_next_beat(
    pair: tuple[One, One], clock: FrozenClock
) -> None:
    ada, bo = pair
    await ada.beat()
    clock.advance(LEASE)
    assert not ada.holds()
    assert await bo.beat() is OK
    assert await ada.beat() is OFF
    clock.advance(LEASE)
    assert await ada.beat() is OK, "and may own it again later"


async def test_without_a_database_it_listens_until_its_lease_ends(
    pair: tuple[One, One], writer: Writer, clock: FrozenClock
) -> None:
    ada, _ = pair
    await ada.beat()
    writer.stop()
    clock.advance(LEASE * 0.9)
    assert await ada.beat() is OK
    clock.advance(LEASE * 0.2)
    assert await ada.beat() is OFF


async def test_who_leaves_lets_the_other_begin_at_once(pair: tuple[One, One]) -> None:
    ada, bo = pair
    await ada.beat()
    await ada.presence.leave()
    assert ada.network.health()[0] is OFF
    assert await bo.beat() is OK


async def test_the_other_is_woken_when_one_leaves(pair: tuple[One, One], writer: Writer) -> None:
    ada, bo = pair
    await ada.beat()
    waiting = asyncio.create_task(bo.presence.run())
    await ada.presence.leave()
    with writer.news.listening("processes") as listener:
        async with asyncio.timeout(10):
            while not bo.holds():
                await listener.next(timeout=0.05)
    waiting.cancel()


async def test_an_account_that_needs_no_owner_is_everybodys(
    writer: Writer, clock: FrozenClock
) -> None:
    for name in ("ada", "bo"):
        one = One(name, writer, clock, shared=True)
        assert one.holds()
        assert await writer.run(one.presence.confirmed) == {KEY}

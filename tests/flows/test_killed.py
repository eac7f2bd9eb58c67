"""Killed at any moment under load, Hubbub loses nothing and says nothing twice.

Real processes on a real database, the network's ledger in a process of its own. Two workers run
at any time; twenty times one of them is killed, wherever it happens to be.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from adapters.sandbox import entries_in
from bot.channels.models import Channel
from bot.channels.service import ensure
from bot.db import Database, Session, Writer
from bot.inbox.models import Event, EventState
from bot.outbox.models import Delivery, DeliveryState
from bot.suppliers.partners import add_supplier
from tests import databases, rooms
from tests.flows.killed_worker import many_posts
from tests.suppliers import shop

ROOT = Path(__file__).resolve().parent.parent.parent
KILLS = 20
MOST_LINES = 60  # between two kills


@contextmanager
def running(*words: str) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(
        [sys.executable, "-m", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@dataclass
class Storm:
    """Workers that are born and killed, and what they said before."""

    nursery: "subprocess.Popen[bytes]"
    alive: list[int] = field(default_factory=list)
    took: set[str] = field(default_factory=set)

    def order(self, task: str) -> None:
        assert self.nursery.stdin
        self.nursery.stdin.write(f"{task}\n".encode())
        self.nursery.stdin.flush()
        while self.hear() != "born":
            pass

    def hear(self) -> str:
        """The next thing that happens."""
        assert self.nursery.stdout
        line = self.nursery.stdout.readline().decode()
        assert line.endswith("\n"), "the workers' parent has died"
        what, _, about = line.strip().partition(" ")
        if what == "born":
            self.alive.append(int(about))
        elif what == "took":
            self.took.add(about)
        return what

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        self.alive.remove(pid)


def open_shop(database: Database) -> None:
    """With a supplier whose letters go to a network where only looking tells what was sent."""

    def command(session: Session) -> None:
        shop.open_shop(session)
        many_posts(session)
        alba = add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])
        office = ensure(session, network="sandbox", account="facebook", remote_id="alba")
        alba.channel_id = office.id

    with Writer(database) as writer:
        writer.run_blocking(command)


def weather(url: str, ledger: str, chance: Random) -> set[str]:
    """Kill twenty workers, then let one finish; gives the keys that were acknowledged."""
    with running("tests.flows.killed_worker", url, ledger) as nursery:
        storm = Storm(nursery)
        try:
            storm.order("work")
            for _ in range(KILLS):
                storm.order("work")
                for _ in range(chance.randint(1, MOST_LINES)):
                    storm.hear()
                storm.kill(chance.choice(storm.alive))
            storm.order("rest")
            storm.kill(storm.alive[0])  # the last who feeds
            while storm.hear() != "rested":
                pass
        finally:
            for pid in storm.alive:
                with_luck_dead(pid)
    return storm.took


def with_luck_dead(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


@pytest.fixture(params=databases.ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database as a shop has it: what is committed is on the disk."""
    if request.param == "sqlite":
        yield databases.sqlite_url(tmp_path)
    else:
        with databases.postgresql(durable=True) as server, databases.fresh_database(server) as url:
            yield url


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = rooms.open_database(url)
    open_shop(database)
    yield database
    database.close()


def test_nothing_is_lost_and_nothing_comes_twice(
    database: Database, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sent.jsonl"
    with running("adapters.sandbox.ledger", "--file", str(file)) as ledger:
        assert ledger.stdout
        address = ledger.stdout.readline().decode().strip()
        took = weather(url, address, Random(2))
    there = Counter(entry.key for entry in entries_in(file))
    with database.reading() as session:
        events = session.scalars(sa.select(Event)).all()
        deliveries = session.execute(
            sa.select(Delivery, Channel.account).join(Channel, Channel.id == Delivery.channel_id)
        ).all()
    states = {row.key: row.state for row, _ in deliveries}
    unknown = {row.key: account for row, account in deliveries if row.state == "unknown"}

    known = Counter(event.dedupe_key for event in events)
    assert took - set(known) - set(states) == set(), "what was acknowledged is there"
    assert set(known.values()) == {1}
    assert {event.state for event in events} == {EventState.DONE}
    assert {key: times for key, times in there.items() if times > 1} == {}, "nothing twice"
    assert set(states.values()) <= {DeliveryState.SENT, DeliveryState.UNKNOWN}
    assert {key for key, state in states.items() if state == "sent"} <= set(there), "nothing lost"
    assert set(there) <= set(states), "nothing that nobody asked for"
    assert set(unknown.values()) <= {"telegram"}
    with capsys.disabled():
        arrived = sum(key in there for key in unknown)
        sys.stdout.write(
            f"\n{database.url.get_backend_name()}: after {KILLS + 1} kills {len(events)} events"
            f" ({len(took)} things acknowledged) and {len(states)} deliveries: none lost, none"
            f" twice, {len(unknown)} unknown and listed, of which {arrived} had arrived.\n"
        )

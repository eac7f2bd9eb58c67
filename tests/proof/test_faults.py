"""Every outbound call of a whole circle fails once, each in turn, in every way a wire can fail."""

import asyncio
import os
import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapters.sandbox import Ledger, Like, Sandbox, SandboxSettings
from adapters.sandbox.ledger import address_of, serve
from bot.channels.models import Channel
from bot.channels.service import ensure
from bot.clock import FrozenClock
from bot.db import Database, Session, Writer
from bot.engagement.listening import Listening
from bot.engagement.telling import Voices, tell_all
from bot.inbox.service import receive
from bot.networks import Action, Content, Settle
from bot.outbox.models import About, Delivery, DeliveryState
from bot.outbox.postman import Postman
from bot.outbox.service import enqueue
from tests import databases, rooms
from tests.proof.audit import open_shop
from tests.proof.wire import FAULTS, Wire, laid
from tests.proof.worker import decide_one

# The first call that fails, and how many of those after it are left out; `make fault-test`: none.
EVERY = int(os.environ.get("HUBBUB_TEST_EVERY", "5"))
SPEAK = Voices(languages=("en",), shop="Willow & Wren")
SAID = "please make the lid of the brew kettle dishwasher-safe"


class Circle:
    """A post on each network, somebody's answer there, the partner's word, and all that follows."""

    def __init__(self, writer: Writer, clock: FrozenClock, address: str) -> None:
        self.writer, self.clock = writer, clock
        self.networks = [
            Sandbox(SandboxSettings(account=like.value, like=like, ledger=address), clock)
            for like in Like
        ]
        self.listening = Listening(writer, clock, "me", SPEAK)
        self.postman = Postman(
            writer=writer,
            adapters={("sandbox", one.account): one for one in self.networks},
            clock=clock,
            owner="me",
            finish=lambda _session, _delivery, content: content,
            send_timeout=1.0,
        )

    async def walk(self) -> None:
        await self.writer.run(self._speak)
        await self._rest()
        await self.writer.run(decide_one)
        await self._rest()

    def _speak(self, session: Session) -> None:
        for network in self.networks:
            enqueue(
                session,
                key=f"post:{network.account}",
                channel=ensure(
                    session, network="sandbox", account=network.account, remote_id="square"
                ),
                action=Action.PUBLISH,
                content=Content(text="What would make it better?"),
                about=About.POST,
            )
            receive(session, [network.event(SAID, author=network.account, key=network.account)])

    async def _rest(self) -> None:
        for _ in range(3):
            await self.listening.read_new()
            await tell_all(self.writer, SPEAK)
            while await self.postman.deliver_due():
                pass
            self.clock.advance(timedelta(minutes=16))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    database = rooms.open_database(databases.sqlite_url(folder), FrozenClock(rooms.START))
    open_shop(database)
    database.close()
    return next(folder.glob("*.db"))


@pytest.mark.parametrize("fault", FAULTS)
async def test_whichever_call_fails_all_is_said_once(
    fault: str, shop: Path, tmp_path: Path
) -> None:
    """The n-th call meets the fault, for every n until a clean run."""
    failed, at = 0, FAULTS.index(fault) % EVERY
    while await one_walk(fault, at, shop, tmp_path):
        failed, at = failed + 1, at + EVERY
    assert failed > 1


async def one_walk(fault: str, at: int, shop: Path, folder: Path) -> bool:
    """Whether so many calls were made at all."""
    file = folder / f"{at}.db"
    shutil.copy(shop, file)
    clock = FrozenClock(rooms.START)
    database = Database(f"sqlite:///{file}", clock=clock)
    book = Ledger()
    server = await serve(book)
    wire = Wire(address_of(server), fault, at)
    async with server, laid(wire) as address:
        with Writer(database) as writer:
            await asyncio.wait_for(Circle(writer, clock, address).walk(), 60)
    there = Counter(entry.key for entry in await book.entries())
    with database.reading() as session:
        rows = session.execute(
            sa.select(Delivery, Channel.account).join(Channel, Channel.id == Delivery.channel_id)
        ).all()
    database.close()
    assert len(rows) == 4 + 4 + 1 + 4, "posts, answers, the letter to the partner, its word"
    for row, account in rows:
        if row.state is DeliveryState.UNKNOWN:
            assert Like(account).capabilities.settle is Settle.ASK, f"call {at}"
            assert row.note and there[row.key] <= 1, f"call {at}"
        else:
            assert row.state is DeliveryState.SENT, f"call {at}: {row.key} {row.note}"
            assert there[row.key] == 1, f"call {at}: {row.key}"
    return wire.calls > at

"""Whatever goes wrong there: said once, heard once, alive, and the next event still arrives."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapters.telegram.adapter import Telegram
from adapters.telegram.client import patience
from bot.db import Database, Session, Writer
from bot.db.upgrade import upgrade
from bot.errors import OutcomeUnknown, RateLimited, Unauthorized, Unavailable
from bot.inbox.models import Event, EventState
from bot.inbox.service import receive_together
from bot.networks import Action, Health
from bot.networks.port import Event as Incoming
from tests.adapters.ear import Ear, wait_for
from tests.adapters.telegram.conftest import build, listening, outgoing
from tests.stand_ins.faults import Fault
from tests.stand_ins.telegram import TelegramStandIn

SURELY_NOT, SURELY_LATER, UNCLEAR = Unauthorized, RateLimited, OutcomeUnknown

# What a send says to it, and how often it is seen there at once.
OF_SENDS = [
    (Fault.RATE_LIMITED, SURELY_LATER, 0),
    (Fault.RATE_LIMITED_SILENTLY, SURELY_LATER, 0),
    (Fault.FAILED, UNCLEAR, 0),
    (Fault.FAILED_THOUGH_DONE, UNCLEAR, 1),
    (Fault.TIMED_OUT, UNCLEAR, 0),
    (Fault.TIMED_OUT_THOUGH_DONE, UNCLEAR, 1),
    (Fault.BROKEN_JSON, UNCLEAR, 1),
    (Fault.FIELD_MISSING, UNCLEAR, 1),
    (Fault.TOKEN_EXPIRED, SURELY_NOT, 0),
]
OF_EVENTS = [Fault.EVENT_TWICE, Fault.EVENTS_REORDERED, Fault.EVENT_BROKEN, Fault.DISCONNECTED]


def test_every_fault_of_the_network_is_tried() -> None:
    assert {fault for fault, _, _ in OF_SENDS} | set(OF_EVENTS) == TelegramStandIn.faults


@pytest.mark.parametrize(("fault", "error", "seen"), OF_SENDS, ids=[str(f[0]) for f in OF_SENDS])
async def test_a_send_that_goes_wrong_says_what_is_known(
    server: TelegramStandIn, ear: Ear, fault: Fault, error: type[Exception], seen: int
) -> None:
    adapter = build(server, timeout_seconds=0.2)
    async with listening(adapter, ear):
        server.fail(fault)
        with pytest.raises(error) as raised:
            await adapter.send(outgoing("Which lid?"))
        assert [one.text for one in server.shown()] == ["Which lid?"] * seen
        assert "stand-in-token" not in str(raised.value)
        said = await server.say("After the fault")
        await ear.until(lambda one: one.message == said)
        await adapter.send(outgoing("Still here"))
    assert server.shown()[-1].text == "Still here"


async def test_how_long_to_wait_is_what_telegram_asks(
    server: TelegramStandIn, adapter: Telegram
) -> None:
    for fault, seconds in ((Fault.RATE_LIMITED, 1), (Fault.RATE_LIMITED_SILENTLY, 30)):
        server.fail(fault)
        with pytest.raises(RateLimited) as limited:
            await adapter.send(outgoing())
        assert limited.value.retry_after.total_seconds() == seconds


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (b'{"parameters": {"retry_after": 7}}', 7),
        (b'{"parameters": {"retry_after": 0}}', 1),
        (b'{"parameters": {"retry_after": -5}}', 1),
        (b'{"parameters": {"retry_after": 1e300}}', 86_400),
        (b'{"parameters": {"retry_after": Infinity}}', 86_400),
        (b'{"parameters": {"retry_after": NaN}}', 30),
        (b'{"parameters": {"retry_after": "soon"}}', 30),
        (b'{"parameters": []}', 30),
        (b"<html>slow down</html>", 30),
        (b"[" * 100_000, 30),
        (b"", 30),
    ],
)
def test_an_absurd_time_to_wait_is_not_believed(said: bytes, seconds: float) -> None:
    assert patience(said) == seconds


async def test_what_may_be_done_twice_is_never_of_unknown_outcome(
    server: TelegramStandIn, adapter: Telegram
) -> None:
    said = await server.say("Buy my pills")
    server.fail(Fault.FAILED_THOUGH_DONE)
    with pytest.raises(Unavailable):
        await adapter.send(outgoing(action=Action.DELETE, target=said))
    await adapter.send(outgoing(action=Action.DELETE, target=said))


async def test_where_nobody_answers_nothing_was_sent(server: TelegramStandIn) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        adapter = build(server, api_base=f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(Unavailable):
            await adapter.send(outgoing())
        with pytest.raises(Unavailable):
            await adapter.run(Ear().receive)
    health, says = adapter.health()
    assert health is Health.OFF
    assert "can't be reached" in says


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    database = Database(f"sqlite:///{tmp_path}/hubbub.db")
    await asyncio.to_thread(upgrade, database)
    with Writer(database) as writer:
        yield writer
    database.close()


@pytest.mark.parametrize("fault", OF_EVENTS, ids=str)
async def test_every_event_is_kept_once_and_what_nobody_can_read_too(
    server: TelegramStandIn, adapter: Telegram, writer: Writer, fault: Fault
) -> None:
    class Inbox(Ear):
        async def receive(self, events: Sequence[Incoming]) -> int:
            await super().receive(events)
            return await writer.run_together(receive_together, events)

    inbox = Inbox()
    async with listening(adapter, inbox):
        await wait_for(lambda: bool(server.called("getUpdates")))
        server.fail(fault)
        first = await server.say("one")
        second = await server.say("two")
        third = await server.say("three")
        for said in (first, second, third):
            await inbox.until(lambda one, said=said: one.message == said)  # type: ignore[misc]  # lambda defaults
        await wait_for(lambda: not server.chats.updates)  # all are acknowledged

    def kept(session: Session) -> list[tuple[EventState, str | None]]:
        rows = session.scalars(sa.select(Event).order_by(Event.id))
        return [(row.state, row.details.get("message")) for row in rows]

    rows = await writer.run(kept)
    assert sorted(id for _, id in rows if id) == sorted([first, second, third])
    quarantined = [row for row in rows if row[0] is EventState.QUARANTINED]
    assert len(quarantined) == (fault is Fault.EVENT_BROKEN)


async def test_what_could_not_be_stored_is_told_again(
    server: TelegramStandIn, adapter: Telegram, ear: Ear
) -> None:
    failed = asyncio.Event()

    class Full(Ear):
        async def receive(self, events: Sequence[Incoming]) -> int:
            if not failed.is_set():
                failed.set()
                raise Unavailable("the disk is full")
            return await super().receive(events)

    full = Full()
    async with listening(adapter, full):
        said = await server.say("Do not lose me")
        await full.until(lambda one: one.message == said)
    assert failed.is_set()
    assert len(full.heard) == 1


async def test_another_program_with_the_token_is_said_to_be_there(
    server: TelegramStandIn, adapter: Telegram, ear: Ear
) -> None:
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        server.methods.webhook["url"] = "https://elsewhere.example"
        await wait_for(lambda: "same token" in adapter.health()[1])
        said = await server.say("Anybody there?")
        await ear.until(lambda one: one.message == said)  # the other's webhook is taken away
    assert server.called("deleteWebhook")


async def test_a_token_that_is_taken_back_ends_the_connection(server: TelegramStandIn) -> None:
    adapter = build(server, token="123456:an-old-token")
    with pytest.raises(Unauthorized, match="BotFather"):
        await adapter.run(Ear().receive)
    assert adapter.health()[0] is Health.OFF

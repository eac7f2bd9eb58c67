"""Whatever goes wrong there: said once, heard once, alive, and the next event still arrives."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapters.discord.adapter import Discord
from adapters.discord.client import patience
from bot.db import Database, Session, Writer
from bot.db.upgrade import upgrade
from bot.errors import (
    DatabaseUnavailable,
    OutcomeUnknown,
    RateLimited,
    Unauthorized,
    Unavailable,
)
from bot.inbox.models import Event, EventState
from bot.inbox.service import receive_together
from bot.networks import Action, Health
from bot.networks.port import Event as Incoming
from tests.adapters.discord.conftest import build, listening, outgoing
from tests.adapters.ear import Ear, wait_for
from tests.stand_ins.discord import DiscordStandIn
from tests.stand_ins.discord.guild import FORUM, snowflake
from tests.stand_ins.faults import Fault

# What a send says to it, and how often it is seen there at once.
OF_SENDS = [
    (Fault.RATE_LIMITED, RateLimited, 0),
    (Fault.RATE_LIMITED_SILENTLY, RateLimited, 0),
    (Fault.FAILED, OutcomeUnknown, 0),
    (Fault.FAILED_THOUGH_DONE, OutcomeUnknown, 1),
    (Fault.TIMED_OUT, OutcomeUnknown, 0),
    (Fault.TIMED_OUT_THOUGH_DONE, OutcomeUnknown, 1),
    (Fault.BROKEN_JSON, OutcomeUnknown, 1),
    (Fault.FIELD_MISSING, OutcomeUnknown, 1),
    (Fault.TOKEN_EXPIRED, Unauthorized, 0),
]
OF_EVENTS = [
    Fault.EVENT_TWICE,
    Fault.EVENTS_REORDERED,
    Fault.EVENT_BROKEN,
    Fault.DISCONNECTED,
    Fault.SESSION_LOST,
]


def test_every_fault_of_the_network_is_tried() -> None:
    assert {fault for fault, _, _ in OF_SENDS} | set(OF_EVENTS) == DiscordStandIn.faults


@pytest.mark.parametrize(("fault", "error", "seen"), OF_SENDS, ids=[str(f[0]) for f in OF_SENDS])
async def test_a_send_that_goes_wrong_says_what_is_known_and_once_more_is_no_second(
    server: DiscordStandIn, ear: Ear, fault: Fault, error: type[Exception], seen: int
) -> None:
    adapter = build(server, timeout_seconds=0.3)
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        server.fail(fault)
        with pytest.raises(error) as raised:
            await adapter.send(outgoing("Which lid?"))
        assert [one.text for one in server.shown()] == ["Which lid?"] * seen
        assert "stand-in" not in str(raised.value)
        said = await server.say("After the fault")
        await ear.until(lambda one: one.message == said)
        receipt = await adapter.send(outgoing("Which lid?"))
    assert [one.id for one in server.shown()] == [receipt.message]


@pytest.mark.parametrize("fault", [one[0] for one in OF_SENDS], ids=str)
async def test_a_forums_post_that_goes_wrong_is_there_once_in_the_end(
    server: DiscordStandIn, fault: Fault
) -> None:
    """It has no nonce, so it is looked for."""
    adapter = build(server, timeout_seconds=0.3)
    server.fail(fault)
    with pytest.raises((RateLimited, OutcomeUnknown, Unauthorized)):
        await adapter.send(outgoing("Which lid?", channel=FORUM))
    receipt = await adapter.send(outgoing("Which lid?", channel=FORUM))
    assert [one.id for one in server.shown()] == [receipt.message]


@pytest.mark.parametrize("fault", [Fault.FAILED, Fault.FAILED_THOUGH_DONE, Fault.RATE_LIMITED])
async def test_each_call_leaves_once(server: DiscordStandIn, fault: Fault) -> None:
    """The library by itself would sleep, and try four times more."""
    adapter = build(server, timeout_seconds=5)
    server.fail(fault)
    with pytest.raises((OutcomeUnknown, RateLimited)):
        await adapter.send(outgoing("Which lid?", channel=FORUM))
    assert len(server.called("POST", "/threads")) == 1


async def test_how_long_to_wait_is_what_discord_asks(
    server: DiscordStandIn, adapter: Discord
) -> None:
    for fault, seconds in ((Fault.RATE_LIMITED, 2), (Fault.RATE_LIMITED_SILENTLY, 30)):
        server.fail(fault)
        with pytest.raises(RateLimited) as limited:
            await adapter.send(outgoing())
        assert limited.value.retry_after.total_seconds() == seconds


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7), ("0", 1), ("-5", 1), ("1e300", 3600), ("nan", 30), ("soon", 30), ("", 30)],
)
def test_an_absurd_time_to_wait_is_not_believed(said: str, seconds: float) -> None:
    assert patience({"Retry-After": said}) == seconds


async def test_whoever_waits_too_long_for_a_turn_has_said_nothing(server: DiscordStandIn) -> None:
    """The library waits by itself where Discord says that no more calls are left."""
    adapter = build(server, timeout_seconds=0.3)
    async with listening(adapter, Ear()):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        await adapter.send(outgoing("First", key="1"))
        server.limits = {
            "X-RateLimit-Limit": "5",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset-After": "20",
            "X-RateLimit-Bucket": "b",
        }
        second = asyncio.create_task(adapter.send(outgoing("Second", key="2")))
        await wait_for(lambda: len(server.shown()) == 2)
        with pytest.raises(RateLimited, match="turn"):
            await adapter.send(outgoing("Third", key="3"))
        with pytest.raises(OutcomeUnknown):  # it is there, and the library still waits
            await second
    assert [one.text for one in server.shown()] == ["First", "Second"]


@pytest.mark.parametrize("action", [Action.EDIT, Action.DELETE, Action.HIDE])
async def test_what_may_be_done_twice_is_never_of_unknown_outcome(
    server: DiscordStandIn, adapter: Discord, action: Action
) -> None:
    post = (await adapter.send(outgoing("A lit"))).message
    server.fail(Fault.FAILED_THOUGH_DONE)
    with pytest.raises(Unavailable):
        await adapter.send(outgoing("A lid", action=action, target=post))
    await adapter.send(outgoing("A lid", action=action, target=post))


async def test_where_nobody_answers_nothing_was_sent(server: DiscordStandIn) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        adapter = build(server, api_base=address)
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
    server: DiscordStandIn, adapter: Discord, writer: Writer, fault: Fault
) -> None:
    class Inbox(Ear):
        async def receive(self, events: Sequence[Incoming]) -> int:
            await super().receive(events)
            return await writer.run_together(receive_together, events)

    inbox = Inbox()
    async with listening(adapter, inbox):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        server.fail(fault)
        first = await server.say("one")
        second = await server.say("two")
        third = await server.say("three")
        for said in (first, second, third):
            await inbox.until(lambda one, said=said: one.message == said)  # type: ignore[misc]  # lambda defaults
        fourth = await server.say("four")
        await inbox.until(lambda one: one.message == fourth)

    def kept(session: Session) -> list[tuple[EventState, str | None]]:
        rows = session.scalars(sa.select(Event).order_by(Event.id))
        return [(row.state, row.details.get("message")) for row in rows]

    rows = await writer.run(kept)
    assert sorted(id for _, id in rows if id) == sorted([first, second, third, fourth])
    quarantined = [row for row in rows if row[0] is EventState.QUARANTINED]
    assert len(quarantined) == (fault is Fault.EVENT_BROKEN)
    assert len(server.gateway.identified) == 1 + (fault is Fault.SESSION_LOST)
    assert bool(server.gateway.resumed) == (fault is Fault.DISCONNECTED)


async def test_what_is_no_json_costs_the_connection_and_no_message(
    server: DiscordStandIn, adapter: Discord, ear: Ear
) -> None:
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        await server.babble()
        said = await server.say("Still there?")
        await ear.until(lambda one: one.message == said)
    assert len(server.gateway.identified) == 2
    assert len(ear.heard) == 1


async def test_what_was_said_while_we_were_down_is_read_in_the_history(
    server: DiscordStandIn, adapter: Discord, ear: Ear
) -> None:
    said = [await server.say(f"Number {at}") for at in range(205)]
    async with listening(adapter, ear):
        await ear.until(lambda one: one.message == said[-1])
    assert [one.message for one in ear.heard] == said


async def test_what_was_said_in_a_server_before_we_came_there_is_not_read(
    server: DiscordStandIn, adapter: Discord, ear: Ear
) -> None:
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        told = server.guild.told()
        lately = {**told["channels"][0], "last_message_id": snowflake()}
        server.happen("GUILD_CREATE", {**told, "id": "77", "channels": [lately]})
        said = await server.say("After")
        await ear.until(lambda one: one.message == said)
    assert server.called("GET", "/messages") == []


async def test_without_catching_up_the_history_is_left_alone(
    server: DiscordStandIn, ear: Ear
) -> None:
    await server.say("Long ago")
    adapter = build(server, catch_up_minutes=0)
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        said = await server.say("Now")
        await ear.until(lambda one: one.message == said)
    assert len(ear.heard) == 1
    assert server.called("GET", "/messages") == []


async def test_what_could_not_be_stored_is_told_again(
    server: DiscordStandIn, adapter: Discord
) -> None:
    failed = asyncio.Event()

    class Full(Ear):
        async def receive(self, events: Sequence[Incoming]) -> int:
            if not failed.is_set():
                failed.set()
                raise DatabaseUnavailable
            return await super().receive(events)

    full = Full()
    async with listening(adapter, full):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        said = await server.say("Do not lose me")
        await full.until(lambda one: one.message == said)
    assert len(full.heard) == 1
    assert len(server.gateway.identified) == 1


async def test_what_was_heard_and_not_stored_outlives_the_connection(
    server: DiscordStandIn, ear: Ear
) -> None:
    adapter = build(server, catch_up_minutes=0)

    async def never(events: Sequence[Incoming]) -> int:
        held.set()
        await asyncio.Event().wait()
        return 0

    held = asyncio.Event()
    listens = asyncio.create_task(adapter.run(never))
    await wait_for(lambda: adapter.health()[0] is Health.OK)
    said = await server.say("Do not lose me")
    await held.wait()
    listens.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listens
    async with listening(adapter, ear):
        await ear.until(lambda one: one.message == said)


async def test_a_missing_intent_is_named(server: DiscordStandIn, adapter: Discord) -> None:
    server.gateway.refuses = 4014
    with pytest.raises(Unavailable, match="Message Content Intent"):
        await adapter.run(Ear().receive)
    health, says = adapter.health()
    assert health is Health.OFF
    assert "Developer Portal" in says
    server.gateway.refuses = 0
    ear = Ear()
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)


@pytest.mark.parametrize("at_the_gateway", [False, True])
async def test_a_refused_token_is_tried_once(
    server: DiscordStandIn, ear: Ear, at_the_gateway: bool
) -> None:
    if at_the_gateway:
        server.gateway.token = "another"
        adapter = build(server)
    else:
        adapter = build(server, token="an-old-token")
    with pytest.raises(Unauthorized, match="Reset Token"):
        await adapter.run(ear.receive)
    asked = len(server.requests), len(server.gateway.identified)
    again = asyncio.create_task(adapter.run(ear.receive))
    done, _ = await asyncio.wait([again], timeout=0.2)
    assert not done
    assert (len(server.requests), len(server.gateway.identified)) == asked
    assert adapter.health() == (Health.OFF, adapter.health()[1])
    assert "Reset Token" in adapter.health()[1]
    again.cancel()
    with pytest.raises(asyncio.CancelledError):
        await again

"""Everything that goes wrong there: said once, heard once, alive, and what comes after arrives."""

import asyncio
from dataclasses import replace

import pytest

from bot.errors import (
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Unauthorized,
)
from bot.networks import Action, Health
from tests.adapters.discord.life import Bot, built, listening, outgoing, until
from tests.stand_ins.discord import CHANNEL, DiscordStandIn, running
from tests.stand_ins.faults import Fault

OUTCOMES: dict[Fault, type[NetworkError] | None] = {
    Fault.RATE_LIMITED: RateLimited,
    Fault.RATE_LIMITED_SILENTLY: RateLimited,
    Fault.FAILED: None,  # the library tries again, under the same nonce
    Fault.FAILED_THOUGH_DONE: None,
    Fault.TIMED_OUT: OutcomeUnknown,
    Fault.TIMED_OUT_THOUGH_DONE: OutcomeUnknown,
    Fault.BROKEN_JSON: OutcomeUnknown,
    Fault.FIELD_MISSING: OutcomeUnknown,
}
HEARING = (
    Fault.EVENT_TWICE,
    Fault.EVENTS_REORDERED,
    Fault.EVENT_BROKEN,
    Fault.DISCONNECTED,
    Fault.SESSION_LOST,
)


def test_every_fault_that_can_happen_here_is_tried(there: DiscordStandIn) -> None:
    assert {*OUTCOMES, *HEARING, Fault.TOKEN_EXPIRED} == there.faults


@pytest.mark.parametrize("fault", OUTCOMES, ids=lambda fault: fault.name)
async def test_a_send_that_goes_wrong_says_how_and_is_said_once(
    bot: Bot, there: DiscordStandIn, fault: Fault
) -> None:
    there.fail(fault)
    expected = OUTCOMES[fault]
    if expected is None:
        await bot.adapter.send(outgoing())
    else:
        with pytest.raises(expected):
            await bot.adapter.send(outgoing())
    receipt = await bot.adapter.send(outgoing())  # as the outbox settles it: the same key
    assert [shown.id for shown in there.shown()] == [receipt.message]
    await there.say("still there?")
    await bot.hears("still there?")


@pytest.mark.parametrize("fault", HEARING, ids=lambda fault: fault.name)
async def test_what_is_said_around_a_fault_is_heard_once(
    bot: Bot, there: DiscordStandIn, fault: Fault
) -> None:
    there.fail(fault)
    for text in ("one", "two"):
        await there.say(text)
        await bot.hears(text) if fault is not Fault.EVENTS_REORDERED else None
    await bot.hears("one")
    await bot.hears("two")
    assert [len(bot.heard(text)) for text in ("one", "two")] == [1, 1]
    assert bot.adapter.health()[0] is Health.OK
    if fault is Fault.DISCONNECTED:
        assert (there.identifies, there.resumes) == (1, 1)
    if fault is Fault.EVENT_BROKEN:  # kept for people to look at, and no connection was lost
        assert there.identifies == 1
        assert any(key.startswith("MESSAGE_CREATE:") for key in bot.inbox)


async def test_what_was_said_while_the_session_was_lost_is_read_back(
    bot: Bot, there: DiscordStandIn
) -> None:
    await there.say("before")
    await bot.hears("before")
    there.fail(Fault.SESSION_LOST)
    id = await there.say("while nobody listened")
    event = await bot.hears("while nobody listened")
    assert (event.message, event.dedupe_key, event.private) == (id, f"message:{id}", False)


async def test_what_was_said_before_a_start_is_read_back(there: DiscordStandIn) -> None:
    await there.say("while it was off")
    async with listening(there) as bot:
        event = await bot.hears("while it was off")
        assert event.channel == CHANNEL


async def test_an_expired_token_pauses_and_is_tried_once(there: DiscordStandIn) -> None:
    there.fail(Fault.TOKEN_EXPIRED)
    adapter = built(there)
    running = asyncio.create_task(adapter.run(Bot(adapter).receive))
    await until(lambda: "token" in adapter.health()[1])
    with pytest.raises(Unauthorized, match="token"):
        await adapter.send(outgoing())
    assert not running.done()
    assert len(there.requests) == 1
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(("code", "says"), [(4014, "Message Content Intent"), (4004, "token")])
async def test_a_refused_connection_says_what_to_do_and_is_tried_once(
    there: DiscordStandIn, code: int, says: str
) -> None:
    there.close_with = code
    adapter = built(there)
    running = asyncio.create_task(adapter.run(Bot(adapter).receive))
    await until(lambda: says in adapter.health()[1])
    assert adapter.health()[0] is Health.OFF
    assert (there.identifies, running.done()) == (1, False)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize("times", [2])
async def test_a_process_that_dies_before_it_knows_says_nothing_twice(times: int) -> None:
    """Everything in memory is dropped between Discord's acceptance and our COMMIT."""
    with running() as there:
        for number in range(times):
            said = outgoing(f"Post {number}", f"post:{number}")
            async with listening(there) as before:
                there.fail(Fault.TIMED_OUT_THOUGH_DONE)
                dying = asyncio.create_task(before.adapter.send(said))
                await until(lambda n=number: len(there.shown()) == n + 1)  # type: ignore[misc]  # lambda defaults
                dying.cancel()
                await asyncio.gather(dying, return_exceptions=True)
            async with listening(there) as after:
                receipt = await after.adapter.send(replace(said))
            assert there.shown()[-1].id == receipt.message
        assert len(there.shown()) == times


async def test_an_unknown_channel_is_refused_in_discords_words(bot: Bot) -> None:
    with pytest.raises(NetworkError, match="Unknown Channel"):
        await bot.adapter.send(outgoing(channel="5"))
    with pytest.raises(NetworkError, match="no id"):
        await bot.adapter.send(outgoing(channel="square", action=Action.PUBLISH))

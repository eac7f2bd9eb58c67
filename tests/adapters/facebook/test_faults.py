"""Whatever goes wrong: said once, heard once, alive, and what comes after it still arrives."""

import asyncio
from collections.abc import Callable
from time import time
from typing import Any

import pytest

from adapters.facebook.adapter import Facebook as Adapter
from bot.errors import NetworkError, OutcomeUnknown, RateLimited, Unauthorized
from bot.networks import Action, Health, Outgoing, Receipt
from tests.adapters.facebook.conftest import Build, Inbox
from tests.adapters.facebook.saying import say
from tests.stand_ins.facebook import Facebook
from tests.stand_ins.facebook.wall import id_of
from tests.stand_ins.faults import Fault

MEANS: dict[Fault, type[NetworkError]] = {
    Fault.RATE_LIMITED: RateLimited,
    Fault.RATE_LIMITED_SILENTLY: RateLimited,
    Fault.FAILED: OutcomeUnknown,
    Fault.FAILED_THOUGH_DONE: OutcomeUnknown,
    Fault.TIMED_OUT: OutcomeUnknown,
    Fault.TIMED_OUT_THOUGH_DONE: OutcomeUnknown,
    Fault.BROKEN_JSON: OutcomeUnknown,
    Fault.FIELD_MISSING: OutcomeUnknown,
    Fault.TOKEN_EXPIRED: Unauthorized,
}


async def until(true: Callable[[], Any], within: float = 20.0) -> None:
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110  # what happens in another thread sets no event here
            await asyncio.sleep(0.02)


async def settled(adapter: Adapter, outgoing: Outgoing, unknown: bool) -> Receipt:
    """As the outbox does: an unknown outcome is looked for before it is said again."""
    while True:
        if unknown and (found := await adapter.find(outgoing)):
            return found
        try:
            return await adapter.send(outgoing)
        except OutcomeUnknown:
            unknown = True
        except RateLimited as limit:
            # Where it names no time, we wait five minutes; the server would let us at once.
            await asyncio.sleep(min(limit.retry_after.total_seconds(), 0.4))


@pytest.fixture(params=[Action.PUBLISH, Action.REPLY, Action.DIRECT])
async def outgoing(request: pytest.FixtureRequest, webhook: Facebook) -> Outgoing:
    """Each way to say something, where it can be said."""
    if request.param is Action.PUBLISH:
        return say("Only once")
    if request.param is Action.DIRECT:
        await webhook.say("hello", private=True)
        return say("Only once", Action.DIRECT, recipient=id_of("ada"))
    post = await webhook.say("Do you ship?", author="ben")
    return say("Only once", Action.REPLY, thread=post, reply_to=post)


@pytest.mark.parametrize("fault", sorted(MEANS), ids=lambda fault: fault.name)
async def test_a_call_that_goes_wrong_says_it_once(
    webhook: Facebook, build: Build, inbox: Inbox, outgoing: Outgoing, fault: Fault
) -> None:
    adapter = build()
    webhook.fail(fault)
    with pytest.raises(MEANS[fault]):
        await adapter.send(outgoing)
    if fault is Fault.TOKEN_EXPIRED:
        before = len(webhook.requests)
        with pytest.raises(Unauthorized):
            await adapter.send(outgoing)
        assert len(webhook.requests) == before  # tried once, never again
        assert adapter.health()[0] is Health.OFF
        webhook.graph.expired = False
        assert (await adapter.examine())[0].health is Health.OK  # a person has looked
    receipt = await settled(adapter, outgoing, MEANS[fault] is OutcomeUnknown)
    assert [one.id for one in webhook.shown() if one.text == "Only once"] == [receipt.message]
    await webhook.say("after it", private=True)
    await until(lambda: "after it" in inbox.said)


@pytest.mark.parametrize(
    ("fault", "heard"),
    [
        (Fault.EVENT_TWICE, ["one", "two"]),
        (Fault.EVENTS_REORDERED, ["two", "one"]),
        (Fault.EVENT_BROKEN, ["one", "two"]),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
async def test_events_that_go_wrong_are_heard_once(
    webhook: Facebook, inbox: Inbox, fault: Fault, heard: list[str]
) -> None:
    webhook.fail(fault)
    await webhook.say("one", private=True)
    await webhook.say("two", private=True)
    await until(lambda: len(inbox.said) >= 2 and not webhook.calling.busy)
    assert inbox.said == heard


async def test_what_the_webhook_misses_is_read_from_the_page_and_is_an_alarm(
    webhook: Facebook, build: Build, inbox: Inbox
) -> None:
    adapter = build(grace_seconds=1.0)
    running = asyncio.create_task(adapter.run(inbox.receive))
    await until(lambda: adapter.health()[0] is Health.OK)
    post = await adapter.send(say())
    begun = int(time())  # Facebook tells whole seconds; what was said in this one was before us
    await until(lambda: int(time()) > begun)
    webhook.fail(Fault.WEBHOOK_SILENT)
    await webhook.say("nobody told you", reply_to=post.message)
    await until(lambda: "nobody told you" in inbox.said)
    health, says = adapter.health()
    assert health is Health.WARN
    assert "webhook missed 1" in says
    assert "Check that the app is Live" in says
    await webhook.say("this was told", reply_to=post.message)
    await until(lambda: adapter.health()[0] is Health.OK)  # it tells us things again
    assert sorted(inbox.said) == ["nobody told you", "this was told"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_every_fault_that_can_happen_there_is_in_these_tables() -> None:
    events = {
        Fault.EVENT_TWICE,
        Fault.EVENTS_REORDERED,
        Fault.EVENT_BROKEN,
        Fault.WEBHOOK_SILENT,
    }
    assert events | set(MEANS) == Facebook.faults

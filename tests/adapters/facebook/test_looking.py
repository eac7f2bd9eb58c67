"""Reading the Page for what the webhook missed, and reading back what we said."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from adapters.facebook.looking import Looking
from bot.clock import FrozenClock
from bot.errors import OutcomeUnknown
from bot.networks import Action, EventKind, InboundEvent
from tests.adapters.facebook.conftest import Build, Inbox
from tests.adapters.facebook.saying import MOVIE, say
from tests.stand_ins.facebook import Facebook
from tests.stand_ins.facebook.wall import id_of

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def still() -> FrozenClock:
    return FrozenClock(NOW)


def looking(build: Build, graph: Facebook, still: FrozenClock, **settings: object) -> Looking:
    adapter = build(clock=still, graph_base=graph.base, **{"grace_seconds": 180.0, **settings})
    return adapter._looking


async def test_what_is_read_has_the_keys_that_the_webhook_gives(
    webhook: Facebook, build: Build, inbox: Inbox
) -> None:
    post = await webhook.say("Do you ship?")
    comment = await webhook.say("to Austria", reply_to=post)
    await webhook.say("me too", reply_to=comment, author="ben")
    await webhook.say("who am I", reply_to=post, author="")
    await webhook.say("hello", private=True)
    async with asyncio.timeout(20):
        while len(inbox.events) < 5 or webhook.calling.busy:  # noqa: ASYNC110  # another thread
            await asyncio.sleep(0.01)
    told = dict(inbox.events)
    read = Inbox()
    await build(grace_seconds=0)._looking.look(read.receive)
    assert set(read.events) == set(told)
    for key, event in read.events.items():
        other = told[key]
        assert isinstance(event, InboundEvent) and isinstance(other, InboundEvent)
        assert event.kind is other.kind is EventKind.MESSAGE
        for name in ("text", "message", "reply_to", "thread", "conversation", "private"):
            assert getattr(event, name) == getattr(other, name), name
        assert (event.author and event.author.id) == (other.author and other.author.id)


async def test_the_webhook_has_its_time_before_anything_counts_as_missed(
    build: Build, inbox: Inbox, still: FrozenClock
) -> None:
    with Facebook(now=still.now) as graph:
        look = looking(build, graph, still)
        look.begin()
        await graph.say("Do you ship?")
        still.advance(MINUTE)
        await look.look(inbox.receive)
        assert (inbox.said, look.missed) == ([], 0)
        still.advance(3 * MINUTE)
        await look.look(inbox.receive)
        assert (inbox.said, look.missed) == (["Do you ship?"], 1)


async def test_what_was_said_while_we_were_away_is_no_fault_of_the_webhook(
    build: Build, inbox: Inbox, still: FrozenClock
) -> None:
    with Facebook(now=still.now) as graph:
        look = looking(build, graph, still)
        await graph.say("Are you there?")
        still.advance(timedelta(hours=3))
        look.begin()
        await look.look(inbox.receive)
        assert (inbox.said, look.missed, look.caught_up) == (["Are you there?"], 0, 1)


async def test_the_alarm_ends_when_the_webhook_tells_again(
    build: Build, inbox: Inbox, still: FrozenClock
) -> None:
    with Facebook(now=still.now) as graph:
        look = looking(build, graph, still)
        look.begin()
        await graph.say("missed")
        still.advance(4 * MINUTE)
        await look.look(inbox.receive)
        assert look.missed == 1
        still.advance(MINUTE)
        await look.look(inbox.receive)
        assert look.missed == 1  # nothing new was said: nothing is known
        await graph.say("told")
        other = looking(build, graph, still, grace_seconds=0.0)
        await other.look(inbox.receive)  # as if the webhook had
        still.advance(4 * MINUTE)
        await look.look(inbox.receive)
        assert look.missed == 0


async def test_what_we_said_ourselves_is_not_read(
    build: Build, inbox: Inbox, graph: Facebook
) -> None:
    adapter = build(grace_seconds=0)
    await adapter.send(say())
    await adapter._looking.look(inbox.receive)
    assert inbox.events == {}


async def test_more_comments_than_fit_on_a_page_are_read_all(
    build: Build, inbox: Inbox, graph: Facebook
) -> None:
    post = await graph.say("What would you change?")
    for number in range(120):
        await graph.say(f"comment {number}", reply_to=post)
    await build(grace_seconds=0)._looking.look(inbox.receive)
    assert len(inbox.said) == 121
    calls = inbox.calls
    await build(grace_seconds=0)._looking.look(inbox.receive)
    assert inbox.calls == calls + 1  # another process hands them over again; nothing is new
    assert len(inbox.said) == 121


async def test_identical_words_said_before_are_not_taken_for_ours(
    build: Build, still: FrozenClock
) -> None:
    with Facebook(now=still.now) as graph:
        before = build(clock=still, graph_base=graph.base)
        yesterdays = await before.send(say("Good morning!", key="yesterday"))
        still.advance(timedelta(hours=20))
        adapter = build(clock=still, graph_base=graph.base)
        today = say("Good morning!", key="today", not_before=still.now())
        assert await adapter.find(today) is None
        receipt = await adapter.send(today)
        assert receipt.message != yesterdays.message
        found = await adapter.find(today)
        assert found is not None
        assert found.message == receipt.message


async def test_what_is_known_to_be_another_delivery_is_not_taken_for_this_one(
    build: Build, graph: Facebook
) -> None:
    adapter = build()
    await adapter.send(say("Thanks!", key="one"))
    assert await adapter.find(say("Thanks!", key="two")) is None


async def test_white_space_that_facebook_folds_hides_nothing(build: Build, graph: Facebook) -> None:
    adapter = build()
    receipt = await adapter.send(say("  Good   morning!\r\n\r\nAll "))
    found = await adapter.find(say("  Good   morning!\r\n\r\nAll "))
    assert found is not None
    assert found.message == receipt.message


async def test_too_early_nobody_can_say_that_it_is_not_there(
    build: Build, still: FrozenClock
) -> None:
    with Facebook(now=still.now) as graph:
        adapter = build(clock=still, graph_base=graph.base, settle_seconds=20.0)
        with pytest.raises(OutcomeUnknown, match="not there yet"):
            await adapter.find(say())
        still.advance(timedelta(seconds=21))
        assert await adapter.find(say()) is None


async def test_a_film_is_given_ten_minutes(build: Build, still: FrozenClock) -> None:
    film = say("How it is made", content={"media": (MOVIE,)})
    with Facebook(now=still.now) as graph:
        adapter = build(clock=still, graph_base=graph.base, settle_seconds=20.0)
        still.advance(timedelta(minutes=9))
        with pytest.raises(OutcomeUnknown):
            await adapter.find(film)
        still.advance(timedelta(minutes=2))
        assert await adapter.find(film) is None
        receipt = await adapter.send(film)
        other = build(clock=still, graph_base=graph.base, settle_seconds=20.0)
        found = await other.find(film)
        assert found is not None
        assert found.message == receipt.message


async def test_every_way_to_say_something_is_found_again(build: Build, graph: Facebook) -> None:
    adapter, again = build(), build()
    post = await adapter.send(say())
    comment = await graph.say("make it blue", reply_to=post.message)
    other = await graph.say("and red", reply_to=post.message, author="ben")
    await graph.say("hello", private=True)
    for outgoing in (
        say("A", Action.REPLY, thread=post.message, reply_to=comment),
        say("B", Action.REPLY, thread=post.message),
        say("C", Action.DIRECT, recipient=id_of("ada")),
        say("D", Action.DIRECT, reply_to=other, recipient=id_of("ben")),
        say("E", Action.EDIT, target=post.message),
        say("", Action.HIDE, target=comment),
        say("", Action.DELETE, target=comment),
    ):
        assert await again.find(outgoing) is None, outgoing
        receipt = await adapter.send(outgoing)
        found = await again.find(outgoing)
        assert found is not None, outgoing
        assert found.message == receipt.message


async def test_an_answer_to_what_is_gone_left_nothing(build: Build, graph: Facebook) -> None:
    assert await build().find(say("A", Action.REPLY, thread="1029384756_1")) is None

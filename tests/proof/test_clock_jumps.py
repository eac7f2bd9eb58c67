"""A clock that jumps by up to a year, either way, neither loses nor repeats nor stops anything."""

from datetime import timedelta

import pytest

from adapters.sandbox import Fault, Like
from bot.clock import FrozenClock
from bot.db import Writer
from bot.db.leases import hold, take
from bot.errors import LeaseLost
from bot.outbox.claiming import Terms, claim
from bot.outbox.models import DeliveryState
from tests.engagement.community import Community
from tests.outbox.post import ACCOUNT, LEASE, Office

YEAR, DAY, HOUR = timedelta(days=365), timedelta(days=1), timedelta(hours=1)
JUMPS = [-YEAR, -2 * DAY, -HOUR, -LEASE * 1.1, LEASE * 1.1, HOUR, DAY, YEAR]
LONGEST = timedelta(minutes=16)  # that anything waits to be tried again, but for a network's word


async def die(office: Office, like: Like, *, after_sending: bool) -> None:
    accounts, terms = {("sandbox", ACCOUNT): like.capabilities}, Terms(lease=LEASE)
    claims = await office.writer.run(
        lambda session: claim(session, owner="dead", accounts=accounts, terms=terms)
    )
    for one in claims if after_sending else ():
        await office.book.accept(one.outgoing, like.capabilities.settle)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # it is the clock that differs
@pytest.mark.parametrize("like", [Like.WEBCHAT, Like.FACEBOOK, Like.TELEGRAM])
@pytest.mark.parametrize(
    "before", ["died", "died after sending", Fault.TIME_OUT, Fault.UNAVAILABLE, Fault.RATE_LIMIT]
)
async def test_a_jump_while_something_is_under_way(
    writer: Writer, clock: FrozenClock, like: Like, before: str | Fault
) -> None:
    """Whatever was going on when the clock jumped has its end a quarter of an hour later."""
    office = Office(writer, clock, like=like)
    for number, jump in enumerate(JUMPS):
        key, next_one = f"k{number}", f"next {number}"
        await office.put(key, thread=f"t{number}")
        if isinstance(before, Fault):
            await office.deliver(before)
        else:
            await die(office, like, after_sending=before.endswith("sending"))
        clock.advance(jump)
        await office.put(next_one, thread=f"t{number}")
        for _ in range(3):
            await office.deliver_all()
            office.later(LONGEST)
        there = await office.there()
        assert office.state(next_one) is DeliveryState.SENT, jump
        assert there.count(next_one) == 1, jump
        if office.state(key) is DeliveryState.UNKNOWN:
            assert like is Like.TELEGRAM and there.count(key) <= 1, jump
        else:
            assert office.state(key) is DeliveryState.SENT, jump
            assert there.count(key) == 1, jump


@pytest.mark.parametrize("jump", JUMPS)
async def test_the_inbox_is_read_on_after_a_jump(
    writer: Writer, clock: FrozenClock, jump: timedelta
) -> None:
    """Also when the process that read it has died with its lease in the future."""
    community = Community(writer, clock)
    fence = await writer.run(
        lambda session: take(session, "inbox", "dead", for_=timedelta(seconds=30))
    )
    clock.advance(jump)
    await community.hear(community.network.event("please make the lid cup dishwasher-safe"))
    assert await community.listening.read_new() == 1
    assert fence is not None
    with pytest.raises(LeaseLost):
        await writer.run(lambda session: hold(session, "inbox", "dead", fence))

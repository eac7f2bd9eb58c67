"""What is said in one conversation leaves in order, also when something has to be tried again."""

from datetime import timedelta

import pytest

from adapters.sandbox import Fault
from bot.clock import FrozenClock
from bot.db import Writer
from bot.networks import Action
from bot.outbox.models import DeliveryState
from bot.outbox.service import reschedule
from tests.outbox.post import Office


@pytest.mark.parametrize(
    "fault", [Fault.UNAVAILABLE, Fault.RATE_LIMIT, Fault.TIME_OUT, Fault.REFUSE, Fault.NONE]
)
async def test_what_goes_wrong_is_not_overtaken(
    writer: Writer, clock: FrozenClock, fault: Fault
) -> None:
    office = Office(writer, clock)
    await office.put_all("abc", thread="t1")
    assert await office.deliver(fault) == 1, "one at a time"
    for _ in range(20):
        await office.deliver_all()
        office.later(timedelta(seconds=10))
    expected = "bc" if fault is Fault.REFUSE else "abc"
    assert await office.there() == [*expected]


async def test_conversations_do_not_wait_for_each_other(writer: Writer, clock: FrozenClock) -> None:
    office = Office(writer, clock)
    await office.put_all(["a1", "a2"], thread="a")
    await office.put_all(["b1", "b2"], thread="b")
    await office.put("d1", action=Action.DIRECT, recipient="ada")
    await office.put("d2", action=Action.DIRECT, recipient="bo")
    assert await office.deliver(Fault.UNAVAILABLE) == 4
    await office.deliver_all()
    assert office.state("a2") is DeliveryState.PENDING
    assert sorted(await office.there()) == ["b1", "b2", "d1", "d2"]


async def test_what_is_due_later_is_in_nobodys_way(writer: Writer, clock: FrozenClock) -> None:
    office = Office(writer, clock)
    await office.put("tomorrow", thread="t1", due_at=clock.now() + timedelta(days=1))
    await office.put("now", thread="t1")
    await office.deliver_all()
    assert await office.there() == ["now"]
    office.later(timedelta(days=1))
    await office.deliver_all()
    assert await office.there() == ["now", "tomorrow"]


async def test_what_a_person_moves_to_another_day_is_in_nobodys_way(
    writer: Writer, clock: FrozenClock
) -> None:
    office = Office(writer, clock)
    await office.put_all("ab", thread="t1")
    await office.deliver(Fault.UNAVAILABLE)
    await office.change("a", reschedule, clock.now() + timedelta(days=1))
    await office.deliver_all()
    assert await office.there() == ["b"]


async def test_what_a_person_must_settle_is_in_nobodys_way(
    writer: Writer, clock: FrozenClock
) -> None:
    office = Office(writer, clock)
    await office.put_all("ab", thread="t1")
    await office.deliver(Fault.REFUSE)
    await office.deliver_all()
    assert (office.state("a"), office.state("b")) == (DeliveryState.REFUSED, DeliveryState.SENT)

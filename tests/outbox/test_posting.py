"""Posts come in no bursts, and what was missed leaves by the channel's policy."""

from datetime import datetime, timedelta

import pytest

from bot.channels.models import Overdue
from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.networks import Action
from bot.outbox.models import About, DeliveryState
from bot.outbox.service import retry
from tests.outbox.post import Office, a_channel

MINUTE = timedelta(minutes=1)
HELD, PENDING = DeliveryState.HELD, DeliveryState.PENDING


async def posts(office: Office, *due: datetime) -> list[str]:
    """A post for each of these moments; gives their keys."""
    keys = [f"post {number}" for number in range(len(due))]
    for key, at in zip(keys, due, strict=True):
        await office.put(key, action=Action.PUBLISH, about=About.POST, due_at=at)
    return keys


async def policy(office: Office, overdue: Overdue, most: int = 5, minutes: int = 10) -> None:
    def command(session: Session) -> None:
        channel = a_channel(session)
        channel.overdue, channel.burst_most, channel.burst_minutes = overdue, most, minutes

    await office.writer.run(command)


async def watched(office: Office, for_: timedelta) -> dict[str, datetime]:
    """When each post left, looking every minute."""
    left: dict[str, datetime] = {}
    end = office.clock.now() + for_
    while office.clock.now() < end:
        await office.deliver_all()
        for key in await office.there():
            left.setdefault(key, office.clock.now())
        office.later(MINUTE)
    return left


def most_together(times: list[datetime], window: timedelta) -> int:
    return max(sum(start <= other < start + window for other in times) for start in times)


async def test_a_pile_of_posts_leaves_in_portions(writer: Writer, clock: FrozenClock) -> None:
    office = Office(writer, clock)
    await policy(office, Overdue.ASK, most=3, minutes=10)
    keys = await posts(office, *[clock.now()] * 8)
    left = await watched(office, timedelta(minutes=40))
    assert list(left) == keys
    assert [at - left[keys[0]] for at in left.values()] == [
        timedelta(minutes=minutes) for minutes in (0, 0, 0, 10, 10, 10, 20, 20)
    ]


async def test_answers_are_never_held_back(writer: Writer, clock: FrozenClock) -> None:
    office = Office(writer, clock)
    await policy(office, Overdue.ASK, most=1)
    await office.put_all([f"answer {number}" for number in range(20)], thread="t1")
    office.later(timedelta(days=7))
    await office.deliver_all()
    assert len(await office.there()) == 20


@pytest.mark.parametrize("overdue", Overdue)
async def test_after_a_week_off_there_is_never_a_burst(
    writer: Writer, clock: FrozenClock, overdue: Overdue
) -> None:
    office = Office(writer, clock)
    await policy(office, overdue, most=3, minutes=10)
    missed = await posts(office, *(clock.now() + timedelta(hours=12) * n for n in range(12)))
    office.later(timedelta(days=7))
    left = await watched(office, timedelta(hours=1))
    if overdue is Overdue.ASK:
        assert left == {}
        assert {office.state(key) for key in missed} == {HELD}
        assert "Send it now?" in office.row(missed[0]).note
    else:
        assert list(left) == missed
        assert most_together(list(left.values()), timedelta(minutes=10)) <= 3
    if overdue is Overdue.SPREAD:
        assert most_together(list(left.values()), timedelta(minutes=3)) == 1


async def test_a_little_late_is_not_overdue(writer: Writer, clock: FrozenClock) -> None:
    office = Office(writer, clock)
    (key,) = await posts(office, clock.now())
    office.later(timedelta(minutes=30))
    await office.deliver_all()
    assert await office.there() == [key]


async def test_what_a_person_releases_leaves_however_late(
    writer: Writer, clock: FrozenClock
) -> None:
    office = Office(writer, clock)
    (key,) = await posts(office, clock.now())
    office.later(timedelta(days=7))
    await office.deliver_all()
    assert office.state(key) is HELD
    await office.change(key, retry)
    await office.deliver_all()
    assert await office.there() == [key]


async def test_many_released_at_once_are_still_no_burst(writer: Writer, clock: FrozenClock) -> None:
    office = Office(writer, clock)
    await policy(office, Overdue.ASK, most=2, minutes=10)
    keys = await posts(office, *[clock.now()] * 6)
    office.later(timedelta(days=7))
    for _ in keys:
        await office.postman.deliver_due()
    for key in keys:
        await office.change(key, retry)
    left = await watched(office, timedelta(hours=1))
    assert sorted(left) == sorted(keys)
    assert most_together(list(left.values()), timedelta(minutes=10)) <= 2

"""What people may do about a delivery, by the state that it is in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.clock import FrozenClock
from bot.db import Database, Session, Writer
from bot.errors import Conflict
from bot.networks import Action, Content
from bot.outbox import service
from bot.outbox.models import About, Delivery, DeliveryState
from bot.outbox.service import enqueue
from tests.outbox.post import Office, a_channel

STATES = list(DeliveryState)
PENDING, SENDING, SENT, UNKNOWN, REFUSED, HELD, CANCELLED = STATES

Verb = Callable[[Session, Delivery], None]


def cancel(session: Session, delivery: Delivery) -> None:
    service.cancel(session, delivery)


def reschedule(session: Session, delivery: Delivery) -> None:
    service.reschedule(session, delivery, session.now() + timedelta(days=1))


def revise(session: Session, delivery: Delivery) -> None:
    service.revise(session, delivery, Content(text="better"))


def revive(session: Session, delivery: Delivery) -> None:
    service.revive(session, delivery, session.now())


# What each verb leads to, by the state before; it is refused in all others.
RULES: dict[Verb, dict[DeliveryState, DeliveryState]] = {
    cancel: dict.fromkeys((PENDING, HELD, REFUSED, UNKNOWN), CANCELLED),
    reschedule: dict.fromkeys((PENDING, HELD), PENDING),
    revise: {PENDING: PENDING, HELD: HELD},
    revive: {CANCELLED: PENDING},
    service.retry: dict.fromkeys((HELD, REFUSED, UNKNOWN), PENDING),
    service.mark_sent: {UNKNOWN: SENT},
}


@pytest.mark.parametrize("verb", RULES, ids=lambda verb: verb.__name__)
async def test_the_rules(writer: Writer, clock: FrozenClock, verb: Verb) -> None:
    office = Office(writer, clock)
    for before in STATES:
        key = before.value
        await office.put(key, thread=key)
        await office.change(key, lambda session, row, to=before: setattr(row, "state", to))
        after = RULES[verb].get(before)
        if after is None:
            with pytest.raises(Conflict):
                await office.change(key, verb)
            assert office.state(key) is before
        else:
            await office.change(key, verb)
            assert office.state(key) is after


async def test_the_first_of_a_key_stays(writer: Writer, clock: FrozenClock) -> None:
    office = Office(writer, clock)
    first = await office.put("hello", text="first")
    assert await office.put("hello", text="second", thread="elsewhere") == first
    await office.deliver_all()
    assert await office.put("hello", text="third") == first
    await office.deliver_all()
    assert [entry.text for entry in await office.entries()] == ["first"]


def test_enqueueing_at_once_in_two_places_gives_one(database: Database) -> None:
    """What commits later finds the other's."""
    found = []
    for _ in range(2):
        with database.session(database.writers) as session:
            channel = a_channel(session)
            row = enqueue(
                session,
                key="hello",
                channel=channel,
                action=Action.REPLY,
                content=Content(text="hello"),
                about=About.STAFF,
            )
            found.append(row.id)
            session.commit()
    assert len(set(found)) == 1


async def test_what_is_revised_leaves_as_it_is_now(writer: Writer, clock: FrozenClock) -> None:
    office = Office(writer, clock)
    await office.put("hello", due_at=clock.now() + timedelta(hours=1))
    await office.change("hello", revise)
    office.later(timedelta(hours=1))
    await office.deliver_all()
    assert [entry.text for entry in await office.entries()] == ["better"]


async def test_what_is_cancelled_never_leaves(writer: Writer, clock: FrozenClock) -> None:
    office = Office(writer, clock)
    await office.put("hello")
    await office.change("hello", cancel)
    office.later(timedelta(days=30))
    await office.deliver_all()
    assert await office.there() == []


async def test_a_new_time_is_kept(writer: Writer, clock: FrozenClock) -> None:
    office = Office(writer, clock)
    await office.put("hello")
    await office.change("hello", reschedule)
    await office.deliver_all()
    assert await office.there() == []
    office.later(timedelta(days=1))
    await office.deliver_all()
    assert await office.there() == ["hello"]


@pytest.mark.parametrize("verb", [cancel, service.retry, service.mark_sent])
async def test_what_a_person_settles_stays_settled(
    writer: Writer, clock: FrozenClock, verb: Any
) -> None:
    office = Office(writer, clock)
    await office.put("hello")
    await office.change("hello", lambda session, row: setattr(row, "state", UNKNOWN))
    await office.change("hello", verb)
    await office.deliver_all()
    assert await office.there() == (["hello"] if verb is service.retry else [])

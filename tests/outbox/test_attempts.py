"""How often it was tried, and why it was refused, has an answer."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from adapters.sandbox import Fault, Like
from bot.clock import FrozenClock
from bot.db import Writer
from bot.outbox import service as outbox
from bot.outbox.attempts import attempts
from bot.outbox.claiming import Terms, claim
from bot.outbox.models import Attempt, Delivery, Outcome
from bot.tally import REGISTRY
from tests.outbox.post import LEASE, Office


@pytest.fixture
def office(writer: Writer, clock: FrozenClock) -> Office:
    return Office(writer, clock)


def tried(office: Office, key: str) -> list[Attempt]:
    with office.database.reading() as session:
        return list(attempts(session, [office.row(key).id]))


def outcomes(office: Office, key: str) -> list[tuple[int, Outcome]]:
    return [(one.number, one.outcome) for one in tried(office, key)]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault.REFUSE, Outcome.REFUSED),
        (Fault.UNAUTHORIZED, Outcome.UNAUTHORIZED),
        (Fault.RATE_LIMIT, Outcome.RATE_LIMITED),
        (Fault.UNAVAILABLE, Outcome.UNAVAILABLE),
        (Fault.TIME_OUT, Outcome.UNKNOWN),
    ],
)
async def test_each_end_of_a_try_is_kept_with_the_networks_words(
    office: Office, fault: Fault, outcome: Outcome
) -> None:
    await office.put("hello")
    await office.deliver(fault)
    (one,) = tried(office, "hello")
    assert (one.number, one.outcome, one.owner) == (1, outcome, "first")
    assert one.words == office.row("hello").note != ""
    assert one.started_at == one.ended_at == office.clock.now()


async def test_every_try_is_kept_until_it_is_sent(office: Office) -> None:
    await office.put("hello")
    for fault in (Fault.UNAVAILABLE, Fault.UNAVAILABLE):
        await office.deliver(fault)
        office.later(timedelta(minutes=1))
    await office.deliver()
    unavailable = Outcome.UNAVAILABLE
    assert outcomes(office, "hello") == [(1, unavailable), (2, unavailable), (3, Outcome.SENT)]


async def test_a_try_whose_process_died_is_kept_as_lost_once(office: Office) -> None:
    await office.put("hello")
    began = office.clock.now()
    accounts = {("sandbox", "main"): office.network.capabilities}
    await office.writer.run(
        lambda session: claim(session, owner="gone", accounts=accounts, terms=Terms(lease=LEASE))
    )
    assert tried(office, "hello") == []  # under way: the delivery itself says so
    office.later()
    await office.deliver_all()
    lost, sent = tried(office, "hello")
    assert (lost.owner, lost.started_at, lost.outcome) == ("gone", began, Outcome.LOST)
    assert (sent.owner, sent.number, sent.outcome) == ("first", 2, Outcome.SENT)


@pytest.mark.parametrize("like", [Like.TELEGRAM, Like.FACEBOOK])
async def test_what_was_said_to_be_unknown_is_not_called_lost_too(
    writer: Writer, clock: FrozenClock, like: Like
) -> None:
    office = Office(writer, clock, like=like)
    await office.put("hello")
    await office.deliver(Fault.TIME_OUT)
    office.later()
    await office.deliver_all()
    ends = [outcome for _, outcome in outcomes(office, "hello")]
    assert ends[0] is Outcome.UNKNOWN
    assert Outcome.LOST not in ends


async def test_a_persons_second_word_goes_on_counting(office: Office) -> None:
    await office.put("hello")
    await office.deliver(Fault.REFUSE)
    await office.change("hello", outbox.retry)
    await office.deliver()
    assert outcomes(office, "hello") == [(1, Outcome.REFUSED), (2, Outcome.SENT)]


async def test_who_was_too_late_writes_no_attempt(office: Office) -> None:
    """The lease ran out and another took over: the first one's result is not believed."""
    await office.put("hello")
    accounts = {("sandbox", "main"): office.network.capabilities}
    (old,) = await office.writer.run(
        lambda session: claim(session, owner="frozen", accounts=accounts, terms=Terms(lease=LEASE))
    )
    office.later()
    await office.deliver_all()
    await office.postman._deliver(old)
    assert outcomes(office, "hello") == [(1, Outcome.LOST), (2, Outcome.SENT)]


async def test_attempts_go_with_their_delivery(office: Office) -> None:
    await office.put("hello")
    await office.deliver()
    await office.writer.run(lambda session: session.execute(sa.delete(Delivery)))
    with office.database.reading() as session:
        assert session.scalars(sa.select(Attempt)).all() == []


async def test_what_ended_is_counted_once_it_is_committed(office: Office) -> None:
    def counted() -> float:
        labels = {"network": "sandbox", "outcome": "sent"}
        return REGISTRY.get_sample_value("hubbub_attempts_total", labels) or 0.0

    before = counted()
    await office.put_all(["a", "b"])
    await office.deliver_all()
    assert counted() == before + 2
    await office.put("c")
    await office.deliver(Fault.UNAVAILABLE)
    assert counted() == before + 2

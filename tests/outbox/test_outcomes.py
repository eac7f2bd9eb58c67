"""What becomes of a delivery, by what the network said and by how it can be settled there."""

from datetime import timedelta

import pytest

from adapters.sandbox import Fault, Like, Sandbox, SandboxSettings
from bot.channels.service import resume
from bot.clock import FrozenClock
from bot.db import Writer
from bot.errors import OutcomeUnknown, RateLimited
from bot.networks import Outgoing, Receipt
from bot.outbox.models import DeliveryState
from bot.outbox.postman import Postman
from tests.outbox.post import ACCOUNT, LEASE, Office

PENDING, SENDING, SENT = DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.SENT
UNKNOWN, REFUSED = DeliveryState.UNKNOWN, DeliveryState.REFUSED
SETTLES = [Like.WEBCHAT, Like.FACEBOOK, Like.TELEGRAM]  # RESEND, READ_BACK, ASK


class Broken(Sandbox):
    """An adapter with a mistake in it: it fails when the network has taken the message."""

    async def send(self, outgoing: Outgoing) -> Receipt:
        await super().send(outgoing)
        raise KeyError("message_id")


class Silent(Sandbox):
    """A network that takes the message and never says so."""

    async def send(self, outgoing: Outgoing) -> Receipt:
        await super().send(outgoing)
        raise TimeoutError


class Patient(Sandbox):
    """A network that names a retry time of its own."""

    def __init__(self, wait: timedelta, clock: FrozenClock) -> None:
        super().__init__(SandboxSettings(account=ACCOUNT), clock)
        self.wait = wait

    async def send(self, outgoing: Outgoing) -> Receipt:
        raise RateLimited("Slow down.", retry_after=self.wait)


class Blind(Sandbox):
    """A network that can be searched, but not now."""

    async def find(self, outgoing: Outgoing) -> Receipt | None:
        raise OutcomeUnknown("The search is closed.")


@pytest.mark.parametrize("like", SETTLES)
@pytest.mark.parametrize(
    ("fault", "state", "there"),
    [
        (Fault.NONE, SENT, True),
        (Fault.SLOW, SENT, True),
        (Fault.RATE_LIMIT, PENDING, False),
        (Fault.UNAVAILABLE, PENDING, False),
        (Fault.UNAUTHORIZED, PENDING, False),
        (Fault.REFUSE, REFUSED, False),
        (Fault.TIME_OUT, SENDING, True),
    ],
)
async def test_after_one_round(
    writer: Writer, clock: FrozenClock, like: Like, fault: Fault, state: DeliveryState, there: bool
) -> None:
    office = Office(writer, clock, like=like)
    await office.put("hello")
    assert await office.deliver(fault) == 1
    assert office.state("hello") is state
    assert await office.there() == ["hello"] * there


@pytest.mark.parametrize("like", SETTLES)
@pytest.mark.parametrize("adapter", [Broken, Silent])
async def test_what_an_adapter_does_not_explain_counts_as_unknown(
    writer: Writer, clock: FrozenClock, like: Like, adapter: type[Sandbox]
) -> None:
    office = Office(writer, clock, like=like)
    office.network = adapter(SandboxSettings(account=ACCOUNT, like=like), clock, office.book)
    await office.put("hello")
    await office.another_postman("broken").deliver_due()
    assert office.state("hello") is SENDING
    assert office.row("hello").note
    office.later()
    await office.deliver_all()
    assert await office.there() == ["hello"]


@pytest.mark.parametrize("like", SETTLES)
async def test_what_came_of_it_is_kept_for_people(
    writer: Writer, clock: FrozenClock, like: Like
) -> None:
    office = Office(writer, clock, like=like)
    await office.put("hello", thread="t1", reply_to="m1")
    await office.deliver_all()
    row, (entry,) = office.row("hello"), await office.entries()
    assert (row.remote_id, row.permalink) == (entry.message, f"sandbox:{entry.message}")
    assert row.sent_at == office.channel().last_sent_at == clock.now()
    assert (row.owner, row.lease_until, row.attempt) == (None, None, 1)
    assert (entry.thread, entry.reply_to) == ("t1", "m1")


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        (timedelta(seconds=30), timedelta(seconds=30)),
        (timedelta(0), timedelta(0)),
        (timedelta(days=-3), timedelta(0)),
        (timedelta(days=400), timedelta(days=1)),
    ],
)
async def test_a_rate_limit_is_kept_unless_it_is_absurd(
    writer: Writer, clock: FrozenClock, asked: timedelta, waited: timedelta
) -> None:
    office = Office(writer, clock, network=Patient(asked, clock))
    await office.put("hello")
    await office.deliver()
    assert office.row("hello").due_at == clock.now() + waited
    assert "Slow down." in office.row("hello").note


async def test_waiting_grows_from_seconds_to_a_quarter_of_an_hour(
    writer: Writer, clock: FrozenClock
) -> None:
    office = Office(writer, clock)
    await office.put("hello")
    waits = []
    for _ in range(11):
        await office.deliver(Fault.UNAVAILABLE)
        waits.append((office.row("hello").due_at - clock.now()).total_seconds())
        office.later(timedelta(seconds=waits[-1]))
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]
    await office.deliver_all()
    assert office.state("hello") is SENT


async def test_after_a_hundred_tries_a_person_is_asked(writer: Writer, clock: FrozenClock) -> None:
    office = Office(writer, clock)
    await office.put("hello")
    for _ in range(100):
        await office.deliver(Fault.UNAVAILABLE)
        office.later(timedelta(minutes=15))
    assert office.state("hello") is DeliveryState.HELD
    assert await office.postman.deliver_due() == 0


async def test_a_revoked_account_is_tried_once_and_goes_on_when_resumed(
    writer: Writer, clock: FrozenClock
) -> None:
    office = Office(writer, clock)
    await office.put_all("abc", thread="same")
    await office.put("elsewhere", account="other")
    await office.deliver(Fault.UNAUTHORIZED)
    assert "no longer knows" in office.channel().paused_because
    office.later()
    assert await office.postman.deliver_due() == 0
    await writer.run(lambda session: resume(session, session.merge(office.channel(), load=False)))
    await office.deliver_all()
    assert await office.there() == ["a", "b", "c"]
    assert office.state("elsewhere") is PENDING  # no adapter of ours speaks for that account


@pytest.mark.parametrize("like", [Like.WEBCHAT, Like.FACEBOOK])
async def test_an_unknown_outcome_is_settled_without_a_second_message(
    writer: Writer, clock: FrozenClock, like: Like
) -> None:
    office = Office(writer, clock, like=like)
    await office.put("hello")
    await office.deliver(Fault.TIME_OUT)
    office.later()
    await office.deliver_all()
    assert office.state("hello") is SENT
    assert await office.there() == ["hello"]
    assert office.row("hello").remote_id == "sent-1"


async def test_where_only_a_person_can_tell_it_is_shown_within_a_minute(
    writer: Writer, clock: FrozenClock
) -> None:
    office = Office(writer, clock, like=Like.TELEGRAM)
    await office.put("hello")
    await office.deliver(Fault.TIME_OUT)
    office.later(timedelta(seconds=59))
    assert await office.postman.deliver_due() == 0
    assert office.state("hello") is UNKNOWN
    assert "never answered" in office.row("hello").note
    office.later(timedelta(days=30))
    await office.deliver_all()
    assert await office.there() == ["hello"]


async def test_while_the_network_can_not_be_searched_nothing_is_sent_again(
    writer: Writer, clock: FrozenClock
) -> None:
    settings = SandboxSettings(account=ACCOUNT, like=Like.FACEBOOK)
    office = Office(writer, clock, like=Like.FACEBOOK)
    await office.put("hello")
    await office.deliver(Fault.TIME_OUT)
    blind = office.another_postman("blind", Blind(settings, clock, office.book))
    for _ in range(5):
        office.later(timedelta(hours=1))
        assert await blind.deliver_due() == 1
        assert office.state("hello") is SENDING
    office.later(timedelta(hours=1))
    await office.deliver_all()
    assert office.state("hello") is SENT
    assert await office.there() == ["hello"]


async def test_without_a_database_nothing_is_said(writer: Writer, clock: FrozenClock) -> None:
    office = Office(writer, clock)
    await office.put("hello")
    writer.stop()
    assert await office.postman.deliver_due() == 0
    assert await office.there() == []


async def test_what_can_not_be_completed_is_not_sent(writer: Writer, clock: FrozenClock) -> None:
    def fails(*_: object) -> object:
        raise RuntimeError("no link today")

    office = Office(writer, clock)
    await office.put("hello", text="Your link: {portal-link}")
    postman = Postman(
        writer=writer,
        adapters={("sandbox", ACCOUNT): office.network},
        clock=clock,
        owner="x",
        finish=fails,  # type: ignore[arg-type]  # it never gives anything
    )
    await postman.deliver_due()
    assert office.state("hello") is PENDING
    assert office.row("hello").note == "no link today"
    assert await office.there() == []
    office.later(LEASE)
    await office.deliver_all()
    assert await office.there() == ["hello"]

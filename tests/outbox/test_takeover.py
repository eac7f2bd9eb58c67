"""Work that a dead or frozen process left behind is taken over, and never done twice."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from adapters.sandbox import Fault, Like, Sandbox, SandboxSettings
from bot.clock import FrozenClock
from bot.db import Database, Session, Writer
from bot.errors import LeaseLost, Rejected, Unavailable
from bot.networks import Content, Outgoing, Receipt
from bot.outbox.claiming import Accounts, Claim, Terms, claim
from bot.outbox.models import Delivery, DeliveryState
from bot.outbox.postman import Postman
from bot.outbox.settling import settle
from tests.outbox.post import ACCOUNT, LEASE, Office

SENT, UNKNOWN = DeliveryState.SENT, DeliveryState.UNKNOWN


def accounts(like: Like) -> Accounts:
    return {("sandbox", ACCOUNT): like.capabilities}


async def claimed(office: Office, owner: str, like: Like = Like.WEBCHAT) -> list[Claim]:
    """What that owner would send now."""
    return await office.writer.run(
        lambda session: claim(
            session, owner=owner, accounts=accounts(like), terms=Terms(lease=LEASE)
        )
    )


async def died(office: Office, like: Like, *, after_sending: bool) -> None:
    """A process that claims, perhaps sends, and is killed before it can write that down."""
    for one in await claimed(office, "dead", like):
        if after_sending:
            await office.book.accept(one.outgoing, like.capabilities.settle)


@pytest.mark.parametrize(
    ("like", "after_sending", "state", "there"),
    [
        (Like.WEBCHAT, False, SENT, 1),
        (Like.WEBCHAT, True, SENT, 1),
        (Like.DISCORD, False, SENT, 1),
        (Like.DISCORD, True, SENT, 1),
        (Like.FACEBOOK, False, SENT, 1),
        (Like.FACEBOOK, True, SENT, 1),
        (Like.TELEGRAM, False, UNKNOWN, 0),
        (Like.TELEGRAM, True, UNKNOWN, 1),
    ],
)
async def test_what_a_dead_process_left(
    writer: Writer,
    clock: FrozenClock,
    like: Like,
    after_sending: bool,
    state: DeliveryState,
    there: int,
) -> None:
    office = Office(writer, clock, like=like)
    await office.put("hello")
    await died(office, like, after_sending=after_sending)
    await office.deliver_all()
    assert len(await office.there()) == after_sending, "nobody touches it under its lease"
    office.later()
    await office.deliver_all()
    assert office.state("hello") is state
    assert len(await office.there()) == there
    assert office.row("hello").note or state is SENT


async def test_who_looks_for_an_earlier_attempt_is_told_since_when(
    writer: Writer, clock: FrozenClock
) -> None:
    office = Office(writer, clock, like=Like.FACEBOOK)
    await office.put("hello")
    due = clock.now()
    (first,) = await claimed(office, "dead", Like.FACEBOOK)
    assert first.outgoing.not_before is None
    office.later()
    (second,) = await claimed(office, "next", Like.FACEBOOK)
    assert second.outgoing.not_before == due


async def test_who_was_overtaken_writes_nothing(writer: Writer, clock: FrozenClock) -> None:
    office = Office(writer, clock)
    await office.put("hello")
    (late,) = await claimed(office, "late")
    office.later()
    (taken,) = await claimed(office, "next")
    assert (taken.id, taken.attempt) == (late.id, 2)
    for outcome in (Receipt(message="late"), Rejected("no"), TimeoutError()):
        with pytest.raises(LeaseLost):
            await writer.run(lambda session, outcome=outcome: settle(session, late, outcome))  # type: ignore[misc]  # lambda defaults
    row = office.row("hello")
    assert (row.state, row.owner, row.note) == (DeliveryState.SENDING, "next", "")
    await writer.run(lambda session: settle(session, taken, Receipt(message="m1")))
    assert office.row("hello").remote_id == "m1"


async def test_the_same_owner_after_a_restart_is_told_by_the_attempt(
    writer: Writer, clock: FrozenClock
) -> None:
    office = Office(writer, clock)
    await office.put("hello")
    (late,) = await claimed(office, "same")
    office.later()
    await claimed(office, "same")
    with pytest.raises(LeaseLost):
        await writer.run(lambda session: settle(session, late, Receipt(message="late")))


async def test_a_process_that_was_frozen_does_not_send(writer: Writer, clock: FrozenClock) -> None:
    """Between claiming and sending its clock jumps beyond the lease."""

    def freeze(_session: Session, _delivery: Delivery, content: Content) -> Content:
        clock.advance(LEASE)
        return content

    office = Office(writer, clock)
    await office.put("hello", text="{shop} says hello")
    frozen = Postman(
        writer=writer,
        adapters={("sandbox", ACCOUNT): office.network},
        clock=clock,
        owner="frozen",
        finish=freeze,
        terms=Terms(lease=LEASE),
    )
    await frozen.deliver_due()
    assert await office.there() == []
    office.later()
    await office.deliver_all()
    assert await office.there() == ["hello"]


class Overtaken(Sandbox):
    """While this network answers, the lease runs out and another process takes over."""

    office: Office

    async def send(self, outgoing: Outgoing) -> Receipt:
        receipt = await super().send(outgoing)
        self.office.later()
        await self.office.postman.deliver_due()
        return receipt


async def test_who_is_overtaken_while_sending_does_no_harm(
    writer: Writer, clock: FrozenClock
) -> None:
    office = Office(writer, clock)
    slow = Overtaken(SandboxSettings(account=ACCOUNT), clock, office.book)
    slow.office = office
    await office.put("hello")
    await office.another_postman("slow", slow).deliver_due()
    assert office.state("hello") is SENT
    assert office.row("hello").attempt == 2
    assert await office.there() == ["hello"]


def test_two_who_claim_at_once_get_different_ones(
    database: Database, writer: Writer, clock: FrozenClock
) -> None:
    """Really at once on PostgreSQL; SQLite lets one in after the other."""
    office = Office(writer, clock)

    async def fill() -> None:
        for number in range(60):
            await office.put(f"k{number}", thread=f"t{number % 20}")

    asyncio.run(fill())
    ready = Barrier(2)

    def worker(owner: str) -> list[Claim]:
        found: list[Claim] = []
        with Writer(Database(url, clock=clock)) as own:
            while batch := own.run_blocking(lambda session: one_batch(session, owner)):
                if not found:
                    ready.wait()  # both have work under way
                found += batch
                for one in batch:
                    own.run_blocking(lambda session, one=one: deliver(session, one))  # type: ignore[misc]  # lambda defaults
        own.database.close()
        return found

    def one_batch(session: Session, owner: str) -> list[Claim]:
        return claim(
            session, owner=owner, accounts=accounts(Like.WEBCHAT), terms=Terms(lease=LEASE), most=3
        )

    order: list[str] = []

    def deliver(session: Session, one: Claim) -> None:
        order.append(one.outgoing.key)
        settle(session, one, Receipt(message=one.outgoing.key))

    url = database.url.render_as_string(hide_password=False)
    with ThreadPoolExecutor(2) as pool:
        mine, yours = pool.map(worker, ["mine", "yours"])
    claims = [one.id for one in (*mine, *yours)]
    assert len(claims) == len(set(claims)) == 60
    for thread in range(20):
        in_thread = [key for key in order if int(key[1:]) % 20 == thread]
        assert in_thread == sorted(in_thread, key=lambda key: int(key[1:]))


async def test_a_postman_who_is_stopped_leaves_it_to_the_next(
    writer: Writer, clock: FrozenClock
) -> None:
    office = Office(writer, clock)
    await office.put("hello")
    running = asyncio.create_task(office.postman.run())
    with writer.news.listening("outbox") as listener:
        while office.state("hello") is not SENT:
            await listener.next(timeout=10)
        await office.put("again")
        while office.state("again") is not SENT:
            await listener.next(timeout=10)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await office.there() == ["hello", "again"]


@pytest.mark.parametrize("fault", [Fault.REFUSE, Fault.UNAUTHORIZED])
async def test_what_may_be_there_never_counts_as_refused(
    writer: Writer, clock: FrozenClock, fault: Fault
) -> None:
    office = Office(writer, clock, like=Like.DISCORD)
    await office.put("hello")
    await office.deliver(Fault.TIME_OUT)
    office.later()
    await office.deliver(fault)
    assert office.state("hello") is UNKNOWN
    assert await office.there() == ["hello"]


async def test_who_must_look_is_asked_at_once(writer: Writer, clock: FrozenClock) -> None:
    """However often it was tried before: an unknown outcome is shown within a minute."""
    office = Office(writer, clock, like=Like.TELEGRAM)
    await office.put("hello")
    for fault in (*[Fault.UNAVAILABLE] * 6, Fault.TIME_OUT):
        await office.deliver(fault)
        office.later(timedelta(minutes=20) if fault is Fault.UNAVAILABLE else timedelta(seconds=1))
    await office.deliver()
    assert office.state("hello") is UNKNOWN


async def test_a_note_tells_of_this_attempt_and_holds_no_token(
    writer: Writer, clock: FrozenClock
) -> None:
    office = Office(writer, clock, like=Like.TELEGRAM)
    await office.put("hello")
    (first,) = await claimed(office, "first", Like.TELEGRAM)
    refusal = Unavailable("GET https://api.network.example/bot12345:secret-token/send failed")
    await writer.run(lambda session: settle(session, first, refusal))
    assert "secret-token" not in office.row("hello").note
    office.later()
    await claimed(office, "second", Like.TELEGRAM)
    office.later()
    await office.deliver()
    assert office.state("hello") is UNKNOWN
    assert "may or may not" in office.row("hello").note

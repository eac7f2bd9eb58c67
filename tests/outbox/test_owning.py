"""The postman delivers for accounts that its process owns, and for no other."""

from collections.abc import Collection

from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.outbox.models import DeliveryState
from bot.outbox.postman import Postman
from tests.outbox.post import ACCOUNT, Office, as_it_is

KEY = ("sandbox", ACCOUNT)
SENT, PENDING = DeliveryState.SENT, DeliveryState.PENDING


class Owned:
    """What a process owns by the tables, and what it still believes when it comes to sending."""

    def __init__(self, *, by_the_tables: bool, here: bool) -> None:
        self.by_the_tables, self.here = by_the_tables, here

    def holds(self, key: tuple[str, str]) -> bool:
        return self.here

    def confirmed(self, session: Session) -> Collection[tuple[str, str]]:
        return {KEY} if self.by_the_tables else set()


def postman(office: Office, mine: Owned) -> Postman:
    return Postman(
        writer=office.writer,
        adapters={KEY: office.network},
        clock=office.clock,
        owner="one",
        finish=as_it_is,
        mine=mine,
    )


async def test_what_is_owned_elsewhere_is_left_alone(writer: Writer, clock: FrozenClock) -> None:
    office = Office(writer, clock)
    await office.put("a")
    stranger = postman(office, Owned(by_the_tables=False, here=True))
    assert await stranger.deliver_due() == 0
    assert office.row("a").attempt == 0
    assert await postman(office, Owned(by_the_tables=True, here=True)).deliver_due() == 1
    assert office.state("a") is SENT


async def test_who_lost_the_account_after_claiming_does_not_send(
    writer: Writer, clock: FrozenClock
) -> None:
    office = Office(writer, clock)
    await office.put("a")
    await postman(office, Owned(by_the_tables=True, here=False)).deliver_due()
    assert await office.there() == []
    assert office.state("a") is PENDING

"""What we said is deleted there, and somebody's message hidden, by its id at the network."""

import pytest

from bot.accounts.models import Role, User
from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.errors import Conflict
from bot.networks import Action
from bot.outbox.claiming import claim
from bot.outbox.service import hide, take_back
from tests.outbox.post import Office, a_channel, of


def a_user(session: Session) -> User:
    return session.put(
        User(name="Mia", email="mia@shop.test", role=Role.OWNER, created_at=session.now())
    )


async def test_what_was_sent_is_deleted_by_its_id(writer: Writer, clock: FrozenClock) -> None:
    office = Office(writer, clock)
    await office.put("one")

    def back(session: Session) -> str:
        return take_back(session, of(session, "one"), a_channel(session), by=a_user(session)).key

    with pytest.raises(Conflict):
        await writer.run(back)
    await office.deliver()
    key = await writer.run(back)
    row = office.row(key)
    assert (row.action, row.target) == (Action.DELETE, office.row("one").remote_id)


async def test_a_claim_names_the_message_that_is_meant(writer: Writer, clock: FrozenClock) -> None:
    office = Office(writer, clock)

    def hidden(session: Session) -> str | None:
        hide(session, a_channel(session), "m-7", thread="t", by=a_user(session))
        can = {("sandbox", "main"): office.network.capabilities}
        (one,) = claim(session, owner="first", accounts=can, terms=office.postman._terms)
        return one.outgoing.target

    assert await writer.run(hidden) == "m-7"

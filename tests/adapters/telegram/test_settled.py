"""What the outbox makes of everything that goes wrong with a send: once at most, never silent."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from bot.channels.service import ensure
from bot.db import Session
from bot.inbox.models import Event
from bot.main import Hubbub
from bot.networks import Action, Content
from bot.outbox.models import About, Delivery, DeliveryState
from bot.outbox.service import enqueue
from bot.settings import Settings
from tests.adapters.ear import wait_for
from tests.adapters.telegram.test_circle import living
from tests.flows.running import open_a_shop
from tests.stand_ins.faults import Fault
from tests.stand_ins.telegram import TelegramStandIn
from tests.stand_ins.telegram.chats import CHANNEL, GROUP

# What becomes of the delivery, and how often it is seen there. The last pauses the account.
SETTLED = [
    (Fault.RATE_LIMITED, DeliveryState.SENT, 1),
    (Fault.FAILED, DeliveryState.UNKNOWN, 0),
    (Fault.FAILED_THOUGH_DONE, DeliveryState.UNKNOWN, 1),
    (Fault.TIMED_OUT, DeliveryState.UNKNOWN, 0),
    (Fault.TIMED_OUT_THOUGH_DONE, DeliveryState.UNKNOWN, 1),
    (Fault.BROKEN_JSON, DeliveryState.UNKNOWN, 1),
    (Fault.FIELD_MISSING, DeliveryState.UNKNOWN, 1),
    (Fault.RATE_LIMITED_SILENTLY, DeliveryState.PENDING, 0),
    (Fault.TOKEN_EXPIRED, DeliveryState.PENDING, 0),
]


async def test_each_fault_is_settled_by_its_rule_and_what_is_said_after_it_is_heard(
    tmp_path: Path, server: TelegramStandIn
) -> None:
    await asyncio.to_thread(open_a_shop, tmp_path)
    section = {**server.settings(), "timeout_seconds": 0.3}
    async with living(Settings(data=tmp_path, networks={"telegram": section})) as hubbub:
        for fault, state, seen in SETTLED:
            server.fail(fault)
            calls = len(server.called("sendMessage"))
            # What waits to be tried again keeps its place: the last goes elsewhere.
            place = CHANNEL if fault is Fault.TOKEN_EXPIRED else GROUP
            await hubbub.writer.run(partial(post, text=str(fault), place=str(place)))
            await wait_for(lambda calls=calls: len(server.called("sendMessage")) > calls)  # type: ignore[misc]  # lambda defaults
            await until(hubbub, partial(is_in, key=str(fault), state=state))
            assert [one.text for one in server.shown()].count(str(fault)) == seen, fault
            said = await server.say(f"Good morning everybody, {fault}", author="ben")
            await until(hubbub, partial(is_kept, said=said))
        everything = [one for one in await hubbub.writer.run(kept) if one]
    assert sorted(everything) == sorted(set(everything))


async def until(hubbub: Hubbub, true: Callable[[Session], bool]) -> None:
    async with asyncio.timeout(10):
        while True:
            if await hubbub.writer.run(true):
                return
            await asyncio.sleep(0.02)


def post(session: Session, *, text: str, place: str) -> None:
    enqueue(
        session,
        key=text,
        channel=ensure(session, network="telegram", account="123456", remote_id=place),
        action=Action.PUBLISH,
        content=Content(text=text),
        about=About.POST,
    )


def is_in(session: Session, *, key: str, state: DeliveryState) -> bool:
    return session.scalars(sa.select(Delivery.state).filter_by(key=key)).one() is state


def kept(session: Session) -> list[str]:
    return [event.details["message"] for event in session.scalars(sa.select(Event))]


def is_kept(session: Session, *, said: str) -> bool:
    return said in kept(session)

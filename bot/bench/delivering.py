"""Delivering from PostgreSQL, each result committed: our postman beside two job queues.

All sides send to nowhere, at most as many at once as our postman does. What is to be sent stands in
the tables before the clock starts, and it stops once the tables say that all of it has gone.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from itertools import count

import sqlalchemy as sa

from bot.bench.bars import Measured
from bot.bench.place import Place, need, writing
from bot.bench.queues import dbos, procrastinate, until_none
from bot.bench.scheduled import ACCOUNT, NETWORK, schedule
from bot.bench.sizes import Sizes
from bot.bench.turns import Side, rates, told
from bot.channels.models import Channel
from bot.clock import SystemClock
from bot.db import Database, Session, Writer
from bot.networks import (
    Capabilities,
    Content,
    Finding,
    Health,
    Outgoing,
    Receipt,
    Receive,
    Settle,
    port,
)
from bot.outbox.models import Delivery, DeliveryState
from bot.outbox.postman import Postman

# As autovacuum does within a minute of a table's growing.
_ANALYZE = sa.text("ANALYZE delivery")
_OURS, _PROCRASTINATE, _DBOS = "Hubbub", "Procrastinate", "DBOS"


class Nowhere:
    """A network that takes everything at once and forgets it."""

    network, account = NETWORK, ACCOUNT
    capabilities = Capabilities(text_limit=10_000, settle=Settle.RESEND)

    async def run(self, receive: Receive) -> None:
        await asyncio.Event().wait()

    async def send(self, outgoing: Outgoing) -> Receipt:
        return Receipt(message=outgoing.key)

    async def find(self, outgoing: Outgoing) -> Receipt | None:
        return None

    def health(self) -> tuple[Health, str]:
        return Health.OK, ""

    async def examine(self, channel: str | None = None) -> Sequence[Finding]:
        health, says = self.health()
        return [Finding(what="connection", health=health, says=says)]

    async def places(self) -> Sequence[port.Place]:
        return ()


async def delivering(place: Place, sizes: Sizes) -> dict[str, Measured]:
    need("procrastinate", "dbos")
    database = place.database("postgresql")
    with writing(database) as writer:
        async with (
            procrastinate(place.url("postgresql"), sizes.jobs) as one,
            dbos(place.url("postgresql"), sizes.jobs) as other,
        ):
            sides = {
                _OURS: delivered(writer, sizes.deliveries), _PROCRASTINATE: one, _DBOS: other
            }  # fmt: skip
            found = await rates(sides, sizes.rounds)
    how = told(found)
    return {
        "deliver_vs_procrastinate": Measured(figure=found[_OURS] / found[_PROCRASTINATE], how=how),
        "deliver_vs_dbos": Measured(figure=found[_OURS] / found[_DBOS], how=how),
    }


def delivered(writer: Writer, deliveries: int) -> Side:
    """The postman as `hubbub run` runs it, from its start until nothing waits any more."""
    numbers = count()

    async def prepare() -> None:
        name = f"turn {next(numbers)}"
        await schedule(writer, deliveries, later=timedelta(), name=name)
        await writer.run(lambda session: session.execute(_ANALYZE))

    async def work(_: None) -> int:
        async with _at_work(writer):
            await asyncio.to_thread(until_none, partial(_waiting, writer.database))
        return deliveries

    return Side(prepare=prepare, work=work)


@asynccontextmanager
async def _at_work(writer: Writer) -> AsyncIterator[None]:
    postman = Postman(
        writer=writer,
        adapters={(NETWORK, ACCOUNT): Nowhere()},
        clock=SystemClock(),
        owner="bench",
        finish=_as_it_is,
    )
    running = asyncio.create_task(postman.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def _as_it_is(_session: Session, _delivery: Delivery, content: Content) -> Content:
    return content


def _waiting(database: Database) -> bool:
    under_way = [DeliveryState.PENDING, DeliveryState.SENDING]
    ours = (
        sa.select(Delivery.id)
        .join(Channel, Channel.id == Delivery.channel_id)
        .where(
            Delivery.workspace_id == database.workspace,
            Delivery.state.in_(under_way),
            Channel.network == NETWORK,
        )
    )
    with database.readers.connect() as connection:
        return connection.execute(ours.limit(1)).first() is not None

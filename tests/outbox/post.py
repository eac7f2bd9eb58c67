"""A post office for these tests: one channel, the sandbox network behind it, and a postman."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from adapters.sandbox import Entry, Fault, Ledger, Like, Sandbox, SandboxSettings
from bot.channels.models import Channel
from bot.channels.service import ensure
from bot.clock import FrozenClock
from bot.db import Database, Session, Writer
from bot.networks import Action, Content
from bot.outbox.claiming import Terms
from bot.outbox.models import About, Delivery, DeliveryState
from bot.outbox.postman import Postman
from bot.outbox.service import enqueue

LEASE = timedelta(seconds=60)
ACCOUNT = "main"


def as_it_is(_session: Session, _delivery: Delivery, content: Content) -> Content:
    return content


class Office:
    """What a test wants to see and do. ``like``: the network that the sandbox imitates."""

    def __init__(
        self,
        writer: Writer,
        clock: FrozenClock,
        *,
        like: Like = Like.WEBCHAT,
        book: Ledger | None = None,
        network: Sandbox | None = None,
    ) -> None:
        self.writer, self.clock = writer, clock
        self.database: Database = writer.database
        self.book = book or Ledger()
        self.network = network or Sandbox(
            SandboxSettings(account=ACCOUNT, like=like), clock, self.book
        )
        self.postman = self.another_postman("first")

    def another_postman(self, owner: str, network: Sandbox | None = None) -> Postman:
        return Postman(
            writer=self.writer,
            adapters={("sandbox", ACCOUNT): network or self.network},
            clock=self.clock,
            owner=owner,
            finish=as_it_is,
            terms=Terms(lease=LEASE),
        )

    async def put(self, key: str, *, text: str = "", **what: Any) -> UUID:
        """Enqueue it on the square; gives its id."""

        def command(session: Session) -> UUID:
            given = {
                "channel": a_channel(session, account=what.pop("account", ACCOUNT)),
                "action": Action.REPLY,
                "content": Content(text=text or key),
                "about": About.ACKNOWLEDGEMENT,
                **what,
            }
            return enqueue(session, key=key, **given).id

        return await self.writer.run(command)

    async def put_all(self, keys: Iterable[str], **what: Any) -> list[UUID]:
        return [await self.put(key, **what) for key in keys]

    async def deliver(self, *faults: Fault) -> int:
        """One round, in which the sends meet these faults."""
        self.network.fail_next(*faults)
        return await self.postman.deliver_due()

    async def deliver_all(self) -> None:
        """Rounds until nothing is due."""
        while await self.postman.deliver_due():
            pass

    async def change(self, key: str, verb: Any, *given: Any) -> None:
        """A person does ``verb`` to the delivery."""
        await self.writer.run(lambda session: verb(session, of(session, key), *given))

    def row(self, key: str) -> Delivery:
        with self.database.reading() as session:
            return of(session, key)

    def state(self, key: str) -> DeliveryState:
        return self.row(key).state

    def channel(self) -> Channel:
        with self.database.reading() as session:
            return session.scalars(sa.select(Channel).filter_by(account=ACCOUNT)).one()

    async def there(self) -> list[str]:
        """The keys of what became visible on the network, in order."""
        return [entry.key for entry in await self.entries()]

    async def entries(self) -> list[Entry]:
        return await self.book.entries()

    def later(self, by: timedelta = LEASE + timedelta(seconds=1)) -> None:
        self.clock.advance(by)


def a_channel(session: Session, *, account: str = ACCOUNT) -> Channel:
    return ensure(session, network="sandbox", account=account, remote_id="square")


def of(session: Session, key: str) -> Delivery:
    return session.scalars(sa.select(Delivery).filter_by(key=key)).one()

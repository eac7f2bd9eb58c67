"""A community for these tests: people on the sandbox's square, and what Hubbub answers them."""

from typing import Any

import sqlalchemy as sa

from adapters.sandbox import Entry, Ledger, Like, Sandbox, SandboxSettings
from bot.channels.service import ensure
from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.engagement.listening import Listening
from bot.engagement.telling import Voices, tell_all
from bot.inbox.models import Event, Message
from bot.inbox.service import receive
from bot.networks import Action, Content, InboundEvent
from bot.outbox.models import About
from bot.outbox.postman import Postman
from bot.outbox.service import enqueue
from bot.products import service as products
from bot.products.models import Product
from bot.suggestions.models import Suggestion, Voice
from bot.suppliers.models import Act, Case
from bot.suppliers.partners import add_supplier
from bot.suppliers.service import decide

SPEAK = Voices(languages=("en", "de"), shop="Willow & Wren")
CATALOGUE = """sku,name,brand,aliases
CUP-1,Lid Cup,Brookstead,lid cup
PAN-1,Ember Pan,Ironleaf,
"""


class Community:
    def __init__(self, writer: Writer, clock: FrozenClock) -> None:
        self.writer, self.clock = writer, clock
        self.book = Ledger()
        self.network = Sandbox(
            SandboxSettings(account="main", like=Like.FACEBOOK), clock, self.book
        )
        self.listening = self.another_listener("first")
        self.postman = Postman(
            writer=writer,
            adapters={("sandbox", "main"): self.network},
            clock=clock,
            owner="first",
            finish=lambda _session, _delivery, content: content,
        )
        writer.run_blocking(self._open_shop)

    def another_listener(self, owner: str) -> Listening:
        return Listening(self.writer, self.clock, owner, SPEAK)

    def _open_shop(self, session: Session) -> None:
        products.apply(session, products.plan_import(session, CATALOGUE))
        for name, brand in (("Brook & Daughters", "Brookstead"), ("Ironleaf Works", "Ironleaf")):
            supplier = add_supplier(session, name, f"{brand}@shop.example", brands=[brand])
            office = ensure(session, network="sandbox", account="main", remote_id=brand)
            supplier.channel_id = office.id

    async def post_about(self, sku: str, text: str = "What would you change?") -> str:
        """A post of the shop under which people can answer; gives its id there."""

        def command(session: Session) -> None:
            product = session.scalars(sa.select(Product).filter_by(sku=sku)).one()
            enqueue(
                session,
                key=f"post:{sku}",
                channel=ensure(session, network="sandbox", account="main", remote_id="square"),
                action=Action.PUBLISH,
                content=Content(text=text),
                about=About.POST,
                product_id=product.id,
            )

        await self.writer.run(command)
        await self.deliver()
        return (await self.book.entries())[-1].message

    async def hear(self, *events: InboundEvent) -> None:
        await self.writer.run(lambda session: receive(session, events))

    async def say(self, text: str, **what: Any) -> list[Entry]:
        """Somebody says it; gives what was sent because of it."""
        before = len(await self.book.entries())
        await self.hear(self.network.event(text, **what))
        await self.settle()
        return (await self.book.entries())[before:]

    async def settle(self) -> None:
        """Until everything is read, told and sent."""
        while await self.listening.read_new():
            pass
        while await tell_all(self.writer, SPEAK):
            pass
        await self.deliver()

    async def deliver(self) -> None:
        while await self.postman.deliver_due():
            pass

    async def decide(self, act: Act, **what: Any) -> None:
        """The partner of the only case does it."""

        def command(session: Session) -> None:
            case = session.scalars(sa.select(Case)).one()
            decide(session, case, act, by="supplier:Brook", **what)

        await self.writer.run(command)

    def all(self, kind: type[Any]) -> list[Any]:
        with self.writer.database.reading() as session:
            return list(session.scalars(sa.select(kind).order_by(kind.id)))

    def suggestion(self) -> Suggestion:
        (one,) = self.all(Suggestion)
        assert isinstance(one, Suggestion)
        return one

    def voices(self) -> list[Voice]:
        return self.all(Voice)

    def messages(self) -> list[Message]:
        return self.all(Message)

    def events(self) -> list[Event]:
        return self.all(Event)

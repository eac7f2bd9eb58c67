"""A whole Hubbub in this process, with people in its web chat and a partner somewhere outside."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from adapters.webchat.translate import ACCOUNT, COMMUNITY, NETWORK
from bot.accounts import service as accounts
from bot.accounts.models import Role, User
from bot.db import Session
from bot.main import Hubbub
from bot.networks import Author, EventKind, InboundEvent
from bot.outbox.models import Delivery, DeliveryState
from bot.settings import load
from bot.suppliers.correspondence.models import Reply
from bot.suppliers.models import Case, Supplier
from tests.adapters.ear import wait_for
from tests.flows.running import open_a_shop

WISH = "please make the Trail Lid Cup dishwasher-safe"
ADDRESS = "brookstead@example.com"


class PartnerWorld:
    def __init__(self, hubbub: Hubbub) -> None:
        self.hubbub = hubbub

    async def says(self, who: str, text: str, **more: Any) -> None:
        """Somebody says it in the web chat, for everybody to read."""
        id = uuid4().hex
        event = InboundEvent(
            network=NETWORK,
            account=ACCOUNT,
            dedupe_key=id,
            kind=EventKind.MESSAGE,
            occurred_at=self.hubbub.clock.now(),
            channel=COMMUNITY,
            raw=b"",
            message=id,
            author=Author(id=who, name=who.title()),
            text=text,
            **more,
        )
        await self.hubbub.receive([event])

    async def hears(self, words: str, times: int = 1) -> list[Delivery]:
        """What people were told in the web chat, as soon as so many have been told these words."""
        await wait_for(lambda: len(self._told(words)) >= times, 20)
        return self._told(words)

    def _told(self, words: str) -> list[Delivery]:
        sent = (
            sa.select(Delivery)
            .filter_by(state=DeliveryState.SENT)
            .where(Delivery.recipient.is_(None))
        )
        with self.hubbub.database.reading() as session:
            return [one for one in session.scalars(sent) if words in one.content["text"]]

    def all(self, kind: type[Any]) -> list[Any]:
        with self.hubbub.database.reading() as session:
            return list(session.scalars(sa.select(kind).order_by(kind.id)))

    def case(self) -> Case:
        [case] = self.all(Case)
        assert isinstance(case, Case)
        return case

    def partner(self) -> Supplier:
        [found] = [one for one in self.all(Supplier) if one.email == ADDRESS]
        assert isinstance(found, Supplier)
        return found

    def replies(self) -> list[Reply]:
        return self.all(Reply)


@asynccontextmanager
async def living(folder: Path, networks: dict[str, Any]) -> AsyncIterator[PartnerWorld]:
    await asyncio.to_thread(open_a_shop, folder)
    hubbub = Hubbub(load(data=folder, shop={"name": "Fern & Kettle"}, networks=networks))
    hubbub.open()
    working = asyncio.create_task(hubbub.work())
    try:
        yield PartnerWorld(hubbub)
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        hubbub.close()


def staff(session: Session) -> User:
    """A member of staff who chooses."""
    accounts.invite(session, "Mia", "mia@shop.example", Role.MARKETER)
    return session.scalars(sa.select(User).filter_by(name="Mia")).one()

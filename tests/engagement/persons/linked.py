"""A community on two networks, and what people send there to be one person."""

import re
from dataclasses import replace
from typing import Any

from adapters.sandbox import Entry, Like, Sandbox, SandboxSettings
from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.engagement import mydata
from bot.networks import Content
from bot.outbox.models import Delivery
from bot.outbox.postman import Postman
from tests.engagement.community import Community

CODE = re.compile(r"[A-Z2-9]{4}-[A-Z2-9]{4}")


class Linked(Community):
    """``say(…, on="other")`` says it at a second account, whose members are other members."""

    def __init__(self, writer: Writer, clock: FrozenClock) -> None:
        super().__init__(writer, clock)
        like = SandboxSettings(account="other", like=Like.TELEGRAM)
        self.other = Sandbox(like, clock, self.book)
        self.postman = Postman(
            writer=writer,
            adapters={("sandbox", "main"): self.network, ("sandbox", "other"): self.other},
            clock=clock,
            owner="first",
            finish=_finish,
        )

    async def say(self, text: str, *, on: str = "main", **what: Any) -> list[Entry]:
        before = len(await self.book.entries())
        network = self.other if on == "other" else self.network
        await self.hear(network.event(text, **what))
        await self.settle()
        return (await self.book.entries())[before:]

    async def alone(self, text: str, who: str, *, on: str = "main", **what: Any) -> list[Entry]:
        return await self.say(text, author=who, private=True, channel=who, on=on, **what)

    async def code(self, who: str) -> str:
        (answer,) = await self.alone("/link", who)
        found = CODE.search(answer.text)
        assert found is not None
        return found[0]

    async def link(self, who: str, other: str) -> list[Entry]:
        await self.alone(f"/link {await self.code(who)}", other, on="other")
        return await self.alone("/link yes", other, on="other")


def _finish(session: Session, delivery: Delivery, content: Content) -> Content:
    content = mydata.finish(session, delivery, content, public_url="http://shop.example")
    return replace(content)

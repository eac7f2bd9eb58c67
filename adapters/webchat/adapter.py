"""Speaking in the web chat: the delivery's row is the message, which the pages read."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from adapters.webchat.translate import ACCOUNT, COMMUNITY, COMMUNITY_NAME, NETWORK
from bot.errors import Rejected
from bot.networks import (
    Action,
    Capabilities,
    Finding,
    Health,
    Outgoing,
    Place,
    Receipt,
    Receive,
    Services,
    Settle,
)

# Our messages are named by their delivery's key within this namespace.
_OURS = UUID("5f1c7a0e-6f0b-4a52-9d0e-3b1f6f5b2c11")


class WebChatSettings(BaseModel):
    """``[networks.webchat]`` has nothing to decide: the chat is always there."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WebChat:
    """Sending the same key again gives the same id, and the page shows each row once."""

    network = NETWORK
    account = ACCOUNT
    capabilities = Capabilities(text_limit=4000, button_limit=8, settle=Settle.RESEND)

    async def run(self, receive: Receive) -> None:
        """There is nothing to connect to: visitors' messages come in through our own pages."""
        await asyncio.Event().wait()

    async def send(self, outgoing: Outgoing) -> Receipt:
        if problems := self.capabilities.problems(outgoing.content):
            raise Rejected(" ".join(problems))
        message = uuid5(_OURS, outgoing.key).hex
        return Receipt(message=message, permalink=_where(outgoing, message))

    async def find(self, outgoing: Outgoing) -> Receipt | None:
        return await self.send(outgoing)

    def health(self) -> tuple[Health, str]:
        return Health.OK, "The web chat is open."

    async def examine(self, channel: str | None = None) -> Sequence[Finding]:
        health, says = self.health()
        return [Finding(what="connection", health=health, says=says)]

    async def places(self) -> Sequence[Place]:
        return [Place(channel=COMMUNITY, name=COMMUNITY_NAME)]


def _where(outgoing: Outgoing, message: str) -> str:
    if outgoing.action is Action.DIRECT:
        return f"/chat/me#m-{message}"
    return f"/chat/threads/{outgoing.thread or message}#m-{message}"


def build(_settings: WebChatSettings, _services: Services) -> WebChat:
    return WebChat()

"""`hubbub` with a network that says its own token whenever it says anything (test_canaries.py)."""

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

from litestar import get
from pydantic import BaseModel, ConfigDict, SecretStr

from bot import main
from bot.cli import app
from bot.errors import OutcomeUnknown, Rejected, Unauthorized, Unavailable
from bot.networks import (
    Capabilities,
    Finding,
    Health,
    Outgoing,
    Place,
    Plugin,
    Receipt,
    Receive,
    Services,
    installed,
)
from bot.networks.port import Event, WebhookRequest
from bot.web.access import Access

NETWORK = "leaky"


class LeakySettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    token: SecretStr


class Leaky:
    network, account = NETWORK, "main"
    capabilities = Capabilities(text_limit=2000)

    def __init__(self, token: str) -> None:
        self._address = f"https://api.example.org/bot{token}/call?access={token}"
        self._token = token
        kinds = (Unavailable, Rejected, OutcomeUnknown, RuntimeError, Unauthorized)
        self._faults = itertools.cycle(kinds)

    async def run(self, receive: Receive) -> None:
        await asyncio.sleep(0)
        raise ConnectionError(f"GET {self._address}: my token is {self._token}")

    async def send(self, outgoing: Outgoing) -> Receipt:
        raise next(self._faults)(f"POST {self._address} failed, though I said {self._token}")

    async def find(self, outgoing: Outgoing) -> Receipt | None:
        return None

    def health(self) -> tuple[Health, str]:
        return Health.WARN, f"I can't reach {self._address} with {self._token}."

    async def examine(self, channel: str | None = None) -> Sequence[Finding]:
        health, says = self.health()
        return [Finding(what="connection", health=health, says=says)]

    async def places(self) -> Sequence[Place]:
        return ()


def _accept(settings: Any, request: WebhookRequest) -> Sequence[Event]:
    raise RuntimeError(f"I don't understand it, but my token is {settings.token}: {request.body!r}")


def _routes(house: Any) -> list[Any]:
    token = house.settings.networks[NETWORK]["token"]

    @get("/leaky", access=Access.PUBLIC)
    async def broken() -> str:
        raise RuntimeError(f"Nobody expected this of {token}")

    return [broken]


def _build(settings: Any, services: Services) -> Leaky:
    return Leaky(settings.token.get_secret_value())


plugin = Plugin(
    name=NETWORK,
    title="Leaky",
    settings=LeakySettings,
    build=_build,
    accept=_accept,
    routes=_routes,
)


if __name__ == "__main__":
    known = installed()
    vars(main)["installed"] = lambda: {**known, NETWORK: plugin}
    app()

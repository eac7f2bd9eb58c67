"""Calling partners' programs. The same call may come twice, with the same ``webhook-id``."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict

from bot import egress
from bot.egress import PUBLIC, Fetched, Rules
from bot.errors import RateLimited, Rejected, Unavailable
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
    signing,
)

# What will never be taken, however often it is sent.
_NEVER = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.GONE,  # the specification: they want no more calls
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
_LATER = timedelta(minutes=1)
_LONGEST_LATER = timedelta(days=1)


class EndpointSettings(BaseModel):
    """The section ``[networks.endpoint]``; each partner's address and secret are set on a page."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    account: str = "default"


class Endpoints:
    """All partners' programs. What they answer of themselves comes in elsewhere."""

    network = "endpoint"
    capabilities = Capabilities(
        text_limit=500_000,
        threads=False,
        publishes=False,
        settle=Settle.RESEND,  # a program knows a repeat by its id
        actions=frozenset({Action.DIRECT}),
    )

    def __init__(
        self, settings: EndpointSettings, services: Services, rules: Rules = PUBLIC
    ) -> None:
        self.account = settings.account
        self._services, self._rules = services, rules

    async def run(self, receive: Receive) -> None:
        await asyncio.Event().wait()

    async def send(self, outgoing: Outgoing) -> Receipt:
        if problems := self.capabilities.problems(outgoing.content):
            raise Rejected(" ".join(problems))
        place = await self._services.callee(outgoing.channel)
        body, id = outgoing.content.text.encode("utf-8", "replace"), call_id(outgoing.key)
        headers = signing.sign(place.secret, id, self._services.clock.now(), body)
        headers["Content-Type"] = "application/json"
        try:
            answer = await egress.post(place.url, body, self._rules, headers)
        except egress.AddressRefused as refused:
            raise Rejected(str(refused)) from refused
        except egress.NoAnswer as silent:
            raise Unavailable(str(silent)) from silent
        _must_be_taken(answer)
        return Receipt(message=id)

    async def find(self, outgoing: Outgoing) -> Receipt | None:
        raise NotImplementedError("what a program was told can't be looked for")

    def health(self) -> tuple[Health, str]:
        return Health.OK, "Partners' programs are called when there is something to tell."

    async def examine(self, channel: str | None = None) -> Sequence[Finding]:
        health, says = self.health()
        return [Finding(what="connection", health=health, says=says)]

    async def places(self) -> Sequence[Place]:
        return ()


def call_id(key: str) -> str:
    """The same for every attempt at one call."""
    return f"msg_{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:32]}"


def _must_be_taken(answer: Fetched) -> None:
    """Only 2xx is yes. A wrong door or secret is soon mended there, so it is tried again."""
    if 200 <= answer.status < 300:
        return
    said = f"Their program answered {answer.status}."
    if answer.status in _NEVER:
        raise Rejected(said)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise RateLimited(said, retry_after=_wait(answer.headers.get("retry-after", "")))
    raise Unavailable(said)


def _wait(after: str) -> timedelta:
    if not (after.isascii() and after.isdecimal() and len(after) < 7):
        return _LATER
    return min(timedelta(seconds=int(after)), _LONGEST_LATER)


def build(settings: EndpointSettings, services: Services) -> Endpoints:
    return Endpoints(settings, services)

"""The sandbox network: real code that users and tests share."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from adapters.sandbox.book import Book, Entry, Ledger, LedgerClient
from adapters.sandbox.settings import SQUARE, Fault, SandboxSettings
from adapters.sandbox.translate import challenge, is_signed, translate
from bot.clock import Clock, Ids
from bot.errors import (
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from bot.networks import (
    Author,
    EventKind,
    Finding,
    Health,
    InboundEvent,
    Outgoing,
    Place,
    Receipt,
    Receive,
    Reply,
    Services,
    Settle,
    WebhookRequest,
)
from bot.networks.port import Event

NETWORK = "sandbox"


class Sandbox:
    """One account there. The same seed, clock and calls give the same ids and faults."""

    network = NETWORK

    def __init__(self, settings: SandboxSettings, clock: Clock, book: Book | None = None) -> None:
        self.account = settings.account
        self.capabilities = settings.like.capabilities
        self.ledger = book or (LedgerClient(settings.ledger) if settings.ledger else Ledger())
        self._clock = clock
        self._faults = settings.faults
        self._script = list(settings.faults.script)
        self._chance = Random(settings.seed)
        self._ids = Ids(clock, self._chance.randbytes)
        self._unheard: list[InboundEvent] = []
        self._receive: Receive | None = None
        self._lost = asyncio.Event()
        self._handing_over = asyncio.Lock()

    async def run(self, receive: Receive) -> None:
        self._receive = receive
        self._lost.clear()
        try:
            await self._hand_over()
            await self._lost.wait()
            raise Unavailable("The sandbox hung up.")
        finally:
            self._receive = None

    async def send(self, outgoing: Outgoing) -> Receipt:
        fault = self._next_fault()
        if fault is Fault.SLOW:
            await self._clock.sleep(self._faults.slow_seconds)
        self._raise_if_refused(fault)
        if problems := self.capabilities.problems(outgoing.content):
            raise Rejected(" ".join(problems))
        entry = await self.ledger.accept(outgoing, self.capabilities.settle)
        if fault is Fault.TIME_OUT:
            raise OutcomeUnknown("The sandbox took it and never answered.")
        return _receipt(entry)

    async def find(self, outgoing: Outgoing) -> Receipt | None:
        if self.capabilities.settle is not Settle.READ_BACK:
            raise Rejected("This network can't be searched for what was sent.")
        entry = await self.ledger.find(outgoing.key)
        return _receipt(entry) if entry else None

    def health(self) -> tuple[Health, str]:
        if self._receive is None:
            return Health.OFF, "The sandbox is not connected."
        return Health.OK, "The sandbox listens."

    async def examine(self, channel: str | None = None) -> Sequence[Finding]:
        health, says = self.health()
        return [Finding(what="connection", health=health, says=says)]

    async def places(self) -> Sequence[Place]:
        return [Place(channel=SQUARE, name="Sandbox square")]

    def fail_next(self, *faults: Fault) -> None:
        """The next sends meet these faults, one each, in this order."""
        self._script.extend(faults)

    def hang_up(self) -> None:
        """End the connection from the network's side; `run` raises `Unavailable`."""
        self._lost.set()

    async def say(self, text: str, **what: Any) -> InboundEvent:
        """A person says something; ``what`` as in `event`. Returns once Hubbub has it.

        While nobody listens, or when receiving fails, it is kept and told at the next chance.
        """
        event = self.event(text, **what)
        await self.happen(event)
        return event

    async def happen(self, event: InboundEvent) -> None:
        """`say` for an event of any kind; the same event may happen again."""
        self._unheard.append(event)
        await self._hand_over()

    def event(
        self,
        text: str = "",
        *,
        author: str = "Ada",
        channel: str = SQUARE,
        reply_to: str | None = None,
        thread: str | None = None,
        private: bool = False,
        kind: EventKind = EventKind.MESSAGE,
        data: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> InboundEvent:
        """What a person does there. ``author`` is their name and id, ``reply_to`` a message id,
        ``key`` the dedupe key (a new one by default), ``data`` as `InboundEvent` says."""
        message = key or str(self._ids.new())
        thread = thread or reply_to
        return InboundEvent(
            network=self.network,
            account=self.account,
            dedupe_key=message,
            kind=kind,
            occurred_at=self._clock.now(),
            channel=channel,
            raw=json.dumps({"author": author, "text": text, "message": message}).encode(),
            conversation=thread or channel,
            message=message,
            reply_to=reply_to,
            thread=thread,
            author=Author(id=author.casefold(), name=author),
            text=text,
            private=private,
            data=data or {},
        )

    async def _hand_over(self) -> None:
        async with self._handing_over:
            if self._receive and self._unheard:
                events = tuple(self._unheard)
                await self._receive(events)
                del self._unheard[: len(events)]

    def _next_fault(self) -> Fault:
        if self._script:
            return self._script.pop(0)
        drawn = self._chance.random()
        for fault, probability in self._faults.probabilities.items():
            if drawn < probability:
                return fault
            drawn -= probability
        return Fault.NONE

    def _raise_if_refused(self, fault: Fault) -> None:
        match fault:
            case Fault.REFUSE:
                raise Rejected("The sandbox doesn't want this.")
            case Fault.RATE_LIMIT:
                wait = timedelta(seconds=self._faults.retry_after_seconds)
                raise RateLimited("The sandbox asks for patience.", retry_after=wait)
            case Fault.UNAUTHORIZED:
                raise Unauthorized("The sandbox no longer knows this account.")
            case Fault.UNAVAILABLE:
                raise Unavailable("The sandbox is closed for the moment.")


def _receipt(entry: Entry) -> Receipt:
    return Receipt(message=entry.message, permalink=f"sandbox:{entry.message}")


def accept(settings: SandboxSettings, request: WebhookRequest) -> Sequence[Event] | Reply:
    """The events of a signed call, or the answer to a GET that asks whether it is us, as Facebook's
    does. Without a secret there is nothing here."""
    secret = settings.secret.get_secret_value()
    if not secret:
        raise NotFound
    if request.method == "GET":
        answer = challenge(secret, request.query)
        if answer is None:
            raise NotAllowed("The token does not match: is the secret the same on both sides?")
        return Reply(body=answer)
    if not is_signed(secret, request.headers, request.body):
        raise NotAllowed("The signature does not match: is the secret the same on both sides?")
    return translate(settings.account, request.body)


def build(settings: SandboxSettings, services: Services) -> Sandbox:
    return Sandbox(settings, services.clock)

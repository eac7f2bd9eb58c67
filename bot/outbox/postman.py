"""The loop that carries deliveries to their networks."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock
from bot.db import Session, Writer
from bot.errors import (
    DatabaseUnavailable,
    LeaseLost,
    NetworkError,
    OutcomeUnknown,
    Rejected,
    Unavailable,
)
from bot.logs import log
from bot.networks import Action, Adapter, Content, Outgoing, Receipt, Settle
from bot.outbox.claiming import AT_ONCE_UNSETTLED, Claim, Terms, claim, set_right
from bot.outbox.models import LONGEST_LIMIT, LONGEST_WAIT, Delivery
from bot.outbox.settling import settle_all

# Completes the content at the moment of sending, inside a write (a link made only now).
Finish = Callable[[Session, Delivery, Content], Content]

# Whether it may still be said to that person; raises `Rejected` where not.
Allowed = Callable[[Session, Delivery], None]

# When it ends, what is on its way out may still arrive for so long.
_GRACE_SECONDS = 2.0
# Deliveries under way at once, over all networks.
AT_ONCE = 100
# How often the table is looked at without being told: finds what other processes wrote.
_LOOK_SECONDS = 1.0
# A clock that goes back by less is being kept right; by more, it was wrong.
_A_JUMP = timedelta(minutes=1)

Key = tuple[str, str]  # network, account

_log = log("outbox")


class Mine(Protocol):
    """Which accounts this process may speak for: each has one owner at a time."""

    def holds(self, key: tuple[str, str]) -> bool:
        """By what is known here and now."""
        ...

    def confirmed(self, session: Session) -> Collection[tuple[str, str]]:
        """By the tables; nobody else can take one of these over before COMMIT."""
        ...


class Postman:
    """Claims what is due, hands it to its adapter, writes down what came back.

    ``mine``: the accounts that it does this for; all where it is left away.
    """

    def __init__(
        self,
        *,
        writer: Writer,
        adapters: Mapping[tuple[str, str], Adapter],
        clock: Clock,
        owner: str,
        finish: Finish,
        terms: Terms | None = None,
        send_timeout: float = 30.0,
        mine: Mine | None = None,
        allowed: Allowed | None = None,
    ) -> None:
        self._writer, self._adapters, self._clock = writer, adapters, clock
        self._owner, self._finish, self._allowed = owner, finish, allowed
        self._terms, self._timeout, self._mine = terms or Terms(), send_timeout, mine
        self._latest: datetime | None = None

    async def run(self) -> None:
        """Deliver until cancelled; what does not arrive soon then is settled by who comes next."""
        under_way: dict[asyncio.Task[None], Key] = {}
        with self._writer.news.listening("outbox", "channels") as listener:
            try:
                while True:
                    places = AT_ONCE - len(under_way)
                    claims = await self._claim(places, Counter(under_way.values()))
                    for one in claims:
                        task = asyncio.create_task(self._deliver(one))
                        under_way[task] = one.network, one.outgoing.account
                        task.add_done_callback(under_way.pop)
                    if len(claims) < places:
                        await listener.next(timeout=_LOOK_SECONDS)
                    else:  # more may be due: go on as soon as there is a place for it
                        await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            finally:
                if under_way:
                    await asyncio.wait(under_way, timeout=_GRACE_SECONDS)

    async def deliver_due(self) -> int:
        """Deliver what is due now and wait for it: one round of `run`. Gives how many."""
        claims = await self._claim(AT_ONCE)
        await asyncio.gather(*(self._deliver(one) for one in claims))
        return len(claims)

    async def _claim(self, most: int, busy: Mapping[Key, int] | None = None) -> list[Claim]:
        """``busy``: how many are under way, by account."""

        def command(session: Session) -> list[Claim]:
            mine = self._adapters if self._mine is None else self._mine.confirmed(session)
            accounts = {
                key: can
                for key in mine
                if (can := self._adapters[key].capabilities).settle is not Settle.ASK
                or (busy or {}).get(key, 0) < AT_ONCE_UNSETTLED
            }
            return claim(
                session, owner=self._owner, accounts=accounts, terms=self._terms, most=most
            )

        try:
            await self._mind_the_clock()
            return await self._writer.run(command)
        except DatabaseUnavailable as error:
            _log.warning("cannot claim", reason=str(error))
            return []

    async def _mind_the_clock(self) -> None:
        now = self._clock.now()
        if self._latest is None:  # it may have been put back while nobody was there
            await self._writer.run(lambda session: set_right(session, LONGEST_LIMIT))
        elif now < self._latest - _A_JUMP:
            await self._writer.run(lambda session: set_right(session, LONGEST_WAIT))
        self._latest = now

    async def _deliver(self, one: Claim) -> None:
        outcome = await self._attempt(one)
        if isinstance(outcome, Exception):
            _log.warning(
                "not delivered",
                network=one.network,
                attempt=one.attempt,
                outcome=type(outcome).__name__,
                reason=str(outcome),
            )
        try:
            await self._writer.run_together(settle_all, (one, outcome))
        except LeaseLost:
            _log.warning("taken over by another process", delivery=str(one.id))
        except DatabaseUnavailable as error:
            # It stays under way; when its lease ends it is settled by the network's rule.
            _log.error("could not write the outcome down", reason=str(error))

    async def _attempt(self, one: Claim) -> Receipt | Exception:
        adapter = self._adapters[one.network, one.outgoing.account]
        try:
            async with asyncio.timeout(self._timeout):
                outgoing = await self._finished(one)
                receipt = await adapter.find(outgoing) if one.look_first else None
        except Exception as error:
            if isinstance(error, Rejected) and not one.again:
                return error  # it is not to be said any more
            # Nothing was sent now; what an earlier attempt did is as unknown as it was.
            return (OutcomeUnknown if one.look_first else Unavailable)(str(error))
        if receipt is not None:
            return receipt
        try:
            await self._ask_leave(one)
        except NetworkError as error:
            return error
        if self._too_late(one):  # looked at last: nothing may take time between this and the send
            return Unavailable("We were too slow; it is tried again.")
        try:
            async with asyncio.timeout(self._timeout):
                return await adapter.send(outgoing)
        except NetworkError as error:
            return error
        except TimeoutError:
            return OutcomeUnknown("The network did not answer in time.")
        except Exception as error:
            _log.exception("an adapter failed", network=one.network)
            return OutcomeUnknown(f"Something unexpected happened: {error!r}")

    async def _ask_leave(self, one: Claim) -> None:
        """Raises `Rejected` where a window has closed since it was enqueued."""
        allowed = self._allowed
        if allowed is None or one.outgoing.action is not Action.DIRECT:
            return

        def ask() -> None:
            with self._writer.database.reading() as session:
                allowed(session, session.need(Delivery, one.id))

        try:
            await asyncio.to_thread(ask)
        except NetworkError:
            raise
        except Exception as error:  # nothing has been sent
            raise Unavailable("The database could not be asked; it is tried again.") from error

    def _too_late(self, one: Claim) -> bool:
        """A process that was frozen must not send what another may have taken over."""
        if self._mine is not None and not self._mine.holds((one.network, one.outgoing.account)):
            return True
        return (one.lease_until - self._clock.now()).total_seconds() < self._timeout

    async def _finished(self, one: Claim) -> Outgoing:
        def finish(session: Session) -> Content:
            return self._finish(session, session.need(Delivery, one.id), one.outgoing.content)

        if "{" not in one.outgoing.content.text:
            return one.outgoing
        return replace(one.outgoing, content=await self._writer.run(finish))

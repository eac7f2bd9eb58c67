"""Time that passes in one transaction: what main's loops do, done at each moment of the past."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa

from bot.clock import FrozenClock, Ids
from bot.db import Session
from bot.engagement.handling import keep
from bot.engagement.reading import read
from bot.engagement.telling import Voices, tell, untold
from bot.networks import Adapter, Outgoing
from bot.outbox.claiming import Claim, Terms, claim
from bot.outbox.models import Delivery, DeliveryState
from bot.outbox.settling import settle
from bot.settings import Settings
from bot.suppliers import links
from bot.suppliers.letters import LINK

P = ParamSpec("P")
T = TypeVar("T")

# The last six bytes of the ids of everything that the sample puts in.
MARK = b"sample"

_BLINK, _SECOND = timedelta(milliseconds=240), timedelta(seconds=1)
_MOST = 100


def marked_ids(clock: FrozenClock) -> Ids:
    """Ids like all others, but theirs end in `MARK`; the first two bytes of chance stay."""
    return Ids(clock, chance=lambda size: os.urandom(size - len(MARK)) + MARK)


class Stage:
    """One session whose clock is moved by whoever plays on it. Nothing is committed here.

    ``off``: from when to when Hubbub was switched off; what falls due then leaves afterwards.
    """

    def __init__(
        self,
        session: Session,
        clock: FrozenClock,
        settings: Settings,
        adapters: Mapping[tuple[str, str], Adapter],
        off: tuple[datetime, datetime],
    ) -> None:
        self.session, self.settings, self.adapters = session, settings, adapters
        self.limits = {adapter.network: adapter.capabilities for adapter in adapters.values()}
        self._clock, self._off = clock, off
        self._speak = Voices(languages=settings.shop.languages, shop=settings.shop.name)

    def do(
        self, command: Callable[Concatenate[Session, P], T], *args: P.args, **more: P.kwargs
    ) -> T:
        """Run it as the writer would: afterwards its rows can only be read."""
        result = command(self.session, *args, **more)
        self.session.flush()
        self.session.expunge_all()
        return result

    async def until(self, moment: datetime) -> None:
        """Let time pass; what falls due on the way leaves when it is due."""
        while (due := self.do(_next_due)) is not None and due < moment:
            switched_off, on_again = self._off
            self._move(on_again if switched_off <= due < on_again else due)
            await self._deliver()
        self._move(moment)

    async def answer(self) -> None:
        """Read what is new, tell what was decided, deliver both; a second after it was said."""
        self._move(self._clock.now() + _SECOND)
        if batch := self.do(read, most=_MOST, languages=self._speak.languages):
            self.do(keep, batch, self._speak)
        for decision in self.do(untold):
            while self.do(tell, decision, self._speak):
                pass
        await self._deliver()

    def _move(self, to: datetime) -> None:
        self._clock.advance(max(to - self._clock.now(), timedelta()))

    async def _deliver(self) -> None:
        accounts = {key: adapter.capabilities for key, adapter in self.adapters.items()}
        while (due := self.do(_next_due)) is not None and due <= self._clock.now():
            claims = self.do(claim, owner="sample", accounts=accounts, terms=Terms())
            if not claims:
                break
            for one in claims:
                outgoing = self.do(self._finished, one)
                self._move(self._clock.now() + _BLINK)
                receipt = await self.adapters[one.network, outgoing.account].send(outgoing)
                self.do(settle, one, receipt)

    def _finished(self, session: Session, one: Claim) -> Outgoing:
        if LINK not in one.outgoing.content.text:
            return one.outgoing
        content = links.finish(
            session,
            session.need(Delivery, one.id),
            one.outgoing.content,
            public_url=self.settings.public_url,
            shop=self.settings.shop.name,
        )
        return replace(one.outgoing, content=content)


def _next_due(session: Session) -> datetime | None:
    waiting = sa.select(sa.func.min(Delivery.due_at)).filter_by(state=DeliveryState.PENDING)
    return session.scalar(waiting)

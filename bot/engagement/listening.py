"""The loop that reads the inbox: understand, then write down what follows, in order."""

import asyncio
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from bot.clock import Clock
from bot.db import Session, Writer
from bot.db.leases import hold, is_free, release, take
from bot.engagement.handling import keep
from bot.engagement.reading import Understood, read
from bot.engagement.telling import Voices
from bot.errors import DatabaseUnavailable, LeaseLost
from bot.inbox.models import Event, EventState
from bot.logs import log, mask

# One process reads the inbox at a time, so that conversations stay in order.
_LEASE, _LEASE_FOR = "inbox", timedelta(seconds=30)
_BATCH = 200
# An event that fails so often is put aside, so that those behind it are read.
_MOST_TRIES = 3

_log = log("engagement")


class Listening:
    """The loop that reads the inbox, one process at a time."""

    def __init__(
        self,
        writer: Writer,
        clock: Clock,
        owner: str,
        speak: Voices,
        *,
        lease: timedelta = _LEASE_FOR,
    ) -> None:
        self._writer, self._clock = writer, clock
        self._owner, self._speak, self._for = owner, speak, lease

    async def run(self) -> None:
        """Read until cancelled."""
        with self._writer.news.listening("inbox") as listener:
            try:
                while True:
                    try:
                        done = await self.read_new()
                    except (DatabaseUnavailable, LeaseLost) as error:
                        _log.warning("cannot read the inbox", reason=str(error))
                        done = 0
                    if not done:
                        await listener.next(timeout=1.0)
            finally:
                self._writer.submit(self._give_up)

    async def read_new(self) -> int:
        """Read one batch; gives how many events it had. 0 also where another process reads."""
        if not await asyncio.to_thread(self._anything_new):
            return 0
        fence = await self._writer.run(
            lambda session: take(session, _LEASE, self._owner, for_=self._for)
        )
        if fence is None:
            return 0
        batch = await self._batch()
        if not batch:
            return 0
        try:
            await self._keep(batch, fence)
        except (DatabaseUnavailable, LeaseLost):
            raise
        except Exception:
            await self._keep_each(batch, fence)
        return len(batch)

    def _give_up(self, session: Session) -> None:
        release(session, _LEASE, self._owner)
        session.announce("inbox")  # another may go on

    def _anything_new(self) -> bool:
        """Asked first: taking the lease writes, and an idle Hubbub should leave the disk alone."""
        with self._writer.database.reading() as session:
            new = sa.select(Event.id).filter_by(state=EventState.NEW).limit(1)
            found = session.scalar(new) is not None
            return found and is_free(session, _LEASE, self._owner, for_=self._for)

    async def _batch(self) -> list[Understood]:
        """Where one of many can't even be read, they are read one by one until it is found."""
        for most in (_BATCH, 1):
            try:
                return await asyncio.to_thread(self._read, most)
            except DatabaseUnavailable:
                raise
            except Exception as error:
                _log.exception("a message could not be read")
                problem = mask(f"Hubbub stumbled over it: {error!r}")
        await self._writer.run(lambda session: _put_aside(session, _oldest(session), problem))
        return []

    def _read(self, most: int) -> list[Understood]:
        with self._writer.database.reading() as session:
            return read(session, most=most, languages=self._speak.languages)

    async def _keep(self, batch: list[Understood], fence: int) -> None:
        def command(session: Session) -> int:
            hold(session, _LEASE, self._owner, fence)
            return keep(session, batch, self._speak)

        await self._writer.run(command)

    async def _keep_each(self, batch: list[Understood], fence: int) -> None:
        """One of them can't be handled: find it, put it aside, and read the others."""
        for one in batch:
            try:
                await self._keep([one], fence)
            except (DatabaseUnavailable, LeaseLost):
                raise
            except Exception as error:
                _log.exception("a message could not be handled", id=str(one.id))
                problem = mask(f"Hubbub stumbled over it: {error!r}")
                await self._writer.run(
                    lambda session, id=one.id, why=problem: _put_aside(session, id, why)  # type: ignore[misc]  # lambda defaults
                )
                if not await self._gone(one.id):
                    return  # it is tried again first: those behind it wait for their turn

    async def _gone(self, id: UUID) -> bool:
        def state() -> bool:
            with self._writer.database.reading() as session:
                return session.need(Event, id).state is not EventState.NEW

        return await asyncio.to_thread(state)


def _oldest(session: Session) -> UUID:
    new = sa.select(Event.id).filter_by(state=EventState.NEW).order_by(Event.id).limit(1)
    return session.scalars(new).one()


def _put_aside(session: Session, id: UUID, problem: str) -> None:
    event = session.need(Event, id)
    if event.state is not EventState.NEW:
        return  # another process has gone on, while this one stood still
    event.tries += 1
    event.problem = problem
    if event.tries >= _MOST_TRIES:
        event.state = EventState.QUARANTINED
    session.announce("inbox", "messages")

"""Goes on with files of posts in the background, also after a crash, in any number of processes."""

import asyncio
from datetime import timedelta

import sqlalchemy as sa

from bot.db import Session, Writer
from bot.errors import DatabaseUnavailable
from bot.logs import log
from content_calendar.exchange.models import Intake, Step
from content_calendar.exchange.service import TOPIC, close, go_on, waiting
from content_calendar.writing import Adapters, Limits, limits_of

FORGOTTEN = timedelta(days=7)
"""So long a file waits for somebody to decide about it."""

_log = log("exchange")


async def run(writer: Writer, adapters: Adapters) -> None:
    """Until cancelled."""
    with writer.news.listening(TOPIC) as listener:
        while True:
            try:
                more = await asyncio.to_thread(once, writer, limits_of(adapters))
            except DatabaseUnavailable as error:
                _log.warning("cannot go on with a file", reason=str(error))
                more = False
            if not more:
                await listener.next(timeout=5.0)


def once(writer: Writer, limits: Limits) -> bool:
    """Do one step of the oldest file. False when none waits, or another process is at it."""
    with writer.database.reading() as session:
        work = waiting(session)
        old = bool(forgotten(session))
    if work is not None:
        return go_on(writer, work, limits)
    if old:
        writer.run_blocking(_tidy)
    return False


def forgotten(session: Session) -> list[Intake]:
    old = sa.select(Intake).where(
        Intake.step == Step.LOOKED, Intake.begun_at < session.now() - FORGOTTEN
    )
    return list(session.scalars(old))


def _tidy(session: Session) -> None:
    for intake in forgotten(session):
        close(session, intake, Step.LEFT)

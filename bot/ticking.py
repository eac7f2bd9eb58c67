"""What is looked at every few minutes. The tables are the truth: a tick only looks at them, so any
number of processes may tick."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.db import Session, Writer
from bot.errors import DatabaseUnavailable
from bot.logs import log

Work = Callable[[Session], object]

_HOUR = 60
_log = log("ticking")


def ticking(
    writer: Writer, works: Iterable[tuple[Work, int]], learn: Callable[[], None]
) -> AsyncIOScheduler:
    """Not started yet. ``works``: each with its minutes, done at once and then so often; ``learn``
    is done every hour."""
    scheduler = AsyncIOScheduler(
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )

    async def do(what: Work) -> None:
        await _quietly(lambda: writer.run(what))

    async def keep_learning() -> None:
        await _quietly(lambda: asyncio.to_thread(learn))

    for work, minutes in works:
        scheduler.add_job(do, "interval", (work,), minutes=minutes)
        scheduler.add_job(do, args=(work,))
    scheduler.add_job(keep_learning, "interval", minutes=_HOUR)
    return scheduler


async def _quietly(work: Callable[[], Awaitable[object]]) -> None:
    """The next tick comes, whether or not the database could be used at this one."""
    try:
        await work()
    except DatabaseUnavailable as error:
        _log.warning("cannot look at the tables", reason=str(error))

"""The back-ups that a running Hubbub makes by itself."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event

from bot.db.backup.keeping import keep, kept
from bot.db.leases import release, take
from bot.db.session import Session
from bot.db.writer import Writer
from bot.errors import DatabaseUnavailable, HubbubError
from bot.logs import log
from bot.settings import Settings

# Whether one is due is looked at so often, in seconds.
_LOOK = 60.0
# What one may take before another process thinks that it has died.
_LONGEST = timedelta(hours=2)
# After one that failed the next is tried so much later, in seconds.
_AGAIN = 3_600.0

_log = log("backups")


async def run(settings: Settings, writer: Writer) -> None:
    """Make one whenever the newest is too old, until cancelled. Does nothing where none are
    wanted."""
    clock, every = writer.database.clock, timedelta(hours=settings.backup.every_hours)
    wait = _LOOK  # a start has enough to do
    while every:
        await clock.sleep(wait)
        wait = _LOOK
        if is_due(settings.backups, clock.now() - every):
            try:
                await _make_one(settings, writer)
            except (HubbubError, OSError) as error:
                _log.error("no back-up could be made", reason=str(error))
                wait = _AGAIN
    await asyncio.Event().wait()


def is_due(folder: Path, before: datetime) -> bool:
    newest = next((one for one in kept(folder) if one.regular), None)
    return newest is None or newest.made_at <= before


async def _make_one(settings: Settings, writer: Writer) -> None:
    """By one process at a time, in a thread that stops when we are stopped."""
    stopped = Event()

    def told(_done: int, _all: int) -> None:
        if stopped.is_set():
            raise HubbubError("Hubbub was stopped; the next back-up is made after it has started.")

    owner, name = f"backups:{id(writer):x}", f"backups:{settings.backups.resolve()}"

    def leave(session: Session) -> None:
        release(session, name, owner)

    if await writer.run(lambda session: take(session, name, owner, for_=_LONGEST)) is None:
        return
    try:
        most = settings.backup.keep
        made = partial(keep, writer.database, settings.backups, most=most, progress=told)
        path = await asyncio.to_thread(made)
        _log.info("a back-up was made", path=str(path))
    finally:
        stopped.set()
        try:
            await writer.run(leave)
        except DatabaseUnavailable as error:
            _log.warning("the lease of back-ups runs out by itself", reason=str(error))

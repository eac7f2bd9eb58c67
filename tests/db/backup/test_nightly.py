"""A running Hubbub makes back-ups by itself, and is not kept from stopping by one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest

from bot.accounts.models import AuditEntry
from bot.db import Session, Writer, insert_all
from bot.db.backup import nightly
from bot.db.backup.keeping import kept
from bot.db.backup.verifying import verify
from bot.settings import Backup, Settings
from tests.db.backup.shelf import Shelf


@asynccontextmanager
async def running(shelf: Shelf, **chosen: float) -> AsyncIterator["asyncio.Task[None]"]:
    """The clock stands still but for its sleeping, so nights pass quickly."""
    backup = Backup.model_validate({"folder": str(shelf.folder), **chosen})
    settings = Settings(data=shelf.folder.parent, backup=backup)
    with Writer(shelf.database) as writer:
        task = asyncio.create_task(nightly.run(settings, writer))
        try:
            yield task
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def until(happened: Callable[[], bool]) -> None:
    while not happened():  # noqa: ASYNC110 — what a thread does on a disk tells no event
        await asyncio.sleep(0)


async def seen(shelf: Shelf, pattern: str) -> None:
    await until(lambda: any(shelf.folder.glob(pattern)))


async def test_one_is_made_each_night_and_the_newest_stay(shelf: Shelf) -> None:
    shelf.fill("Square")
    async with running(shelf, every_hours=24, keep=2):
        await seen(shelf, "hubbub-*.zip")
        first = kept(shelf.folder)[0]
        await until(lambda: first not in kept(shelf.folder))  # a third one has driven it out
    third, second = kept(shelf.folder)
    for older, newer in ((first, second), (second, third)):
        assert timedelta(hours=24) <= newer.made_at - older.made_at < timedelta(hours=24, minutes=2)
    verify(third.path, shelf.database)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_whoever_wants_none_gets_none(shelf: Shelf) -> None:
    before = shelf.database.clock.now()
    async with running(shelf, every_hours=0) as task:
        for _ in range(50):
            await asyncio.sleep(0)
        assert not task.done()
    assert (shelf.folder.exists(), shelf.database.clock.now()) == (False, before)


async def test_stopping_does_not_wait_for_one(shelf: Shelf) -> None:
    with Writer(shelf.database) as writer:
        writer.run_blocking(many)
    async with running(shelf, every_hours=24) as task:
        await seen(shelf, ".*.part")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await until(lambda: not any(shelf.folder.glob(".*.part")))
    assert list(shelf.folder.iterdir()) == []


def many(session: Session) -> None:
    entry = {"at": session.now(), "actor": "test", "verb": "was", "subject": "", "details": {}}
    insert_all(session, AuditEntry, [entry] * 20_000)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_one_that_fails_is_tried_again_in_an_hour(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.fill("Square")
    with monkeypatch.context() as full:
        full.setattr("bot.db.backup.files.RESERVE", 10**18)  # more than any disk has
        async with running(shelf, every_hours=24):
            before = shelf.database.clock.now()
            await until(lambda: shelf.database.clock.now() > before + timedelta(minutes=30))
            assert kept(shelf.folder) == []
            full.undo()
            await seen(shelf, "hubbub-*.zip")

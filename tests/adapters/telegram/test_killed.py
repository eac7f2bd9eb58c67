"""Killed between Telegram's acceptance and our commit: said once, and a person is asked."""

import asyncio
import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.channels.service import ensure
from bot.db import Database, Session, Writer
from bot.networks import Action, Content
from bot.outbox.models import About, DeliveryState
from bot.outbox.service import enqueue
from tests.adapters.ear import wait_for
from tests.flows.running import open_a_shop, running
from tests.stand_ins.faults import Fault
from tests.stand_ins.telegram import TelegramStandIn
from tests.stand_ins.telegram.server import TOKEN

# How often a process is killed; more by HUBBUB_TEST_KILLS.
KILLS = int(os.environ.get("HUBBUB_TEST_KILLS", "1"))


async def test_nothing_is_said_twice_however_often_hubbub_is_killed(
    tmp_path: Path, server: TelegramStandIn
) -> None:
    await asyncio.to_thread(open_a_shop, tmp_path)
    settings: dict[str, Any] = {
        "HUBBUB_NETWORKS__TELEGRAM__TOKEN": TOKEN,
        "HUBBUB_NETWORKS__TELEGRAM__API_BASE": server.address,
        "HUBBUB_OUTBOX__LEASE_SECONDS": "5",
        "HUBBUB_OUTBOX__SEND_TIMEOUT_SECONDS": "3",
    }
    for number in range(KILLS):
        await asyncio.to_thread(write, tmp_path, f"Post {number}")
        server.fail(Fault.TIMED_OUT_THOUGH_DONE)
        with running(tmp_path, **settings) as hubbub:
            await wait_for(lambda number=number: len(posts(server)) > number)  # type: ignore[misc]  # lambda defaults
            hubbub.process.kill()  # Telegram has it, and we have not heard so
        assert states(tmp_path) == {
            **{f"Post {earlier}": DeliveryState.UNKNOWN for earlier in range(number)},
            f"Post {number}": DeliveryState.SENDING,
        }
        with running(tmp_path, **settings):
            said = await server.say("Anybody there?", author="ben", private=True)
            await wait_for(lambda said=said: said in {one.reply_to for one in server.shown()})  # type: ignore[misc]  # lambda defaults
            await _settled(tmp_path)
    assert posts(server) == [f"Post {number}" for number in range(KILLS)]
    assert set(states(tmp_path).values()) == {DeliveryState.UNKNOWN}


async def _settled(folder: Path) -> None:
    async with asyncio.timeout(30):
        while DeliveryState.SENDING in states(folder).values():  # noqa: ASYNC110  # another process writes it
            await asyncio.sleep(0.3)


def posts(server: TelegramStandIn) -> list[str]:
    return [one.text for one in server.shown() if one.text.startswith("Post")]


def write(folder: Path, text: str) -> None:
    """A post that is due now."""

    def command(session: Session) -> None:
        place = ensure(
            session, network="telegram", account="123456", remote_id=TelegramStandIn.channel
        )
        enqueue(
            session,
            key=text,
            channel=place,
            action=Action.PUBLISH,
            content=Content(text=text),
            about=About.POST,
            due_at=session.now() - timedelta(seconds=1),
        )

    database = Database(f"sqlite:///{folder}/hubbub.db")
    with Writer(database) as writer:
        writer.run_blocking(command)
    database.close()


def states(folder: Path) -> dict[str, str]:
    """Of each post, read from outside so that nothing of ours is in the way."""
    with closing(sqlite3.connect(f"file:{folder}/hubbub.db?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT key, state FROM delivery WHERE about = 'post'")
        return dict(rows.fetchall())

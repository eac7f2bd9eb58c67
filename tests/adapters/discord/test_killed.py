"""Killed between Discord's acceptance and our commit: said once, by the same nonce."""

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
from tests.stand_ins.discord import DiscordStandIn
from tests.stand_ins.discord.guild import BOT_ID
from tests.stand_ins.faults import Fault

# How often a process is killed; more by HUBBUB_TEST_KILLS.
KILLS = int(os.environ.get("HUBBUB_TEST_KILLS", "1"))


async def test_nothing_is_said_twice_however_often_hubbub_is_killed(
    tmp_path: Path, server: DiscordStandIn
) -> None:
    await asyncio.to_thread(open_a_shop, tmp_path)
    settings: dict[str, Any] = {
        f"HUBBUB_NETWORKS__DISCORD__{name.upper()}": str(value)
        for name, value in server.settings().items()
    } | {
        "HUBBUB_NETWORKS__DISCORD__TIMEOUT_SECONDS": "30",
        "HUBBUB_OUTBOX__LEASE_SECONDS": "5",
        "HUBBUB_OUTBOX__SEND_TIMEOUT_SECONDS": "3",
    }
    for number in range(KILLS):
        await asyncio.to_thread(write, tmp_path, f"Post {number}")
        server.fail(Fault.TIMED_OUT_THOUGH_DONE)
        with running(tmp_path, **settings) as hubbub:
            await wait_for(lambda number=number: len(posts(server)) > number)  # type: ignore[misc]  # lambda defaults
            hubbub.process.kill()  # Discord has it, and we have not heard so
        assert states(tmp_path)[f"Post {number}"] == DeliveryState.SENDING
        with running(tmp_path, **settings):
            async with asyncio.timeout(60):
                while True:  # looked at now and then: another process writes it
                    if set(states(tmp_path).values()) == {DeliveryState.SENT}:
                        break
                    await asyncio.sleep(0.3)
    assert posts(server) == [f"Post {number}" for number in range(KILLS)]
    said = [one for one in server.called("POST", "/messages") if "Post" in one.body["content"]]
    assert len(said) == 2 * KILLS
    assert len({one.body["nonce"] for one in said}) == KILLS


def posts(server: DiscordStandIn) -> list[str]:
    return [one.text for one in server.shown() if one.text.startswith("Post")]


def write(folder: Path, text: str) -> None:
    """A post that is due now."""

    def command(session: Session) -> None:
        place = ensure(session, network="discord", account=BOT_ID, remote_id=DiscordStandIn.channel)
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

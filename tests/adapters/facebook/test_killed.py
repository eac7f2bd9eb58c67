"""Killed after Facebook has taken a message and before we know: it is found there, not repeated.

``HUBBUB_TEST_KILLS=50 pytest tests/adapters/facebook/test_killed.py -s`` kills as often as that.
"""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import pytest
import sqlalchemy as sa

from bot.channels.service import ensure
from bot.db import Database, Session, Writer
from bot.db.upgrade import upgrade
from bot.networks import Action, Content
from bot.outbox.models import About, Delivery, DeliveryState
from bot.outbox.service import enqueue
from tests.stand_ins.facebook import Call, Facebook
from tests.stand_ins.facebook.wall import id_of

KILLS = int(os.environ.get("HUBBUB_TEST_KILLS", "3"))
PATIENCE = 20.0  # seconds for one delivery
PAGE = Facebook.channel

pytestmark = pytest.mark.timeout(60 + 10 * KILLS)  # real processes, on a machine that may be busy


def deliver(session: Session, number: int, post: str) -> None:
    """Each way to say something in turn: a post, an answer, a private message."""
    action = [Action.PUBLISH, Action.REPLY, Action.DIRECT][number % 3]
    channel = ensure(session, network="facebook", account=PAGE, remote_id=PAGE)
    channel.burst_most = 1_000_000  # the guard against bursts would only make the test wait
    answers, person = action is Action.REPLY, action is Action.DIRECT
    enqueue(
        session,
        key=f"killed-{number}",
        channel=channel,
        action=action,
        content=Content(text=f"News {number}"),
        about=About.POST,
        thread=post if answers else None,
        reply_to=post if answers else None,
        recipient=id_of("ada") if person else None,
    )


def until(true: Callable[[], bool]) -> None:
    end = monotonic() + PATIENCE
    while not true():
        assert monotonic() < end, "it did not come to pass"
        sleep(0.05)


def test_what_facebook_took_from_the_killed_is_there_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/hubbub.db"
    database = Database(url)
    upgrade(database)
    killed = []
    with Facebook() as page:
        process = born(url, page)

        def kill(call: Call) -> None:
            if "News" in str(call.sent) and call.method == "POST" and process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
                killed.append(process.pid)

        post = page.say_now("Do you ship?")
        page.accepted = kill
        for number in range(KILLS):
            page.wall.add_message(id_of("ada"), "hello", by_us=False)
            with Writer(database) as writer:
                writer.run_blocking(lambda session, n=number: deliver(session, n, post))  # type: ignore[misc]  # lambda defaults
            assert process.wait(PATIENCE) == -signal.SIGKILL
            process = born(url, page)
            until(lambda n=number: sent(database, f"killed-{n}"))  # type: ignore[misc]  # lambda defaults
        process.kill()
        process.wait()
        seen = Counter(one.text for one in page.shown())
        ids = {one.text: one.id for one in page.shown()}
        with database.reading() as session:
            known = {
                one.content["text"]: one.remote_id for one in session.scalars(sa.select(Delivery))
            }
    database.close()
    assert len(killed) == KILLS
    assert seen == {f"News {number}": 1 for number in range(KILLS)}
    assert known == ids
    with capsys.disabled():
        sys.stdout.write(f"\nfacebook: killed {KILLS}, repeated 0, lost 0, all found again\n")


def born(url: str, page: Facebook) -> "subprocess.Popen[bytes]":
    settings = json.dumps({**page.settings(), "settle_seconds": 0.3})
    command = [sys.executable, "-m", "tests.adapters.facebook.mortal", url, settings]
    return subprocess.Popen(command, cwd=Path(__file__).resolve().parents[3])


def sent(database: Database, key: str) -> bool:
    with database.reading() as session:
        state = session.scalar(sa.select(Delivery.state).filter_by(key=key))
    return state is DeliveryState.SENT

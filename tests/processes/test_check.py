"""`hubbub check` tells who is alive, who owns what, and what nobody does."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import URL

from bot import checkup
from bot.checkup import Level
from bot.clock import SystemClock
from bot.db import Database, Session
from bot.db.upgrade import upgrade
from bot.processes import Me, Part
from bot.processes.service import beat
from bot.settings import Settings
from tests import databases

CLOCK = SystemClock()
AN_HOUR, NOW = timedelta(hours=1), timedelta()


@pytest.fixture
def database(postgresql_server: URL) -> Iterator[Database]:
    with databases.fresh_database(postgresql_server) as url:
        database = Database(url, clock=CLOCK)
        upgrade(database)
        yield database
        database.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.session(database.writers) as session:
        yield session


def lives(session: Session, name: str, part: Part) -> None:
    me = Me(name=name, part=part, key="k", started_at=CLOCK.now())
    beat(session, me, [("discord", "shop")] if part.connects else [], {}, lease=AN_HOUR)
    session.commit()


def said(database: Database, folder: Path) -> dict[str, Level]:
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(data=folder, database=SecretStr(url))
    found = checkup.findings(settings, None, CLOCK)
    return {one.sentence: one.level for one in found if one.what == "Processes"}


def test_nobody_runs(database: Database, tmp_path: Path) -> None:
    assert said(database, tmp_path) == {
        "Hubbub is not running. Start it: hubbub run": Level.FINE,
    }


def test_who_is_alive_and_what_nobody_does(
    database: Database, session: Session, tmp_path: Path
) -> None:
    lives(session, "a", Part.CONNECT)
    lives(session, "b", Part.WORKER)
    assert said(database, tmp_path) == {
        "worker: b is alive.": Level.FINE,
        "connect: a is alive, owns discord/shop.": Level.FINE,
        "Nobody serves pages. Start: hubbub run --role web": Level.BAD,
    }


def test_all_does_everything(database: Database, session: Session, tmp_path: Path) -> None:
    lives(session, "a", Part.ALL)
    assert set(said(database, tmp_path).values()) == {Level.FINE}

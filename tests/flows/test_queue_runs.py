"""A running Hubbub fills its queue by itself; stopping and starting it changes nothing."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from adapters.webchat.translate import ACCOUNT, COMMUNITY, NETWORK
from bot.accounts.models import Role, User
from bot.channels.service import ensure
from bot.db import Database, Session, Writer
from content_calendar.models import Occurrence
from content_calendar.queue import keeping
from content_calendar.queue.models import Category, Filling
from tests.flows.running import open_a_shop, running


def furnish(session: Session) -> None:
    now = datetime.now(UTC)
    mia = session.put(User(name="Mia", email="m@b.example", role=Role.OWNER, created_at=now))
    kind = keeping.add_category(session, "Tips", Filling.AUTOMATIC, by=mia)
    for text in ("Which spoon do you use?", "Who cooks on Sundays?", "What is in your pot?"):
        keeping.write(session, kind.id, keeping.Words(title=text, text=text), by=mia)


def add_slot(session: Session, days: int) -> None:
    """So many days and five hours from now."""
    there = ensure(session, network=NETWORK, account=ACCOUNT, remote_id=COMMUNITY, name="Square")
    kind, mia = (session.scalars(sa.select(it)).one() for it in (Category, User))
    assert isinstance(mia, User)
    due = datetime.now(UTC) + timedelta(days=days, hours=5)
    minute, day = due.hour * 60 + due.minute, due.weekday()
    keeping.add_slots(session, kind.id, [there.id], [day], minute, "UTC", by=mia)


def planned(database: Database) -> list[datetime]:
    with database.reading() as session:
        return list(session.scalars(sa.select(Occurrence.at).order_by(Occurrence.at)))


def test_it_fills_itself_once_over_restarts(tmp_path: Path) -> None:
    open_a_shop(tmp_path)
    database = Database(f"sqlite:///{tmp_path}/hubbub.db")
    with Writer(database) as writer:
        writer.run_blocking(furnish)
    for days in (1, 2):
        with Writer(database) as writer:
            writer.run_blocking(lambda session, days=days: add_slot(session, days))  # type: ignore[misc]  # lambda defaults
        with running(tmp_path):
            until = time.monotonic() + 20
            while len(planned(database)) < days:
                assert time.monotonic() < until, "nothing was planned"
                time.sleep(0.1)
    first, second = planned(database)
    assert second - first == timedelta(days=1)
    database.close()

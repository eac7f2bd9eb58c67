"""Twenty-one weeks of a small shop, and the house with its planner's pages."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from litestar import Litestar

from bot.clock import FrozenClock
from bot.db import Database, Session, Writer
from bot.demand.views import routes
from bot.products import stage_views
from bot.settings import Settings, Web
from bot.understanding import Kind
from bot.web.app import create_app
from bot.web.house import House
from tests.suppliers import shop
from tests.web.doorway import Client, visiting

SPIKE = date(2026, 5, 25)
WEEKS = 21


@pytest.fixture
def stocked(writer: Writer, clock: FrozenClock) -> None:
    """Each week ten people speak of the kettle; in one of the last, most of them miss it."""
    writer.run_blocking(shop.open_shop)
    for _ in range(WEEKS):
        writer.run_blocking(a_week)
        clock.advance(timedelta(weeks=1))


def a_week(session: Session) -> None:
    """Two people wish (one twice), one problem, one praise; the tin is spoken of by one."""
    people = [f"{name} {session.now():%m%d}" for name in "abcdefghij"]
    missing = session.now().date() == SPIKE
    shop.suggest(session, "a green one", kind=Kind.WISH, people=tuple(people[:2]))
    if not missing:
        shop.suggest(session, "a blue one", kind=Kind.WISH, people=tuple(people[:1]))
    shop.suggest(session, "it leaks", kind=Kind.PROBLEM, people=tuple(people[2:3]))
    told = "always sold out" if missing else "I like it"
    kind = Kind.PROBLEM if missing else Kind.PRAISE
    shop.suggest(session, told, kind=kind, people=tuple(people[3:]))
    shop.suggest(session, "=1+1", sku="T-1", kind=Kind.PRAISE, people=("Eve",))


@pytest.fixture
def app(database: Database, writer: Writer, clock: FrozenClock, tmp_path: Path) -> Litestar:
    house = House(
        settings=Settings(data=tmp_path, web=Web(trusted_proxies=("127.0.0.1",))),
        database=database,
        writer=writer,
        news=writer.news,
        clock=clock,
        secret=b"k" * 32,
        adapters={},
    )
    return create_app([*routes, *stage_views.routes], house)


@pytest.fixture
def client(app: Litestar) -> Iterator[Client]:
    with visiting(app) as client:
        yield client

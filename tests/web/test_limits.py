"""Whose address it is, and how often it may."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.clock import FrozenClock
from bot.db import Database, Writer
from bot.web.app import create_app
from bot.web.house import House
from bot.web.limits import Allowances, SharedLimit, nearest, take
from bot.web.models import Allowance
from tests.web.doorway import csrf, visiting


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "expected"),
    [
        ("203.0.113.9", "", (), "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", (), "203.0.113.9"),  # nobody said to believe it
        ("203.0.113.9", "198.51.100.1", ("10.0.0.0/8",), "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", ("10.0.0.0/8",), "198.51.100.1"),
        (
            "10.0.0.1",
            "6.6.6.6, 198.51.100.1",
            ("10.0.0.1",),
            "198.51.100.1",
        ),  # one made up
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.1", "", ("10.0.0.0/8",), "10.0.0.1"),
        ("10.0.0.1", "10.0.0.2, 10.0.0.3", ("10.0.0.0/8",), "10.0.0.2"),
        ("::1", "2001:db8::7", ("::1",), "2001:db8::7"),
        ("10.0.0.1", "rubbish", ("10.0.0.0/8",), "rubbish"),
    ],
)
def test_the_address_is_the_nearest_that_is_no_proxy_of_ours(
    peer: str, forwarded: str, proxies: tuple[str, ...], expected: str
) -> None:
    assert nearest(peer, forwarded, proxies) == expected


def test_an_allowance_refills_evenly() -> None:
    allowances = Allowances(2, seconds=60)
    assert [allowances.take("a", 0.0) for _ in range(3)] == [True, True, False]
    assert allowances.take("b", 0.0)
    assert not allowances.take("a", 29.0)
    assert allowances.take("a", 30.0)
    assert not allowances.take("a", 31.0)


def test_memory_stays_bounded() -> None:
    allowances = Allowances(1, seconds=60)
    for number in range(20_000):
        allowances.take(str(number), 0.0)
    assert not allowances.take("19999", 0.0)
    assert allowances.take("0", 0.0)  # long forgotten


async def test_what_processes_count_together_refills_evenly(
    writer: Writer, clock: FrozenClock
) -> None:
    door = SharedLimit("door", 2, seconds=60)

    async def may(who: str, limit: SharedLimit = door) -> bool:
        return await writer.run(lambda session: take(session, limit, who))

    assert [await may("a") for _ in range(3)] == [True, True, False]
    assert await may("b")
    assert await may("a", SharedLimit("another door", 2, seconds=60))
    clock.advance(timedelta(seconds=29))
    assert not await may("a")
    clock.advance(timedelta(seconds=1))
    assert await may("a")
    assert not await may("a")
    clock.advance(timedelta(hours=-1))
    assert not await may("a"), "a clock that goes back gives nothing"


def test_two_web_processes_let_in_no_more_than_one(house: House, database: Database) -> None:
    with (
        Writer(database) as another,
        visiting(create_app([], house)) as here,
        visiting(create_app([], replace(house, writer=another, news=another.news))) as there,
    ):
        tries = [one.post("/enter/nothing", data=csrf(one)) for one in [here, there] * 15]
    assert [one.status_code for one in tries] == [403] * 20 + [429] * 10
    with database.reading() as session:
        assert "testclient" not in str(session.scalars(sa.select(Allowance.who)).all())


async def test_what_nobody_asks_for_is_forgotten(writer: Writer, clock: FrozenClock) -> None:
    door = SharedLimit("door", 2, seconds=60)
    await writer.run(lambda session: take(session, door, "a"))
    clock.advance(timedelta(hours=2))
    await writer.run(lambda session: take(session, door, "b"))
    with writer.database.reading() as session:
        assert session.scalars(sa.select(Allowance.who)).all() == ["b"]

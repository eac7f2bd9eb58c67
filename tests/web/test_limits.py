"""Whose address it is, and how often it may."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from litestar import get

from bot.clock import FrozenClock
from bot.db import Database, Writer
from bot.web.access import Access
from bot.web.app import create_app
from bot.web.house import House
from bot.web.limits import Allowances, Limit, SharedLimit, nearest, neighbourhood, take
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
        ("10.0.0.1", "198.51.100.1:4711", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::7]:4711", ("10.0.0.0/8",), "2001:db8::7"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", ("10.0.0.0/8",), "198.51.100.1"),
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


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("198.51.100.1", "198.51.100.1", True),
        ("198.51.100.1", "198.51.100.2", False),
        ("::ffff:198.51.100.1", "198.51.100.1", True),
        ("2001:db8::1", "2001:db8::ffff:1", True),  # one line has as many as it likes
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("rubbish", "rubbish", True),
    ],
)
def test_who_has_many_addresses_is_counted_once(one: str, other: str, same: bool) -> None:
    assert (neighbourhood(one) == neighbourhood(other)) is same


@get("/scarce", access=Access.PUBLIC, guards=[Limit(2, seconds=60)])
async def scarce() -> str:
    return "here"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_limit_is_not_got_round_by_claiming_another_address(house: House) -> None:
    """The house believes proxies at 10.0.0.0/8; who calls directly can write what they like."""
    with visiting(create_app([scarce], house)) as client:

        def ask(*forwarded: str) -> int:
            lines = [("x-forwarded-for", line) for line in forwarded]
            return client.get("/scarce", headers=lines).status_code

        assert [ask(f"198.51.100.{number}") for number in range(4)] == [200, 200, 429, 429]
        assert client.get("/scarce").headers["retry-after"] == "60"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_behind_a_proxy_everybody_has_an_allowance_of_their_own(house: House) -> None:
    app = create_app([scarce], house)
    inside = app.asgi_handler

    async def from_the_proxy(scope: Any, receive: Any, send: Any) -> None:
        scope["client"] = ("10.0.0.1", 50_000)
        await inside(scope, receive, send)

    app.asgi_handler = from_the_proxy
    with visiting(app) as client:

        def ask(*forwarded: str) -> int:
            lines = [("x-forwarded-for", line) for line in forwarded]
            return client.get("/scarce", headers=lines).status_code

        assert [ask("198.51.100.1") for _ in range(3)] == [200, 200, 429]
        assert ask("198.51.100.2") == 200
        # Made up by the caller before the proxy adds what it sees, in one line or another.
        assert ask("203.0.113.7, 198.51.100.1") == 429
        assert ask("203.0.113.8", "198.51.100.1") == 429

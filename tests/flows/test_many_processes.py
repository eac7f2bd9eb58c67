"""Web, worker and connect processes over one PostgreSQL, killed and frozen one after the other.

Real processes with short leases; `make takeover` measures the same with the leases that a shop has.
"""

import re
import signal
from collections.abc import Iterator
from http.client import HTTPConnection
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import URL

from bot.demo.browser import Browser
from bot.outbox.models import Delivery, DeliveryState
from bot.processes import Part
from tests import databases
from tests.flows.fleet import QUICK, Fleet, Member, call, fleet_over, ready

SENT = DeliveryState.SENT
_ids = count(1)


@pytest.fixture(scope="module")
def whole_fleet(
    postgresql_server: URL, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    folder: Path = tmp_path_factory.mktemp("fleet")
    with (
        databases.fresh_database(postgresql_server) as url,
        fleet_over(folder, url, QUICK) as fleet,
    ):
        yield fleet


@pytest.fixture
def fleet(whole_fleet: Fleet) -> Fleet:
    """Two of each, somebody owning the account, and nothing left to say."""
    whole_fleet.complete()
    whole_fleet.until(whole_fleet.owner, why="nobody owns the account")
    return whole_fleet


def spoken(fleet: Fleet, web: Member) -> str:
    """Somebody says something there; gives its id."""
    id = f"said-{next(_ids)}"
    call(web, id)
    return id


def answer(fleet: Fleet, id: str) -> Delivery | None:
    return fleet.ask(lambda session: session.scalar(sa.select(Delivery).filter_by(reply_to=id)))


def answered(fleet: Fleet, id: str) -> Delivery:
    def found() -> Delivery | None:
        one = answer(fleet, id)
        return one if one and one.state is SENT else None

    return fleet.until(found, why=f"{id} is not answered")


def under_way(fleet: Fleet, id: str) -> bool:
    one = answer(fleet, id)
    return one is not None and one.state is DeliveryState.SENDING


def test_a_message_typed_in_one_process_is_answered_and_seen_live_in_another(fleet: Fleet) -> None:
    here, there = fleet.those(Part.WEB)
    visitor = Browser(here.address)
    page = visitor.look("/chat")
    once = page.find(r'name="once" value="(\w+)"', "box to write in")
    host, _, port = there.address.removeprefix("http://").partition(":")
    reader = HTTPConnection(host, int(port), timeout=30)
    reader.request("GET", "/chat/events")
    with reader.getresponse() as stream:
        while b"hello" not in stream.readline():
            pass
        visitor.send(page, "/chat/say", {"text": "Will the lid come back?", "once": once})
        # A stream is never fed by looking: without news from the others it stays silent.
        while "Will the lid" not in (seen := Browser(there.address).look("/chat").text) or not (
            re.search(r"Will the lid come back\?.*(question|asked|written)", seen)
        ):
            while b"event: chat" not in stream.readline():
                pass
    reader.close()


def test_each_is_ready_for_its_part(fleet: Fleet) -> None:
    for member in fleet.members:
        assert ready(member) == {"ready": True, "reasons": []}


@pytest.mark.parametrize("part", [Part.WORKER, Part.CONNECT, Part.WEB])
def test_killed_it_is_replaced(fleet: Fleet, part: Part) -> None:
    web = fleet.those(Part.WEB)[0]
    answered(fleet, spoken(fleet, web))
    victim = {
        Part.WORKER: fleet.reader(),
        Part.CONNECT: fleet.owner(),
        Part.WEB: fleet.those(Part.WEB)[1],
    }[part]
    assert victim is not None
    assert victim.part is part
    victim.tell(signal.SIGKILL)
    id = spoken(fleet, web)
    assert answered(fleet, id).attempt == 1
    if part is Part.CONNECT:
        assert fleet.owner() is not victim


def test_what_it_was_sending_when_it_was_killed_arrives_once(fleet: Fleet) -> None:
    fleet.network(signal.SIGSTOP)  # the network takes its time
    id = spoken(fleet, fleet.those(Part.WEB)[0])
    fleet.until(lambda: under_way(fleet, id), why="nobody delivers")
    victim = fleet.owner()
    assert victim
    victim.tell(signal.SIGKILL)
    fleet.network(signal.SIGCONT)
    delivery = answered(fleet, id)
    assert delivery.attempt == 2
    assert fleet.sent()[delivery.key] == 1


def test_an_owner_that_was_frozen_finds_out_and_stops(fleet: Fleet) -> None:
    web = fleet.those(Part.WEB)[0]
    fleet.network(signal.SIGSTOP)
    id = spoken(fleet, web)
    fleet.until(lambda: under_way(fleet, id), why="nobody delivers")
    frozen = fleet.owner()
    assert frozen
    frozen.tell(signal.SIGSTOP)  # in the middle of sending
    fleet.network(signal.SIGCONT)
    delivery = answered(fleet, id)  # by the other, who took the account over
    assert fleet.owner() not in {frozen, None}

    frozen.tell(signal.SIGCONT)
    fleet.until(lambda: "no longer ours" in frozen.log.read_text(), why="it goes on listening")
    fleet.until(
        lambda: "taken over by another process" in frozen.log.read_text(), why="it never woke"
    )
    ids = [spoken(fleet, web) for _ in range(5)]
    keys = [delivery.key, *(answered(fleet, id).key for id in ids)]
    assert [fleet.sent()[key] for key in keys] == [1] * 6
    assert fleet.owner() not in {frozen, None}
    late = answer(fleet, id)
    assert late is not None
    assert (late.attempt, late.state, late.sent_at) == (2, SENT, delivery.sent_at)
    assert ready(frozen)["ready"], "it stands by"


def test_who_ends_gives_everything_up_at_once(fleet: Fleet) -> None:
    web = fleet.those(Part.WEB)[0]
    answered(fleet, spoken(fleet, web))
    reader, owner = fleet.reader(), fleet.owner()
    assert reader
    assert owner
    for one in (reader, owner):
        one.tell(signal.SIGTERM)
        assert one.ended() == 0
        assert fleet.reader() is not one
        assert fleet.owner() is not one
        assert one.pid not in fleet.known()
    answered(fleet, spoken(fleet, web))

"""Where networks call us, with the sandbox as the network."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.sandbox import plugin
from adapters.sandbox.translate import SIGNATURE, sign
from bot.db import Database
from bot.inbox.models import Event, EventState
from bot.inbox.webhooks import routes
from bot.settings import Settings
from bot.web.app import create_app
from bot.web.house import House
from tests.web.doorway import Client, visiting

SECRET = "a secret between us"


@pytest.fixture
def network(house: House) -> Iterator[Client]:
    on = Settings(networks={"sandbox": {"secret": SECRET}, "nothing": {}})
    with visiting(create_app(routes, replace(house, settings=on, plugins=_plugins()))) as client:
        yield client


def _plugins() -> dict[str, object]:
    return {"sandbox": plugin, "silent": replace(plugin, name="silent", accept=None)}


def body_of(*ids: str) -> bytes:
    events = [{"id": one, "at": "2026-03-02T09:00Z", "text": "Hello"} for one in ids]
    return json.dumps({"events": events}).encode()


def call(network: Client, body: bytes, *, secret: str = SECRET) -> int:
    headers = {SIGNATURE: sign(secret, body), "content-type": "application/json"}
    return network.post("/webhooks/sandbox", content=body, headers=headers).status_code


def stored(database: Database) -> list[tuple[str, EventState]]:
    with database.reading() as session:
        rows = session.execute(sa.select(Event.dedupe_key, Event.state).order_by(Event.id))
        return [(key, state) for key, state in rows]


def test_what_is_acknowledged_is_stored_once(network: Client, database: Database) -> None:
    for _ in range(3):
        assert call(network, body_of("1", "2")) == 200
    assert stored(database) == [("1", EventState.NEW), ("2", EventState.NEW)]


def test_what_is_not_understood_is_kept_for_a_person(network: Client, database: Database) -> None:
    assert call(network, b"\xff not json \x00") == 200
    assert [state for _, state in stored(database)] == [EventState.QUARANTINED]


@pytest.mark.parametrize("secret", ["", "another"])
def test_a_wrong_signature_is_refused_and_nothing_stored(
    network: Client, database: Database, secret: str
) -> None:
    assert call(network, body_of("1"), secret=secret) == 403
    assert stored(database) == []


def test_without_a_secret_nobody_is_believed(house: House, database: Database) -> None:
    unset = replace(house, settings=Settings(networks={"sandbox": {}}), plugins=_plugins())
    with visiting(create_app(routes, unset)) as client:
        assert call(client, body_of("1"), secret="") in {403, 404}
    assert stored(database) == []


@pytest.mark.parametrize("name", ["nowhere", "nothing", "silent", "..%2fsandbox", "%00"])
def test_unknown_networks_are_not_found(network: Client, name: str) -> None:
    assert network.post(f"/webhooks/{name}", content=body_of("1")).status_code == 404


def test_a_network_that_is_off_is_not_found(house: House) -> None:
    off = replace(house, settings=Settings(), plugins=_plugins())
    with visiting(create_app(routes, off)) as client:
        assert call(client, body_of("1")) == 404


def test_too_much_is_refused(network: Client, database: Database) -> None:
    assert call(network, b"x" * 1_000_001) == 413
    assert stored(database) == []


def test_while_the_database_is_away_the_network_is_asked_to_come_again(
    network: Client, house: House
) -> None:
    house.writer.stop()
    body = body_of("1")
    response = network.post(
        "/webhooks/sandbox", content=body, headers={SIGNATURE: sign(SECRET, body)}
    )
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert "error" in response.json()


@given(body=st.binary(max_size=300) | st.just(body_of("é\0\ud800")), kind=st.text(max_size=20))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_garbage_never_breaks_it(network: Client, body: bytes, kind: str) -> None:
    headers = {SIGNATURE: sign(SECRET, body).encode(), "content-type": kind.encode()}
    response = network.post("/webhooks/sandbox", content=body, headers=headers)  # type: ignore[arg-type]  # raw bytes, on purpose
    assert response.status_code == 200
    assert network.post("/webhooks/sandbox", content=body).status_code == 403

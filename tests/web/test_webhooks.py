"""Where networks call us, with the sandbox as the network."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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


def test_without_a_secret_there_is_no_endpoint(house: House, database: Database) -> None:
    unset = replace(house, settings=Settings(networks={"sandbox": {}}), plugins=_plugins())
    with visiting(create_app(routes, unset)) as client:
        assert call(client, body_of("1"), secret="") == 404
        assert client.get("/webhooks/sandbox", params=asking(token="")).status_code == 404
    assert stored(database) == []


def asking(*, token: str = SECRET, challenge: str = "4711") -> dict[str, str]:
    """The first call of a network that wants to know whether it is us."""
    return {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": challenge}


def test_a_challenge_is_answered_to_who_knows_the_secret(
    network: Client, database: Database
) -> None:
    answer = network.get("/webhooks/sandbox", params=asking(challenge="<b>7</b>"))
    assert (answer.status_code, answer.text) == (200, "<b>7</b>")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"
    for wrong in (asking(token="guessed"), asking(token=SECRET[:-1]), {}, {"hub.mode": "x"}):
        assert network.get("/webhooks/sandbox", params=wrong).status_code == 403
    assert network.head("/webhooks/sandbox", params=asking()).status_code == 405
    assert network.post("/webhooks/sandbox", params=asking()).status_code == 403
    assert stored(database) == []


BODY = body_of("1")
SIGNED = sign(SECRET, BODY)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        SIGNED[:-1],
        SIGNED + "0",
        SIGNED.upper(),
        SIGNED.replace("sha256=", "SHA256="),
        SIGNED.removeprefix("sha256="),
        SIGNED.replace("sha256=", "sha1="),
        f" {SIGNED},{SIGNED}",
        sign(SECRET, BODY + b" "),
        sign(SECRET, b""),
        sign("", BODY),
    ],
)
def test_a_signature_that_is_not_quite_right_is_wrong(
    network: Client, database: Database, signature: str
) -> None:
    headers = {SIGNATURE: signature, "content-type": "application/json"}
    answer = network.post("/webhooks/sandbox", content=BODY, headers=headers)
    assert answer.status_code == 403
    assert SECRET not in answer.text and SIGNED not in answer.text
    in_query = network.post("/webhooks/sandbox", params={SIGNATURE: SIGNED}, content=BODY)
    assert in_query.status_code == 403
    assert stored(database) == []


def test_a_storm_of_replays_is_one_event(network: Client, database: Database) -> None:
    """The unique key decides, in the transaction that stores."""
    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda _: call(network, BODY), range(40)))
    assert set(answers) == {200}
    assert stored(database) == [("1", EventState.NEW)]


def test_too_much_is_refused_also_when_nobody_says_how_much_comes(
    network: Client, database: Database
) -> None:
    def without_end() -> Iterator[bytes]:
        for _ in range(100):
            yield bytes(65_536)

    answer = network.post("/webhooks/sandbox", content=without_end())
    assert answer.status_code == 413
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

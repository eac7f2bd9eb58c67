"""What programs that watch over us are told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.parser import text_string_to_metric_families

from bot.accounts.models import Role
from bot.db import Database, Writer
from bot.networks import Health
from bot.web.app import create_app
from bot.web.house import House
from tests.web.doorway import Client, sign_in, visiting


class Radio:
    """All of an adapter that readiness looks at."""

    def __init__(self, state: Health, note: str = "") -> None:
        self.state, self.note = state, note

    def health(self) -> tuple[Health, str]:
        return self.state, self.note


@contextmanager
def watching(house: House, **changes: Any) -> Iterator[Client]:
    with visiting(create_app([], replace(house, **changes))) as client:
        yield client


def test_alive_and_ready(house: House) -> None:
    adapters = {("radio", "a"): Radio(Health.OK), ("radio", "b"): Radio(Health.WARN, "Slow.")}
    with watching(house, adapters=adapters) as client:
        assert client.get("/healthz").text == "ok"
        response = client.get("/readyz")
        assert (response.status_code, response.json()) == (200, {"ready": True, "reasons": []})


def test_a_network_that_is_off_is_named(house: House) -> None:
    adapters = {("radio", "a"): Radio(Health.OFF, "The token was revoked.")}
    with watching(house, adapters=adapters) as client:
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json()["reasons"] == ["radio/a is off. The token was revoked."]


def test_a_process_answers_for_its_own_part(house: House) -> None:
    elsewhere = {("radio", "a"): Radio(Health.OFF, "Another process owns it.")}
    with watching(house, adapters=elsewhere, duties=list) as client:
        assert client.get("/readyz").status_code == 200
    with watching(house, adapters={}, duties=lambda: ["inbox: It stopped."]) as client:
        response = client.get("/readyz")
        assert (response.status_code, response.json()["reasons"]) == (503, ["inbox: It stopped."])


def test_a_process_without_pages_answers_nothing_else(house: House) -> None:
    with visiting(create_app([], house, pages=False)) as client:
        codes = {path: client.get(path).status_code for path in ("/healthz", "/readyz", "/enter")}
    assert codes == {"/healthz": 200, "/readyz": 200, "/enter": 404}


def test_a_database_that_cannot_be_written_is_not_ready(house: House, database: Database) -> None:
    with database.writers.begin() as connection:
        connection.execute(sa.text("DROP TABLE lease"))
    with watching(house) as client:
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json()["reasons"] == ["The database can't be written right now."]
        assert client.get("/healthz").status_code == 200


def test_a_process_that_ends_is_not_ready(house: House) -> None:
    with watching(house) as client:
        client.app.state.streams.close()
        assert client.get("/readyz").json()["reasons"] == ["Hubbub is shutting down."]


def test_numbers_are_for_the_owner_and_this_machine(house: House, writer: Writer) -> None:
    def measures(session: Any) -> list[GaugeMetricFamily]:
        return [GaugeMetricFamily("hubbub_answer", "Of everything.", value=42)]

    with watching(house, measures=measures) as client:
        assert client.get("/metrics").status_code == 404
        sign_in(client, writer, Role.APPROVER)
        assert client.get("/metrics").status_code == 404
        sign_in(client, writer, Role.OWNER)
        text = client.get("/metrics").text
    found = {
        family.name: family.samples[0].value for family in text_string_to_metric_families(text)
    }
    assert found == {"hubbub_answer": 42, "hubbub_streams": 0}


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}, 404),  # by a proxy on this machine
        ("127.0.0.1", {"forwarded": "for=127.0.0.1"}, 404),
        ("203.0.113.9", {}, 404),
        ("10.0.0.1", {"x-forwarded-for": "127.0.0.1"}, 404),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_this_machine_means_nobody_in_between(
    house: House, peer: str, headers: dict[str, str], status: int
) -> None:
    app = create_app([], house)
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/metrics",
        "raw_path": b"/metrics",
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": (peer, 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)  # type: ignore[arg-type]  # a scope by hand
    assert sent[0]["status"] == status

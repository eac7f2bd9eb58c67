"""The door for partners' programs: signed or shut, and the same answer to the same call."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.networks import signing
from bot.suppliers.correspondence.models import Reply, Standing
from bot.suppliers.correspondence.sending import need_means
from bot.suppliers.models import Act, Decision
from tests.suppliers.conftest import Shop
from tests.web.doorway import Client

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class Partner:
    """Alba's program."""

    client: Client
    clock: FrozenClock
    secret: str
    supplier: UUID

    def send(self, body: bytes, id: str = "", **headers: str) -> Any:
        signed = signing.sign(self.secret, id or f"msg_{uuid4().hex}", self.clock.now(), body)
        signed |= {name.replace("_", "-"): value for name, value in headers.items()}
        address = f"/webhooks/partners/{self.supplier}"
        return self.client.post(address, content=body, headers=signed)

    def call(self, id: str = "", **what: Any) -> Any:
        return self.send(json.dumps(what, default=str).encode(), id)


@pytest.fixture
def partner(client: Client, writer: Writer, clock: FrozenClock, stocked: Shop) -> Partner:
    def open_door(session: Session) -> str:
        means = need_means(session, stocked.alba.id)
        means.secret = signing.new_secret()
        return means.secret

    secret = writer.run_blocking(open_door)
    return Partner(client=client, clock=clock, secret=secret, supplier=stocked.alba.id)


def decided(writer: Writer) -> list[Act]:
    with writer.database.reading() as session:
        return list(session.scalars(sa.select(Decision.act).order_by(Decision.id)))


def test_a_call_decides_once_however_often_it_comes(
    partner: Partner, writer: Writer, stocked: Shop
) -> None:
    what = {"case": stocked.lid.id, "act": "promise", "promised_for": "2026-04-01", "version": 1}
    answers = [partner.call("msg_1", **what) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].json() == answers[2].json()
    told = answers[0].json()["case"]
    assert (told["state"], told["version"], told["promised_for"]) == ("promised", 2, "2026-04-01")
    assert told["people"] == 3 and "Ana" not in str(told)
    assert decided(writer) == [Act.PROMISE]


def test_what_can_t_be_is_said_and_decides_nothing(
    partner: Partner, writer: Writer, stocked: Shop
) -> None:
    mine, theirs = stocked.lid.id, stocked.tin.id
    for what, status in (
        ({"case": mine, "act": "decline"}, 422),
        ({"case": mine, "act": "fly"}, 422),
        ({"case": mine, "act": "accept", "version": 7}, 409),
        ({"case": mine, "act": "promise", "promised_for": "soon"}, 422),
        ({"case": mine, "act": "accept", "colour": "red"}, 422),
        ({"act": "accept"}, 422),
        ({"case": theirs, "act": "accept"}, 404),
        ({"case": uuid4(), "act": "accept"}, 404),
    ):
        answer = partner.call(**what)
        assert answer.status_code == status, what
        assert answer.json()["problems"]
    assert partner.call(case=theirs, act="accept").json() == (
        partner.call(case=uuid4(), act="accept").json()
    )
    assert decided(writer) == []


def test_who_can_t_sign_gets_nowhere(partner: Partner, writer: Writer, stocked: Shop) -> None:
    body = json.dumps({"case": str(stocked.lid.id), "act": "accept"}).encode()
    assert partner.send(body, webhook_signature="v1,AAAA").status_code == 403
    assert partner.send(body, webhook_timestamp="1").status_code == 403
    assert partner.send(body, webhook_id="").status_code == 403
    other = Partner(partner.client, partner.clock, signing.new_secret(), partner.supplier)
    assert other.send(body).status_code == 403
    nord = Partner(partner.client, partner.clock, partner.secret, stocked.nord.id)
    assert nord.send(body).status_code == 404  # has no secret: fails closed
    nobody = Partner(partner.client, partner.clock, partner.secret, uuid4())
    assert nobody.send(body).status_code == 404
    assert partner.send(b"x" * 70_000).status_code == 413
    assert decided(writer) == []
    with writer.database.reading() as session:
        assert session.scalars(sa.select(Reply)).all() == []


BODIES = st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["case", "act", "text", "version", "promised_for"]), inner
        )
    ),
    max_leaves=8,
).map(lambda value: json.dumps(value).encode())


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=BODIES)
def test_no_body_is_an_error_of_ours_and_a_good_call_still_counts(
    partner: Partner, writer: Writer, body: bytes
) -> None:
    partner.client.app.state.limits.clear()
    assert partner.send(body).status_code in {404, 409, 422}
    assert decided(writer) == []


def test_what_is_nested_deeply_is_refused_and_the_next_call_counts(
    partner: Partner, writer: Writer, stocked: Shop
) -> None:
    assert partner.send(b"[" * 60_000).status_code == 422
    assert partner.call(case=stocked.lid.id, act="accept").status_code == 200
    with writer.database.reading() as session:
        standings = [one.standing for one in session.scalars(sa.select(Reply).order_by(Reply.id))]
    assert standings == [Standing.REFUSED, Standing.DONE]

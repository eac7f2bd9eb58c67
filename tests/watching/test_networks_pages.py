"""Settings, networks: what is missing is shown, a place is added, a test is sent where asked."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from litestar import Litestar

from adapters.sandbox import plugin as sandbox
from bot import main, pages
from bot.accounts.models import Role
from bot.channels.looking import all_found, found
from bot.channels.models import Channel
from bot.channels.service import ensure
from bot.db import Session
from bot.networks import Action, Content, Finding, Health, Step
from bot.outbox.models import About, Delivery, DeliveryState
from bot.outbox.service import enqueue
from bot.settings import Settings
from bot.watching.networks_views import steps
from bot.web.app import create_app
from tests.web.doorway import Client, csrf, sign_in, visiting

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def hubbub(database_url: str, tmp_path: Path) -> Iterator[main.Hubbub]:
    settings = Settings(data=tmp_path, database=database_url, networks={"sandbox": {}})
    hubbub = main.Hubbub(settings)
    hubbub.open()
    yield hubbub
    hubbub.close()


@pytest.fixture
def owner(hubbub: main.Hubbub) -> Iterator[Client]:
    app: Litestar = create_app(pages.routes(hubbub.plugins, hubbub.house), hubbub.house)
    with visiting(app) as client:
        sign_in(client, hubbub.writer, Role.OWNER)
        yield client


def rows(hubbub: main.Hubbub, kind: type[Channel] | type[Delivery]) -> list[Channel | Delivery]:
    with hubbub.database.reading() as session:
        return list(session.scalars(sa.select(kind)))


def test_looking_now_shows_what_every_network_says(owner: Client) -> None:
    assert "Nobody has looked yet." in owner.get("/settings/networks").text
    owner.post("/settings/networks/look", data=csrf(owner))
    page = owner.get("/settings/networks").text
    assert "Nobody has looked yet." not in page and "looked at" in page


def test_a_place_of_the_list_is_added_and_no_other(hubbub: main.Hubbub, owner: Client) -> None:
    assert 'value="square"' not in owner.get("/settings/networks/places").text  # it is known
    hubbub.writer.run_blocking(
        lambda session: session.execute(sa.delete(Channel).filter_by(network="sandbox"))
    )
    page = owner.get("/settings/networks/places").text
    assert "Sandbox square" in page
    fields = dict(re.findall(r'name="(network|account|channel)" value="([^"]*)"', page))
    wrong = owner.post("/settings/networks/add", data=csrf(owner) | fields | {"channel": "moon"})
    assert wrong.status_code == 422
    before = len(rows(hubbub, Channel))
    owner.post("/settings/networks/add", data=csrf(owner) | fields)
    assert len(rows(hubbub, Channel)) == before + 1
    assert "Sandbox square" in owner.get("/settings/networks").text


def test_a_test_goes_out_only_where_a_person_asks(hubbub: main.Hubbub, owner: Client) -> None:
    def a_place(session: Session) -> str:
        account = next(account for network, account in hubbub.adapters if network == "sandbox")
        place = ensure(session, network="sandbox", account=account, remote_id="square")
        return str(place.id)

    place = hubbub.writer.run_blocking(a_place)
    owner.get("/settings/networks")
    assert rows(hubbub, Delivery) == []
    owner.post("/settings/networks/test", data=csrf(owner) | {"channel": place})
    (test,) = rows(hubbub, Delivery)
    assert isinstance(test, Delivery) and test.action is Action.PUBLISH
    assert f"/explain/{test.id}" in owner.get("/settings/networks").text


def test_a_step_of_the_guide_shows_whether_it_is_done(hubbub: main.Hubbub) -> None:
    guide = (Step(do="Make a bot."), Step(do="Give it the right.", finding="right"))
    plugin = replace(sandbox, guide=guide)
    finding = Finding(what="right", health=Health.OFF, says="It is missing.", then="Grant it.")
    hubbub.writer.run_blocking(lambda session: found(session, "n", "a", "", [finding]))
    with hubbub.database.reading() as session:
        first, second = steps(plugin, all_found(session))
    assert first.health is None
    assert second.health is Health.OFF and second.says == "It is missing. Grant it."


def test_what_has_not_gone_out_is_not_deleted_there(hubbub: main.Hubbub, owner: Client) -> None:
    def a_draft(session: Session) -> str:
        account = next(account for network, account in hubbub.adapters if network == "sandbox")
        place = ensure(session, network="sandbox", account=account, remote_id="square")
        return str(
            enqueue(
                session,
                key="one",
                channel=place,
                action=Action.PUBLISH,
                content=Content(text="Hello"),
                about=About.POST,
            ).id
        )

    id = hubbub.writer.run_blocking(a_draft)
    answer = owner.post("/settings/networks/take-back", data=csrf(owner) | {"delivery": id})
    assert answer.status_code == 409
    assert [it.state for it in rows(hubbub, Delivery) if isinstance(it, Delivery)] == [
        DeliveryState.PENDING
    ]

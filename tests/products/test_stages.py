"""A product's stage changes what is asked about it and where what people say goes."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.accounts.models import Role as StaffRole
from bot.clock import FrozenClock
from bot.db import Database, Session, Writer
from bot.errors import InvalidInput
from bot.products import stages
from bot.products.questions import question
from bot.products.stage_models import LifeStage
from bot.products.stage_views import routes
from bot.settings import Settings, Web
from bot.suppliers.models import Role
from bot.suppliers.partners import add_supplier
from bot.suppliers.routing import route
from bot.understanding import Kind
from bot.web.app import create_app
from bot.web.house import House
from content_calendar.asking import asking
from tests.suppliers import shop
from tests.web.doorway import Client, csrf, sign_in, visiting

TODAY = date(2026, 3, 2)


def test_the_stage_follows_the_calendar(session: Session, clock: FrozenClock) -> None:
    shop.open_shop(session)
    kettle = shop.product(session, "K-1")
    later = TODAY + timedelta(days=9)
    stages.set_stage(session, kettle, LifeStage.DISCONTINUED, later, by="user:Mo")
    stages.set_stage(session, kettle, LifeStage.GROWTH, TODAY, by="user:Mo")
    stages.set_stage(session, kettle, LifeStage.DECLINE, TODAY, by="user:Mo")  # thought again
    session.flush()
    days = (TODAY - timedelta(days=1), TODAY, later - timedelta(days=1), later)
    found = [stages.stages(session, day).get(kettle.id) for day in days]
    assert found == [None, LifeStage.DECLINE, LifeStage.DECLINE, LifeStage.DISCONTINUED]
    stages.unset(session, kettle, later, by="user:Mo")
    session.flush()
    assert stages.stages(session, later)[kettle.id] is LifeStage.DECLINE


def test_a_day_that_cannot_be_meant_is_refused(session: Session) -> None:
    shop.open_shop(session)
    kettle = shop.product(session, "K-1")
    with pytest.raises(InvalidInput):
        stages.set_stage(session, kettle, LifeStage.GROWTH, date(9999, 1, 1), by="user:Mo")


@pytest.mark.parametrize(
    ("kind", "begins", "store", "goes_to"),
    [
        (Kind.WISH, 0, True, "Main St"),
        (Kind.SUGGESTION, 0, True, "Main St"),
        (Kind.WISH, 0, False, "Us"),  # no store: the community's owner tells
        (Kind.PROBLEM, 0, True, "Alba Ltd"),  # who has one still needs its maker
        (Kind.WISH, 1, True, "Alba Ltd"),  # not before its day
    ],
)
def test_wishes_for_what_is_no_longer_made_go_to_who_can_say_so(
    session: Session, kind: Kind, begins: int, store: bool, goes_to: str
) -> None:
    shop.open_shop(session)
    add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])
    add_supplier(session, "Us", "team@shop.example", role=Role.COMMUNITY)
    if store:
        add_supplier(session, "Main St", "st@shop.example", role=Role.STORE)
    said = shop.suggest(session, "a bigger one", kind=kind)
    before = route(session, said)
    assert before is not None
    assert before.name == "Alba Ltd"
    since, kettle = TODAY + timedelta(days=begins), shop.product(session, "K-1")
    stages.set_stage(session, kettle, LifeStage.DISCONTINUED, since, by="user:Mo")
    session.flush()
    after = route(session, said)
    assert after is not None
    assert after.name == goes_to


def test_each_stage_asks_something_else_in_both_languages(session: Session, tmp_path: Path) -> None:
    asked = {
        question(stage, "Kettle", language) for stage in LifeStage for language in ("en", "de")
    }
    assert len(asked) == 2 * len(LifeStage)
    assert question(LifeStage.GROWTH, "Kettle", "xx").startswith("More and more")
    shop.open_shop(session)
    kettle = shop.product(session, "K-1")
    stages.set_stage(session, kettle, LifeStage.INTRODUCTION, TODAY, by="user:Mo")
    session.flush()
    draft = asking(session, "K-1", Settings(data=tmp_path))
    assert draft["product"] == "K-1"
    assert draft["text"].startswith("Brew kettle is new.")


@pytest.fixture
def client(
    database: Database, writer: Writer, clock: FrozenClock, tmp_path: Path
) -> Iterator[Client]:
    house = House(
        settings=Settings(data=tmp_path, web=Web(trusted_proxies=("127.0.0.1",))),
        database=database,
        writer=writer,
        news=writer.news,
        clock=clock,
        secret=b"k" * 32,
        adapters={},
    )
    with visiting(create_app(routes, house)) as client:
        yield client


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_stage_is_set_seen_and_taken_back_on_its_page(client: Client, writer: Writer) -> None:
    writer.run_blocking(shop.open_shop)
    sign_in(client, writer, StaffRole.MARKETER)
    where, form = "/products/stages?sku=K-1", csrf(client) | {"sku": "K-1"}
    assert "has no stage yet" in client.get(where).text
    wrong = client.post("/products/stages", data=form | {"stage": "growth", "since": "never"})
    assert wrong.status_code == 422
    since = {"since": str(TODAY)}
    done = client.post("/products/stages", data=form | since | {"stage": "discontinued"})
    assert (done.status_code, done.headers["location"]) == (303, where)
    text = client.get(where).text
    assert "Stage: Discontinued" in text
    assert "is no longer made" in text
    assert client.post("/products/stages/take-back", data=form | since).status_code == 303
    assert "has no stage yet" in client.get(where).text
    assert client.post("/products/stages/take-back", data=form | since).status_code == 404
    assert client.get("/products/stages?sku=X").status_code == 404

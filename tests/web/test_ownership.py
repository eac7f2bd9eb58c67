"""Every id in every address, fed with what is somebody else's: the answer is that of not-found."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from bot import main
from bot.accounts import service as accounts
from bot.accounts.models import Role, User
from bot.all_models import metadata
from bot.channels.models import Channel
from bot.clock import FrozenClock
from bot.db import Database, Row, Session
from bot.inbox.models import Event, Message
from bot.outbox.models import Delivery
from bot.settings import Settings
from bot.suggestions.models import Suggestion
from bot.suppliers import guards, links
from bot.suppliers.models import Case, Coverage, Supplier
from bot.web.access import SESSION_COOKIE, Access, handlers_of
from bot.web.app import create_app
from bot.web.stream import Streams
from content_calendar.models import Post
from tests import rooms
from tests.shops import Shop, furnish
from tests.web.doorway import Client, csrf, visiting

STAFF = ("marketer", "approver", "owner")
EVERYBODY = ("nobody", "partner", *STAFF)
MAY = {
    Access.PARTNER: ("partner",),
    Access.MARKETER: STAFF,
    Access.APPROVER: ("approver", "owner"),
    Access.OWNER: ("owner",),
}

# What each parameter of an address names, by the address up to and with it. One that is missing
# here, and not in NO_IDS, fails the test: nobody may forget a new one.
OWNED: dict[str, type[Row]] = {
    "/inbox/quarantine/{id:uuid}": Event,
    "/inbox/{id:uuid}": Message,
    "/mail/{delivery_id:uuid}": Delivery,
    "/needs-a-look/channels/{id:uuid}": Channel,
    "/needs-a-look/{id:uuid}": Delivery,
    "/partners/whose-is-it/{case_id:uuid}": Case,
    "/partners/{supplier_id:uuid}": Supplier,
    "/partners/{supplier_id:uuid}/coverage/{coverage_id:uuid}": Coverage,
    "/posts/{id:uuid}": Post,
    "/settings/channels/{id:uuid}": Channel,
    "/settings/people/{id:uuid}": User,
    "/suggestions/{id:uuid}": Suggestion,
    "/supplier/cases/{case_id:uuid}": Case,
}
NO_IDS = {
    "/chat/threads/{root:str}": "a network's own id: tested below",
    "/enter/{token:str}": "a secret: tests/web/test_entering.py",
    "/s/{token:str}": "a secret: tests/suppliers/test_links.py",
    "/needs-a-look/held/{word:str}": "one of three words",
    "/needs-a-look/{id:uuid}/{word:str}": "one of three words",
    "/static/{file_path:path}": "a file's name: tests/web/test_pages.py",
    "/webhooks/{network:str}": "a network's name: tests/web/test_webhooks.py",
}
# Everything that a form here may ask for; each takes what it knows.
FORM = {
    name: value
    for name, _, value in (
        line.partition("=")
        for line in (
            "text=Hello once=0b6f1f0e-5d0c-4f0e-9a53-4f6a3c1d2e7b name=Mia email=mia@maker.example "
            "version=1 date=2026-03-05 time=10:00 zone=UTC on=2026-03-05T10:00 overdue=ask "
            "burst_most=5 burst_minutes=10 kind=suggestion state=new brands= role=supplier "
            "title=Lids"
        ).split()
    )
}
ACTS = {"/supplier/cases/{case_id:uuid}": "deliver", "/posts/{id:uuid}": "draft"}
PARAMETER = re.compile(r"{(\w+):(\w+)}")
# What is new in every answer: a form's own random id, an event's number.
ONCE = re.compile(r'(name="once"[^>]*value=")[^"]+|(^id: )\d+', re.MULTILINE)


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    access: Access

    @property
    def parameters(self) -> list[str]:
        """Each as the address up to and with it."""
        return [self.path[: found.end()] for found in PARAMETER.finditer(self.path)]


@dataclass(frozen=True)
class World:
    """Two shops in one database; ``ours`` is the one whose pages are served."""

    client: Client
    routes: list[Route]
    cookies: Mapping[str, dict[str, str]]
    ours: Shop
    theirs: Shop
    database: Database

    def call(
        self, who: str, method: str, address: str, form: Mapping[str, str] | None = None
    ) -> Any:
        self.client.cookies.clear()
        self.client.cookies.update(self.cookies[who])
        given = None
        if form is not None:
            given = {**form, "_csrf_token": self.cookies[who]["hubbub-csrf"]}
        return self.client.request(method, address, data=given)

    def answer(
        self, who: str, route: Route, ids: Mapping[str, UUID], **form: str
    ) -> tuple[int, str]:
        """Status and body, with our own ids where ``ids`` names none, by parameter."""
        address = PARAMETER.sub(
            lambda found: str(
                ids.get(
                    up_to := route.path[: found.end()],
                    self.ours.rows[OWNED[up_to]] if up_to in OWNED else "again",
                )
            ),
            route.path,
        )
        if route.method == "GET":
            response = self.call(who, "GET", address)
        else:
            response = self.call(who, route.method, address, form)
        where = response.headers.get("location", "")
        # An address may come back in the answer; which one it is tells nothing.
        for id in ids.values():
            where = where.replace(str(id), "ID")
        body = ONCE.sub(r"\1", response.text)
        return response.status_code, f"{where}\n{body}"

    def form(self, route: Route) -> dict[str, str]:
        return FORM | {
            "into": str(self.ours.rows[Suggestion]),
            "partner": str(self.ours.nord),
            "supplier": str(self.ours.nord),
            "act": ACTS.get(route.path, "draft"),
        }


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    clock = FrozenClock(rooms.START)
    hubbub = main.Hubbub(Settings(data=tmp_path, database=database_url), clock=clock)
    hubbub.open()
    others = Database(database_url, workspace=2, clock=clock)
    ours = hubbub.writer.run_blocking(lambda session: furnish(session, "wombat"))
    with others.session(others.writers) as session:
        theirs = furnish(session, "heron")
        session.commit()
    streams = Streams(hubbub.database, hubbub.writer.news)
    streams.close()  # each says hello and ends
    app = create_app(main.routes(hubbub.plugins, hubbub.house), hubbub.house, streams=streams)
    found = [
        Route(method, path, handler.opt["access"])
        for path, handler in handlers_of(app.routes)
        for method in sorted(getattr(handler, "http_methods", ()))
        if method in {"GET", "POST", "PUT", "PATCH", "DELETE"}
    ]
    with visiting(app) as client:
        client.get("/chat")  # gives a visitor's cookie
        plain = {**client.cookies, "hubbub-csrf": csrf(client)["_csrf_token"]}
        tokens = hubbub.writer.run_blocking(lambda session: _enter(session, ours))
        cookies = {"nobody": plain} | {
            who: plain | {guards.COOKIE if who == "partner" else SESSION_COOKIE: token}
            for who, token in zip(EVERYBODY[1:], tokens, strict=True)
        }
        yield World(client, found, cookies, ours, theirs, others)
    others.close()
    hubbub.close()


def _enter(session: Session, shop: Shop) -> list[str]:
    tokens = [links.enter(session, session.need(Supplier, shop.alba)).token]
    for who in STAFF:
        link = accounts.invite(session, who, f"{who}@shop.example", Role(who))
        tokens.append(accounts.enter(session, link))
    return tokens


def test_every_parameter_of_an_address_is_known(world: World) -> None:
    asked = {parameter for route in world.routes for parameter in route.parameters}
    assert asked == OWNED.keys() | NO_IDS.keys()


def foreign(world: World, parameter: str) -> dict[str, UUID]:
    """Ids that are no business of who asks: of another shop, another partner, another kind."""
    kind = OWNED[parameter]
    found = {"another workspace": world.theirs.rows[kind]}
    if parameter.startswith("/supplier/"):
        found["another partner"] = world.ours.cases[world.ours.nord]
        found["another partner there"] = world.theirs.cases[world.theirs.nord]
    if kind is Coverage:
        found["another partner"] = world.ours.coverage[world.ours.nord]
    other = Post if kind is User else User
    return found | {"another kind": world.ours.rows[other]}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_somebody_else_s_is_answered_as_if_it_never_was(world: World) -> None:
    nothing, wrong, tried = UUID(int=7), [], 0
    before = everything(world.database)
    for route in world.routes:
        for parameter in OWNED.keys() & set(route.parameters):
            for who in EVERYBODY:
                may = who in MAY[route.access]
                forms = [{}, world.form(route)] if may and route.method != "GET" else [{}]
                for form in forms:
                    never = world.answer(who, route, {parameter: nothing}, **form)
                    for whose, id in foreign(world, parameter).items():
                        tried += 1
                        if world.answer(who, route, {parameter: id}, **form) != never:
                            wrong.append(f"{who}: {route} tells of {whose}")
                    if may and (route.method == "GET" or form) and never[0] != 404:
                        wrong.append(f"{who}: {route} → {never[0]}")
    assert not wrong, "\n".join(wrong)
    assert tried > 500
    assert everything(world.database) == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_one_s_own_is_found(world: World) -> None:
    """Or the test above would hold in an empty house."""
    lost = []
    last = ("disable", "delete", "remove", "sign-out", "hand-over", "merge")

    def order(route: Route) -> tuple[bool, bool, bool]:
        """What gives something away or ends it comes last."""
        is_early = route.path.startswith(("/supplier", "/mail"))
        return route.path.endswith(last), not is_early, route.method != "GET"

    for route in sorted(world.routes, key=order):
        if OWNED.keys() & set(route.parameters) and "quarantine" not in route.path:
            who = MAY[route.access][-1]
            status, _ = world.answer(who, route, {}, **world.form(route))
            if status == 404 or status >= 500:
                lost.append(f"{who}: {route} → {status}")
    assert not lost, "\n".join(lost)


def everything(database: Database) -> dict[str, list[Any]]:
    """All that stands in the other shop's tables."""
    with database.readers.connect() as connection:
        return {
            table.name: sorted(
                map(repr, connection.execute(sa.select(table).where(table.c.workspace_id == 2)))
            )
            for table in metadata.sorted_tables
            if "workspace_id" in table.c
        }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_ids_in_forms_and_queries_are_no_way_in_either(world: World) -> None:
    theirs, wrong = world.theirs.rows, []
    suggestion, post = world.ours.rows[Suggestion], world.ours.rows[Post]
    asked: list[tuple[str, str, str, UUID]] = [
        ("POST", f"/suggestions/{suggestion}/merge", "into", theirs[Suggestion]),
        ("POST", f"/suggestions/{suggestion}/hand-over", "partner", world.theirs.alba),
        ("POST", f"/partners/whose-is-it/{world.ours.rows[Case]}", "supplier", world.theirs.alba),
        ("POST", "/posts/preview", "channels", theirs[Channel]),
        ("POST", "/posts/new", "channels", theirs[Channel]),
        ("POST", f"/posts/{post}", "channels", theirs[Channel]),
        ("GET", "/inbox", "channel", theirs[Channel]),
        ("GET", "/inbox", "before", theirs[Message]),
        ("GET", "/suggestions", "partner", world.theirs.alba),
        ("GET", "/suggestions", "product", theirs[Suggestion]),
    ]
    for method, address, field, id in asked:
        answers = []
        for given in (id, UUID(int=id.int ^ 1)):  # nobody's, but as old as theirs
            if method == "GET":
                response = world.call("owner", "GET", f"{address}?{field}={given}")
            else:
                form = FORM | {"act": "draft", field: str(given)}
                response = world.call("owner", "POST", address, form)
            body = ONCE.sub(r"\1", response.text).replace(str(given), "ID")
            answers.append((response.status_code, response.headers.get("location"), body))
        if answers[0] != answers[1]:
            wrong.append(f"{method} {address} {field}: {answers[0][0]} and {answers[1][0]}")
        if "heron" in answers[0][2]:
            wrong.append(f"{method} {address} {field} shows what is theirs")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_thread_of_the_chat_is_public_or_not_there(world: World) -> None:
    def ask(root: str) -> tuple[int, str]:
        response = world.call("nobody", "GET", f"/chat/threads/{root}")
        return response.status_code, response.text

    never = ask("never")
    assert never[0] == 404
    assert ask(world.theirs.threads["kettle"]) == never  # of another shop
    assert ask(world.ours.threads["alone"]) == never  # said to us alone
    assert ask(str(world.ours.rows[Message])) == never  # our own id, not the network's
    assert ask(world.ours.threads["kettle"])[0] == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_lists_counts_exports_and_streams_know_nothing_of_another_shop(world: World) -> None:
    """Not one byte of any page is different once another shop has opened beside us."""
    pages = [route for route in world.routes if route.method == "GET" and not route.parameters]
    assert {"/metrics", "/products/catalogue.csv", "/events", "/supplier/events", "/mail"} <= {
        route.path for route in pages
    }
    asked = [(who, route) for route in pages for who in ("partner", "owner", "nobody")]
    before = [world.answer(who, route, {}) for who, route in asked]
    third = Database(str(world.database.url), workspace=3, clock=world.database.clock)
    with third.session(third.writers) as session:
        furnish(session, "heron")
        session.commit()
    third.close()
    after = [world.answer(who, route, {}) for who, route in asked]
    different = [
        f"{who}: {route.path}"
        for (who, route), one, other in zip(asked, before, after, strict=True)
        if one != other or "heron" in one[1]
    ]
    assert different == []
    assert sum("wombat" in body for _, body in before) > 8


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_partner_sees_nothing_of_another_partner(world: World) -> None:
    for route in world.routes:
        if route.access is Access.PARTNER and route.method == "GET":
            status, body = world.answer("partner", route, {})
            assert status == 200
            assert "Nord" not in body and "tin" not in re.findall(r"\w+", body)
            assert str(world.ours.cases[world.ours.nord]) not in body

"""Every route, every role: who may call what, generated from the router."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from litestar import get, post

from bot import main
from bot.accounts import service
from bot.accounts.models import Role
from bot.db import Session
from bot.settings import Settings
from bot.suppliers import guards, links, partners
from bot.web.access import SESSION_COOKIE, Access, handlers_of
from bot.web.app import create_app
from bot.web.house import House
from bot.web.stream import Streams
from tests.web.doorway import Client, csrf, visiting

STAFF = ("marketer", "approver", "owner")
EVERYBODY = ("nobody", "visitor", "partner", *STAFF)

MAY = {
    Access.PUBLIC: EVERYBODY,
    Access.VISITOR: EVERYBODY,
    Access.SYSTEM: EVERYBODY,
    Access.PARTNER: ("partner",),
    Access.MARKETER: STAFF,
    Access.APPROVER: ("approver", "owner"),
    Access.OWNER: ("owner",),
}
# What the handlers' own checks answer to everybody alike, for want of what they look for.
OWN_REFUSALS = {"/readyz": 503, "/metrics": 404}

EXAMPLES = {"uuid": str(UUID(int=7)), "int": "7", "date": "2026-03-02", "path": "hubbub.css"}
PARAMETER = re.compile(r"{\w+:(\w+)}")


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    access: Access

    @property
    def address(self) -> str:
        return PARAMETER.sub(lambda found: EXAMPLES.get(found[1], "nothing"), self.path)


@dataclass(frozen=True)
class World:
    client: Client
    routes: list[Route]
    cookies: dict[str, dict[str, str]]  # by who

    def call(self, who: str, method: str, address: str, **headers: str) -> Any:
        self.client.cookies.clear()
        self.client.cookies.update(self.cookies[who])
        return self.client.request(method, address, headers=headers)


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    hubbub = main.Hubbub(Settings(data=tmp_path, database=database_url))
    hubbub.open()
    streams = Streams(hubbub.database, hubbub.writer.news)
    streams.close()  # each says hello and ends
    app = create_app(main.routes(hubbub.plugins, hubbub.house), hubbub.house, streams=streams)
    found = [
        Route(method, path, handler.opt["access"])
        for path, handler in handlers_of(app.routes)
        for method in sorted(getattr(handler, "http_methods", ()))
        if method != "OPTIONS" and (method != "HEAD" or path.startswith("/static"))
    ]
    with visiting(app) as client:
        yield World(client, sorted(found, key=_leaving_last), _cookies(client, hubbub))
    hubbub.close()


def _leaving_last(route: Route) -> tuple[bool, str, str]:
    return route.path.endswith("leave"), route.path, route.method


def _cookies(client: Client, hubbub: main.Hubbub) -> dict[str, dict[str, str]]:
    plain = {"hubbub-csrf": csrf(client)["_csrf_token"]}
    client.get("/chat")
    visitor = dict(client.cookies)
    partner, *staff = hubbub.writer.run_blocking(_let_everybody_in)
    return {
        "nobody": plain,
        "visitor": plain | visitor,
        "partner": plain | {guards.COOKIE: partner},
        **{who: plain | {SESSION_COOKIE: token} for who, token in zip(STAFF, staff, strict=True)},
    }


def _let_everybody_in(session: Session) -> list[str]:
    supplier = partners.add_supplier(session, "Alba", "alba@example.com", by="hubbub")
    tokens = [links.enter(session, supplier).token]
    for who in STAFF:
        link = service.invite(session, who, f"{who}@shop.example", Role(who))
        tokens.append(service.enter(session, link))
    return tokens


def refusal(response: Any) -> str:
    """How the guard refused, or nothing when it let the request through."""
    if response.headers.get("location") == "/enter" and response.status_code == 303:
        return "sign in first"
    for words in ("Your role doesn&#39;t allow this.", "open the link in our latest e-mail"):
        if response.status_code == 403 and words in response.text:
            return "not allowed"
    return ""


def test_every_route_lets_in_whom_it_says_and_nobody_else(world: World) -> None:
    wrong = []
    assert len(world.routes) > 20
    for route in world.routes:
        if route.path == "/leave":
            continue  # it shows everybody the door: that looks like a refusal
        for who in EVERYBODY:
            token = world.cookies[who]["hubbub-csrf"]
            response = world.call(who, route.method, route.address, **{"x-csrftoken": token})
            refused = refusal(response)
            if bool(refused) == (who in MAY[route.access]):
                wrong.append(f"{who}: {route} → {response.status_code} {refused}")
            elif response.status_code >= 500 and route.path not in OWN_REFUSALS:
                wrong.append(f"{who}: {route} broke with {response.status_code}")
    assert not wrong, "\n".join(wrong)


def test_an_id_that_is_nobody_s_is_not_found(world: World) -> None:
    wrong = []
    for route in world.routes:
        if route.method == "GET" and "uuid}" in route.path:
            who = MAY[route.access][-1]
            if (status := world.call(who, "GET", route.address).status_code) != 404:
                wrong.append(f"{who}: {route} → {status}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("token", ["", "made up", "0" * 128])
def test_without_our_token_nothing_is_changed(world: World, token: str) -> None:
    wrong = []
    for route in world.routes:
        if route.method not in {"GET", "HEAD"} and route.access is not Access.SYSTEM:
            for who in ("nobody", MAY[route.access][-1]):
                response = world.call(who, route.method, route.address, **{"x-csrftoken": token})
                if response.status_code != 403:
                    wrong.append(f"{who}: {route} → {response.status_code}")
    assert not wrong, "\n".join(wrong)


def test_methods_that_were_not_declared_are_refused(world: World) -> None:
    declared = {(route.path, route.method) for route in world.routes}
    wrong = []
    for route in world.routes:
        for method in ("PUT", "PATCH", "DELETE", "TRACE", "BREW"):
            if (route.path, method) not in declared:
                status = world.call("owner", method, route.address).status_code
                if status != 405:
                    wrong.append(f"{method} {route.path} → {status}")
    assert not wrong, "\n".join(wrong)


STREAMS = {"/events", "/chat/events", "/supplier/events"}


def test_head_says_what_get_would_and_no_more(world: World) -> None:
    wrong = []
    for route in world.routes:
        if route.method == "GET":
            for who in ("nobody", MAY[route.access][-1]):
                head = world.call(who, "HEAD", route.address)
                get = world.call(who, "GET", route.address)
                endless = route.path in STREAMS or "network:" in route.path
                if head.status_code != (405 if endless else get.status_code) or head.text:
                    wrong.append(f"{who}: {route} → {head.status_code}, not {get.status_code}")
    assert not wrong, "\n".join(wrong)


@get("/secret")
async def undeclared() -> str:
    return "secret"


@get("/words", access="owner")
async def said_in_words() -> str:
    return "secret"


@post("/free", access=Access.PUBLIC, exclude_from_csrf=True)
async def without_csrf() -> str:
    return "changed"


@pytest.mark.parametrize("handler", [undeclared, said_in_words, without_csrf])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_route_without_a_rule_stops_the_app(house: House, handler: Any) -> None:
    with pytest.raises(LookupError, match=f"{handler.paths.copy().pop()}: "):
        create_app([handler], house)

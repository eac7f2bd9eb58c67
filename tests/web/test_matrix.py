"""Every route, every role: who may call what, generated from the router."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from litestar import get, post

from bot import main, pages
from bot.accounts import api_tokens, second_factor, service
from bot.accounts.api_tokens import Scope
from bot.accounts.models import Role, User
from bot.db import Session
from bot.settings import Settings, Staff
from bot.suppliers import guards, links, partners
from bot.web.access import (
    SESSION_COOKIE,
    Access,
    CodeOwed,
    FactorOwed,
    NotSignedIn,
    handlers_of,
)
from bot.web.app import create_app
from bot.web.house import House
from bot.web.stream import Streams
from tests.web.doorway import Client, csrf, visiting

STAFF = ("marketer", "approver", "owner")
# An owner who came in by a link, and has not given the code from their phone yet.
HALF_IN = "half in"
# A program with a token that may do everything, and a browser's cookies too.
PROGRAM = "program"
EVERYBODY = ("nobody", "visitor", "partner", HALF_IN, *STAFF, PROGRAM)

MAY = {
    Access.PUBLIC: EVERYBODY,
    Access.VISITOR: EVERYBODY,
    Access.SYSTEM: EVERYBODY,
    Access.PARTNER: ("partner",),
    Access.MARKETER: STAFF,
    Access.APPROVER: ("approver", "owner"),
    Access.OWNER: ("owner",),
    Access.HALF_IN: (HALF_IN, *STAFF),
    Access.TOKEN: (PROGRAM,),
    Access.SETTING_UP: STAFF,
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
    token: str

    def call(self, who: str, method: str, address: str, **headers: str) -> Any:
        self.client.cookies.clear()
        self.client.cookies.update(self.cookies[who])
        if who == PROGRAM:
            headers["authorization"] = f"Bearer {self.token}"
        return self.client.request(method, address, headers=headers)


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    with opened(Settings(data=tmp_path, database=database_url)) as world:
        yield world


@contextmanager
def opened(settings: Settings) -> Iterator[World]:
    hubbub = main.Hubbub(settings)
    hubbub.open()
    streams = Streams(hubbub.database, hubbub.writer.news)
    streams.close()  # each says hello and ends
    app = create_app(pages.routes(hubbub.plugins, hubbub.house), hubbub.house, streams=streams)
    found = [
        Route(method, path, handler.opt["access"])
        for path, handler in handlers_of(app.routes)
        for method in sorted(getattr(handler, "http_methods", ()))
        if method != "OPTIONS" and (method != "HEAD" or path.startswith("/static"))
    ]
    with visiting(app) as client:
        cookies = _cookies(client, hubbub)
        token = hubbub.writer.run_blocking(_make_token)
        yield World(client, sorted(found, key=_leaving_last), cookies, token)
    hubbub.close()


def _leaving_last(route: Route) -> tuple[bool, str, str]:
    return route.path.endswith("leave"), route.path, route.method


def _cookies(client: Client, hubbub: main.Hubbub) -> dict[str, dict[str, str]]:
    plain = {"hubbub-csrf": csrf(client)["_csrf_token"]}
    client.get("/chat")
    visitor = dict(client.cookies)
    partner, half_in, *staff = hubbub.writer.run_blocking(_let_everybody_in)
    return {
        "nobody": plain,
        PROGRAM: plain,
        "visitor": plain | visitor,
        "partner": plain | {guards.COOKIE: partner},
        HALF_IN: plain | {SESSION_COOKIE: half_in},
        **{who: plain | {SESSION_COOKIE: token} for who, token in zip(STAFF, staff, strict=True)},
    }


def _let_everybody_in(session: Session) -> list[str]:
    supplier = partners.add_supplier(session, "Alba", "alba@example.com", by="hubbub")
    tokens = [links.enter(session, supplier).token, _come_half_in(session)]
    for who in STAFF:
        link = service.invite(session, who, f"{who}@shop.example", Role(who))
        tokens.append(service.enter(session, link))
    return tokens


def _make_token(session: Session) -> str:
    owner = session.scalars(sa.select(User).filter_by(name="owner")).one()
    return api_tokens.make(session, owner, "Robo", tuple(Scope), days=1)[1]


def _come_half_in(session: Session) -> str:
    """The session of an owner who has set a second factor up in another one."""
    token = ""
    for _ in range(2):
        link = service.invite(session, "Hal", "hal@shop.example", Role.OWNER)
        token = service.enter(session, link)
        standing = service.standing(session, token)
        assert standing is not None
        if not standing.has_factor:
            second_factor.begin(session, standing.user)
            factor = second_factor.find(session, standing.user.id)
            assert factor is not None
            factor.confirmed_at = session.now()
    return token


def refusal(response: Any, route: Route) -> str:
    """How the guard refused, or nothing when it let the request through."""
    doors = {NotSignedIn.door, CodeOwed.door}
    if route.access is not Access.SETTING_UP:  # whose own pages lead there
        doors |= {FactorOwed.door}
    if response.headers.get("location") in doors and response.status_code == 303:
        return "sign in first"
    if response.status_code == 401 and "www-authenticate" in response.headers:
        return "a token is needed"
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
            refused = refusal(response, route)
            if bool(refused) == (who in MAY[route.access]):
                wrong.append(f"{who}: {route} → {response.status_code} {refused}")
            elif response.status_code >= 500 and route.path not in OWN_REFUSALS:
                wrong.append(f"{who}: {route} broke with {response.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_where_a_second_factor_is_required_staff_without_one_can_only_set_it_up(
    database_url: str, tmp_path: Path
) -> None:
    strict = Staff(second_factor="required")
    settings = Settings(data=tmp_path, database=database_url, staff=strict)
    may = {Access.PUBLIC, Access.VISITOR, Access.SYSTEM, Access.HALF_IN, Access.SETTING_UP}
    wrong = []
    with opened(settings) as world:
        for route in world.routes:
            if route.path != "/leave":
                token = world.cookies["owner"]["hubbub-csrf"]
                response = world.call(
                    "owner", route.method, route.address, **{"x-csrftoken": token}
                )
                if bool(refusal(response, route)) == (route.access in may):
                    wrong.append(f"{route} → {response.status_code}")
        world.client.cookies.update(world.cookies["owner"])
        assert world.client.get("/calendar").headers["location"] == "/account"
        shown = world.client.get("/account").text
    assert not wrong, "\n".join(wrong)
    assert "Everybody who works here needs a second factor" in shown
    assert 'href="/inbox"' not in shown  # no rail, no counts, no channels


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_is_half_in_hears_no_stream_and_reads_no_numbers(world: World) -> None:
    stream = world.call(HALF_IN, "GET", "/events", accept="text/event-stream")
    assert (stream.status_code, world.call(HALF_IN, "GET", "/metrics").status_code) == (403, 404)
    assert world.call(HALF_IN, "GET", "/calendar").headers["location"] == "/second-factor"
    assert world.call(HALF_IN, "GET", "/enter").headers["location"] == "/calendar"


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
        by_cookie = route.access not in {Access.SYSTEM, Access.TOKEN}
        if route.method not in {"GET", "HEAD"} and by_cookie:
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


@get("/programs", access=Access.TOKEN)
async def without_scope() -> str:
    return "secret"


@pytest.mark.parametrize("handler", [undeclared, said_in_words, without_csrf, without_scope])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_route_without_a_rule_stops_the_app(house: House, handler: Any) -> None:
    with pytest.raises(LookupError, match=f"{handler.paths.copy().pop()}: "):
        create_app([handler], house)

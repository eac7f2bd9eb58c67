"""Two shops in one database, and the pages of one of them: for what must not leak or break."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from bot import main, pages
from bot.accounts import api_tokens
from bot.accounts import service as accounts
from bot.accounts.api_tokens import Scope
from bot.accounts.models import ApiToken, Role, User
from bot.channels.models import Channel
from bot.clock import FrozenClock
from bot.db import Database, Row, Session
from bot.engagement.closing.models import GoAhead, Notice
from bot.engagement.persons.models import Belonging
from bot.inbox.models import Event, Message, Signal
from bot.members.models import Member, Person
from bot.outbox.models import Delivery
from bot.products.models import Product
from bot.settings import Settings
from bot.suggestions.models import Suggestion
from bot.suppliers import guards, links
from bot.suppliers.agreement_models import Agreement
from bot.suppliers.correspondence.models import Reply
from bot.suppliers.models import Case, Coverage, PortalSession, Supplier
from bot.suppliers.portal_models import Contact, Picture
from bot.suppliers.tie_models import TieTask
from bot.web.access import SESSION_COOKIE, Access, handlers_of
from bot.web.app import create_app
from bot.web.stream import Streams
from content_calendar.exchange.models import CalendarAddress, Feed, Intake
from content_calendar.models import Campaign, Post
from content_calendar.queue.models import Category, Evergreen, WeeklySlot
from tests import rooms
from tests.shops import Shop, furnish
from tests.web.doorway import Client, csrf, visiting

STAFF = ("marketer", "approver", "owner")
PROGRAM = "program"
EVERYBODY = ("nobody", "partner", *STAFF, PROGRAM)
MAY = {
    Access.PARTNER: ("partner",),
    Access.MARKETER: STAFF,
    Access.APPROVER: ("approver", "owner"),
    Access.OWNER: ("owner",),
    Access.TOKEN: (PROGRAM,),
}

# What each parameter of an address names, by the address up to and with it. One that is missing
# here, and not in NO_IDS, fails the test: nobody may forget a new one.
OWNED: dict[str, type[Row]] = {
    "/api/v1/campaigns/{id:uuid}": Campaign,
    "/api/v1/channels/{id:uuid}": Channel,
    "/api/v1/posts/{id:uuid}": Post,
    "/exchange/addresses/{id:uuid}": CalendarAddress,
    "/exchange/feeds/{id:uuid}": Feed,
    "/exchange/files/{id:uuid}": Intake,
    "/inbox/quarantine/{id:uuid}": Event,
    "/inbox/{id:uuid}": Message,
    "/mail/{delivery_id:uuid}": Delivery,
    "/needs-a-look/channels/{id:uuid}": Channel,
    "/needs-a-look/{id:uuid}": Delivery,
    "/partners/answers/{id:uuid}": Reply,
    "/partners/relationships/{task_id:uuid}": TieTask,
    "/partners/whose-is-it/{case_id:uuid}": Case,
    "/partners/{supplier_id:uuid}": Supplier,
    "/partners/{supplier_id:uuid}/agreement/{agreement_id:uuid}": Agreement,
    "/partners/{supplier_id:uuid}/coverage/{coverage_id:uuid}": Coverage,
    "/partners/{supplier_id:uuid}/people/{contact_id:uuid}": Contact,
    "/partners/{supplier_id:uuid}/sessions/{session_id:uuid}": PortalSession,
    "/persons/{id:uuid}": Person,
    "/persons/{id:uuid}/partners/{belonging_id:uuid}": Belonging,
    "/posts/{id:uuid}": Post,
    "/products/{product_id:uuid}": Product,
    "/queue/categories/{id:uuid}": Category,
    "/queue/evergreens/{id:uuid}": Evergreen,
    "/queue/slots/{id:uuid}": WeeklySlot,
    "/quiet/{id:uuid}": Delivery,
    "/review/{id:uuid}": Signal,
    "/settings/channels/{id:uuid}": Channel,
    "/settings/people/{id:uuid}": User,
    "/settings/tokens/{id:uuid}": ApiToken,
    "/suggestions/{id:uuid}": Suggestion,
    "/supplier/accounts/{belonging_id:uuid}": Belonging,
    "/board/{id:uuid}": Suggestion,
    "/told/people/{id:uuid}": Notice,
    "/told/{id:uuid}": GoAhead,
    "/supplier/cases/{case_id:uuid}": Case,
    "/supplier/cases/{case_id:uuid}/pictures/{picture_id:uuid}": Picture,
    "/supplier/people/{contact_id:uuid}": Contact,
    "/supplier/sessions/{session_id:uuid}": PortalSession,
}
NO_IDS = {
    "/chat/threads/{root:str}": "a network's own id: tested below",
    "/enter/{token:str}": "a secret: tests/web/test_entering.py",
    "/ical/{token:str}": "a secret: tests/content_calendar/test_calendar_out.py",
    "/s/{token:str}": "a secret: tests/suppliers/test_links.py",
    "/mydata/{token:str}": "a secret: tests/engagement/test_data_pages.py",
    "/erasures/{code:str}": "nobody's: tests/engagement/test_data_pages.py",
    "/needs-a-look/held/{word:str}": "one of three words",
    "/needs-a-look/{id:uuid}/{word:str}": "one of three words",
    "/explain/{id:path}": "any id at all: tests/watching/test_explain_pages.py",
    "/media/{digest:str}": "named by its own content: tests/media/test_media.py",
    "/preview/{token:str}": "a signed link: tests/content_calendar/test_keeping.py",
    "/preview/{token:str}/media/{digest:str}": "only what that link's post shows",
    "/static/{file_path:path}": "a file's name: tests/web/test_pages.py",
    "/webhooks/{network:str}": "a network's name: tests/web/test_webhooks.py",
    "/webhooks/partners/{supplier_id:uuid}": "signed: tests/suppliers/correspondence",
}
# Everything that a form here may ask for; each takes what it knows.
FORM = {
    name: value
    for name, _, value in (
        line.partition("=")
        for line in (
            "text=Hello once=0b6f1f0e-5d0c-4f0e-9a53-4f6a3c1d2e7b name=Mia email=mia@maker.example "
            "version=1 date=2026-03-05 time=10:00 zone=UTC on=2026-03-05T10:00 overdue=ask "
            "address_name=Phone scopes=read questions=Hm? every=60 "
            "url=https://blog.example/feed "
            "burst_most=5 burst_minutes=10 kind=suggestion state=new brands= role=supplier "
            "facet=none topic=product feeling=0 mode=suggest wanted=90 number=0 "
            "answer=8 monday=9-17 reason=Nords title=Lids cool_down_days=30 days=MO "
            "filling=suggest"
        ).split()
    )
}
# What another form means by a name that stands above.
OTHERWISE: dict[str, dict[str, str]] = {
    "/posts/{id:uuid}/move": {"days": "0"},
    "/posts/{id:uuid}/share": {"days": "30"},
    "/settings/tokens": {"days": "30"},
}
# What a program sends there, as JSON.
SENT: dict[str, dict[str, str]] = {
    "/api/v1/campaigns": {"name": "Autumn"},
    "/api/v1/campaigns/{id:uuid}": {"name": "Late autumn"},
    "/api/v1/posts": {"title": "Lids"},
    "/api/v1/posts/{id:uuid}": {"title": "Lids"},
    "/api/v1/posts/{id:uuid}/move": {"local": "2026-03-05T10:00"},
}
ACTS = {"/supplier/cases/{case_id:uuid}": "deliver", "/posts/{id:uuid}": "draft"}
PARAMETER = re.compile(r"{(\w+):(\w+)}")
# What is new in every answer: a form's own random id, an event's number.
ONCE = re.compile(r'(name="(?:once|scratch)"[^>]*value=")[^"]+|(^id: )\d+', re.MULTILINE)

# What /metrics tells of the process and its disk, which all shops of a database share.
OF_THE_MACHINE = re.compile(
    r"^(?:process_|python_|hubbub_(?:commit|commands|disk|database_size)_).*\n", re.MULTILINE
)


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
    token: str

    def call(
        self, who: str, method: str, address: str, form: Mapping[str, str] | None = None
    ) -> Any:
        self.client.cookies.clear()
        self.client.cookies.update(self.cookies[who])
        if who == PROGRAM:
            headers = {"authorization": f"Bearer {self.token}", "if-match": "*"}
            return self.client.request(method, address, json=form, headers=headers)
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
        body = OF_THE_MACHINE.sub("", ONCE.sub(r"\1", response.text))
        return response.status_code, f"{where}\n{body}"

    def form(self, route: Route) -> dict[str, str]:
        if route.access is Access.TOKEN:
            return SENT.get(route.path, {})
        return (
            FORM
            | {
                "into": str(self.ours.rows[Suggestion]),
                "partner": str(self.ours.nord),
                "supplier": str(self.ours.nord),
                "account": str(self.ours.rows[Member]),
                "category": str(self.ours.rows[Category]),
                "channels": str(self.ours.rows[Channel]),
                "act": ACTS.get(route.path, "draft"),
            }
            | OTHERWISE.get(route.path, {})
        )


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
    app = create_app(pages.routes(hubbub.plugins, hubbub.house), hubbub.house, streams=streams)
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
        cookies = {"nobody": plain, PROGRAM: plain} | {
            who: plain | {guards.COOKIE if who == "partner" else SESSION_COOKIE: token}
            for who, token in zip(EVERYBODY[1:-1], tokens, strict=True)
        }
        token = hubbub.writer.run_blocking(_make_token)
        yield World(client, found, cookies, ours, theirs, others, token)
    others.close()
    hubbub.close()


def _make_token(session: Session) -> str:
    owner = session.scalars(sa.select(User).filter_by(name="owner")).one()
    return api_tokens.make(session, owner, "Robo", tuple(Scope), days=1)[1]


def _enter(session: Session, shop: Shop) -> list[str]:
    tokens = [links.enter(session, session.need(Supplier, shop.alba)).token]
    for who in STAFF:
        link = accounts.invite(session, who, f"{who}@shop.example", Role(who))
        tokens.append(accounts.enter(session, link))
    return tokens

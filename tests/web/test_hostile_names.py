"""Names, titles and texts of the worst kind on every page, in a real browser: nothing runs, nothing
is fetched, nothing sticks out, and what hides is shown."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
import uvicorn
from jinja2 import Template
from playwright.async_api import Page, Request

from adapters.webchat.translate import Visitor
from bot import main, pages
from bot.accounts import service as accounts
from bot.accounts.models import Role
from bot.channels.models import Channel
from bot.clock import FrozenClock
from bot.db import Row, Session
from bot.inbox.models import Message
from bot.settings import Settings
from bot.suggestions.models import Suggestion
from bot.suppliers import guards, links
from bot.suppliers.models import Supplier
from bot.web.access import SESSION_COOKIE
from bot.web.app import create_app
from bot.web.stream import Streams
from bot.web.templating import make_engine
from bot.web.visible import visible
from content_calendar.models import Post
from tests import databases, rooms
from tests.browser import OpenPage
from tests.shops import Shop, furnish

# In this order, since names are cut: markup, a template, an override, no width; and then no end.
HOSTILE = "<img src=//evil.example/p onerror=boom()>{{7*7}}\u202egpj.\u200bexe" + "W" * 300
SPELT = "⟨U+202E⟩gpj.⟨U+200B⟩exe"
STICKS_OUT = "() => document.documentElement.scrollWidth - innerWidth"
WHAT = """() => [...document.querySelectorAll('main *, header *, footer *')].filter(
  it => it.getBoundingClientRect().right > innerWidth + 1 && !it.closest('.table-box')
).slice(0, 3).map(it => it.outerHTML.slice(0, 80)).join(' | ')"""
# What people see and hear; not what stands in fields to be edited.
SEEN = """() => [document.title, document.body.innerText,
  ...[...document.querySelectorAll('[title],[aria-label],[placeholder],[alt]')].flatMap(
    it => ['title', 'aria-label', 'placeholder', 'alt'].map(name => it.getAttribute(name) || ''))
].join('\\n')"""
MADE_BY_THEM = """() => document.querySelectorAll(
  'img:not([src^="/supplier/cases/"]), [onerror], iframe, object, video'
).length"""


@dataclass(frozen=True)
class Served:
    address: str
    shop: Shop
    staff: str
    partner: str

    def paths(self) -> dict[str, list[str]]:
        """Every page, by who sees it."""

        def at(kind: type[Row]) -> str:
            return str(self.shop.rows[kind])

        return {
            "staff": [
                *("/calendar", "/calendar?view=list", "/inbox", "/inbox/quarantine", "/mail"),
                *("/suggestions", "/partners", "/partners/new", "/partners/whose-is-it"),
                *("/products", "/products/import", "/needs-a-look", "/settings", "/posts/new"),
                *("/settings/people/new", f"/settings/channels/{at(Channel)}"),
                *(f"/inbox/{at(Message)}", f"/suggestions/{at(Suggestion)}"),
                *(f"/partners/{at(Supplier)}", f"/posts/{at(Post)}"),
                f"/partners/{at(Supplier)}/people",
            ],
            "partner": [
                *("/supplier?show=all", "/supplier/insights", "/supplier/people"),
                f"/supplier/cases/{self.shop.cases[self.shop.alba]}",
            ],
            "visitor": ["/chat", f"/chat/threads/{self.shop.threads['kettle']}", "/chat/me"],
        }


@pytest_asyncio.fixture(loop_scope="session")
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    settings = Settings(data=tmp_path, database=databases.sqlite_url(tmp_path))
    hubbub = main.Hubbub(settings, clock=FrozenClock(rooms.START))
    hubbub.open()
    shop = await hubbub.writer.run(lambda session: furnish(session, HOSTILE))
    streams = Streams(hubbub.database, hubbub.writer.news)
    app = create_app(pages.routes(hubbub.plugins, hubbub.house), hubbub.house, streams=streams)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1, ws="none")
        server = uvicorn.Server(config)
        web = asyncio.create_task(server.serve(sockets=[listener]))
        staff, partner = await hubbub.writer.run(lambda session: _enter(session, shop))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield Served(address, shop, staff, partner)
        streams.close()
        server.should_exit = True
        await web
    hubbub.close()


def _enter(session: Session, shop: Shop) -> tuple[str, str]:
    link = accounts.invite(session, f"Olga {HOSTILE}"[:80], "olga@shop.example", Role.OWNER)
    token = accounts.enter(session, link)
    return token, links.enter(session, session.need(Supplier, shop.alba)).token


async def test_the_worst_names_are_only_names_on_every_page(
    served: Served, open_page: OpenPage
) -> None:
    page = await open_page(width=390)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(_foreign(request, served.address)))
    page.on("dialog", lambda dialog: asked.append(f"a dialog: {dialog.message}"))
    visitor = Visitor(secret="0" * 32, name=f"Ada {HOSTILE}"[:40]).to_cookie()
    await page.context.add_cookies(
        [
            {"name": name, "value": value, "url": served.address}
            for name, value in (
                (SESSION_COOKIE, served.staff),
                (guards.COOKIE, served.partner),
                ("hubbub-visitor", visitor),
            )
        ]
    )
    wrong, spelt = {}, 0
    for path in (path for paths in served.paths().values() for path in paths):
        answer = await page.goto(served.address + path, wait_until="domcontentloaded")
        assert answer and answer.status == 200, path
        found = await _wrong_with(page)
        spelt += SPELT in await page.evaluate(SEEN)
        if found:
            wrong[path] = found
    assert wrong == {}, wrong
    assert [each for each in asked if each] == []
    assert spelt > 12  # or it was never there


async def _wrong_with(page: Page) -> list[str]:
    seen = await page.evaluate(SEEN)
    found = []
    if over := await page.evaluate(STICKS_OUT):
        found.append(f"sticks out by {over}: {await page.evaluate(WHAT)}")
    if made := await page.evaluate(MADE_BY_THEM):
        found.append(f"{made} elements of theirs")
    if visible(seen) != seen:
        found.append("something hides")
    if "<img src=//evil" in seen and "{{7*7}}" not in seen:
        found.append("a template ran")
    return found


def _foreign(request: Request, address: str) -> str:
    return "" if request.url.startswith((address, "data:")) else request.url


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("gpj.\u202eexe", "gpj.⟨U+202E⟩exe"),
        ("zero\u200bwidth", "zero⟨U+200B⟩width"),
        (
            "👩\u200d🚀 می\u200cخواهم שלום\u200f",
            "👩\u200d🚀 می\u200cخواهم שלום\u200f",
        ),  # they belong
        ("<b>\u2066", "&lt;b&gt;⟨U+2066⟩"),
    ],
)
def test_what_hides_is_shown_and_what_is_written_is_kept(text: str, shown: str) -> None:
    engine = make_engine().engine
    template: Template = engine.from_string("{{ text }}|{{ _('Hi %(who)s', who=text) }}")
    assert template.render(text=text) == f"{shown}|Hi {shown}"
    field = engine.from_string("<i title='{{ text | as_typed }}'>").render(text="\u202e'<")
    assert field == "<i title='\u202e&#39;&lt;'>"

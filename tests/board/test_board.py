"""You said, we did: what stands there, for whom, and that no word shapes the page."""

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa
from playwright.async_api import expect

from bot import main, pages
from bot.accounts.models import Role, User
from bot.board import queries, service
from bot.board.feeds import PATH
from bot.clock import FrozenClock
from bot.db import Session
from bot.inbox.models import Message
from bot.settings import Settings
from bot.suggestions.models import Suggestion
from bot.suppliers.models import Act, Supplier
from bot.suppliers.partners import add_supplier
from bot.suppliers.service import decide, hand_over, open_case
from bot.web.access import SESSION_COOKIE
from bot.web.app import create_app
from bot.web.stream import Streams
from tests import rooms
from tests.browser import OpenPage, violations
from tests.shops import furnish
from tests.suppliers import shop
from tests.suppliers.doors import served
from tests.web.doorway import visiting
from tests.web.two_shops import _enter

HOSTILE = '<script>alert(1)</script> & "lids" \x00\u202e please, Ana Lopez says so'


@pytest.fixture
def hubbub(database_url: str, tmp_path: Path) -> Iterator[main.Hubbub]:
    settings = Settings(data=tmp_path, database=database_url)
    hubbub = main.Hubbub(settings, clock=FrozenClock(rooms.START))
    hubbub.open()
    yield hubbub
    hubbub.close()


def closed(session: Session, words: str, act: Act = Act.DELIVER, text: str = "Here it is.") -> None:
    case = open_case(session, shop.suggest(session, words))
    decide(session, case, act, text=text, by="supplier:Alba Ltd")


def stock(session: Session) -> None:
    shop.open_shop(session)
    add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])


def shown(session: Session, shows: queries.Shows = "delivered") -> list[str]:
    return [entry.words for entry in queries.entries(session, shows)]


def test_what_is_done_stands_there_and_what_is_declined_only_if_so_chosen(
    hubbub: main.Hubbub,
) -> None:
    def command(session: Session) -> None:
        stock(session)
        closed(session, "a wider spout")
        closed(session, "a smaller lid", Act.DECLINE, "It would not close.")
        open_case(session, shop.suggest(session, "a longer cord"))
        session.flush()
        assert shown(session, "chosen") == []
        assert shown(session) == ["a wider spout"]
        assert shown(session, "closed") == ["a smaller lid", "a wider spout"]

    hubbub.writer.run_blocking(command)


def test_staff_show_and_hide_each(hubbub: main.Hubbub) -> None:
    def command(session: Session) -> None:
        stock(session)
        closed(session, "a wider spout")
        closed(session, "a smaller lid", Act.DECLINE, "It would not close.")
        user = session.put(
            User(name="Mia", email="mia@shop.example", role=Role.OWNER, created_at=session.now())
        )
        lid, spout = queries.entries(session, "closed")
        for entry, to in ((lid, True), (spout, False), (spout, False)):
            service.choose(session, session.need(Suggestion, entry.suggestion), shown=to, by=user)
        session.flush()
        assert shown(session) == ["a smaller lid"]
        assert len(queries.entries(session, "delivered", hidden_too=True)) == 2

    hubbub.writer.run_blocking(command)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_said_in_private_never_stands_there(hubbub: main.Hubbub) -> None:
    def command(session: Session) -> None:
        stock(session)
        closed(session, "a wider spout")
        session.execute(sa.update(Message).values(private=True))
        assert shown(session, "closed") == []

    hubbub.writer.run_blocking(command)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_word_shapes_the_page_or_its_feeds_and_no_name_stands_there(
    hubbub: main.Hubbub,
) -> None:
    def command(session: Session) -> None:
        stock(session)
        closed(session, HOSTILE, text="<b>Done</b> for Ana Lopez")

    hubbub.writer.run_blocking(command)
    streams = Streams(hubbub.database, hubbub.writer.news)
    app = create_app(pages.routes(hubbub.plugins, hubbub.house), hubbub.house, streams=streams)
    with visiting(app) as client:
        said = client.get(PATH)
        assert said.status_code == 200 and "&lt;script&gt;" in said.text
        rss = ElementTree.fromstring(client.get(f"{PATH}.rss").text)
        (item,) = rss.iter("item")
        assert "<script>alert(1)</script>" in item.findtext("title", "")
        (one,) = json.loads(client.get(f"{PATH}.json").text)["items"]
        assert one["title"].startswith("<script>")
        for text in (said.text, ElementTree.tostring(rss, "unicode"), json.dumps(one)):
            assert "Lopez" not in text
        for strange in ("?before=x&product=%00&outcome=<b>", "?product=" + "9" * 300):
            assert client.get(PATH + strange).status_code == 200
    streams.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_marketer_shows_something_and_everybody_reads_it(
    hubbub: main.Hubbub, open_page: OpenPage
) -> None:
    rows = hubbub.writer.run_blocking(lambda session: furnish(session, "wombat"))
    token = hubbub.writer.run_blocking(lambda session: _enter(session, rows))[-1]

    def command(session: Session) -> None:
        shop.open_shop(session)
        case = open_case(session, shop.suggest(session, "a wider spout"))
        hand_over(session, case, session.need(Supplier, rows.alba), by="user:Mia")
        decide(session, case, Act.DECLINE, text="It would drip.", by="supplier:Alba")

    hubbub.writer.run_blocking(command)
    streams = Streams(hubbub.database, hubbub.writer.news)
    app = create_app(pages.routes(hubbub.plugins, hubbub.house), hubbub.house, streams=streams)
    with served(app) as address:
        page = await open_page(width=390, colours="dark")
        await page.goto(address + PATH)
        await expect(page.get_by_text("Nothing stands here yet")).to_be_visible()
        await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
        await page.goto(f"{address}/board")
        assert await violations(page) == []
        await page.get_by_role("button", name="Show it to everybody").click()
        await expect(page.get_by_text("Everybody can read it now.")).to_be_visible()
        await page.context.clear_cookies()
        await page.goto(address + PATH)
        await expect(page.get_by_text("a wider spout")).to_be_visible()
        assert await violations(page) == []
        await page.set_viewport_size({"width": 1280, "height": 800})
        await page.emulate_media(color_scheme="light")
        assert await violations(page) == []
        streams.close()

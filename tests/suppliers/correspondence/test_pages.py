"""The staff's pages: how a partner is reached, and what came back; in a real browser too."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Literal
from uuid import UUID

import pytest
import sqlalchemy as sa
from litestar import Litestar
from playwright.async_api import Page

from bot.accounts import service as accounts
from bot.accounts.models import Role
from bot.channels.models import Channel
from bot.db import Session
from bot.main import Hubbub
from bot.outbox.models import Delivery
from bot.pages import routes
from bot.settings import Settings
from bot.suppliers import service
from bot.suppliers.correspondence.models import Means, Reply, Standing, Way
from bot.suppliers.models import Decision, Supplier
from bot.suppliers.partners import add_supplier
from bot.web.access import SESSION_COOKIE
from bot.web.app import create_app
from tests import databases
from tests.browser import OpenPage, violations
from tests.suppliers import shop
from tests.suppliers.doors import served
from tests.web.doorway import Client, csrf, sign_in, visiting

# Where to put pictures for people to look at; none are taken where it isn't set.
PICTURES = os.environ.get("HUBBUB_TEST_PICTURES")


@pytest.fixture
def hubbub(tmp_path: Path) -> Iterator[Hubbub]:
    """One engine is enough for looks."""
    hubbub = Hubbub(Settings(data=tmp_path, database=databases.sqlite_url(tmp_path)))
    hubbub.open()
    yield hubbub
    hubbub.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    alba: UUID
    held: UUID


@pytest.fixture
def world(hubbub: Hubbub) -> World:
    def stock(session: Session) -> World:
        shop.open_shop(session)
        alba = add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])
        case = service.open_case(session, shop.suggest(session))
        said = (
            (Standing.HELD, Way.MAIL, "accept: gladly <b>now</b>", "It came from elsewhere."),
            (Standing.NOTED, Way.CHAT, "We will think about it.", ""),
            (Standing.AUTOMATIC, Way.MAIL, "I am away until Monday.", "Its subject says so."),
            (Standing.REFUSED, Way.CALL, "", "This case is closed."),
        )
        replies = [
            session.put(
                Reply(
                    way=way,
                    remote_id=f"<{number}@alba.example>",
                    supplier_id=alba.id,
                    case_id=case.id,
                    version=case.version,
                    sender="tom@home.example",
                    text=text,
                    came_at=session.now(),
                    standing=standing,
                    why=why,
                )
            )
            for number, (standing, way, text, why) in enumerate(said)
        ]
        return World(alba=alba.id, held=replies[0].id)

    return hubbub.writer.run_blocking(stock)


@pytest.fixture
def app(hubbub: Hubbub) -> Litestar:
    return create_app(routes(hubbub.plugins, hubbub.house), hubbub.house)


@pytest.fixture
def client(app: Litestar, hubbub: Hubbub) -> Iterator[Client]:
    with visiting(app) as client:
        sign_in(client, hubbub.writer, Role.MARKETER)
        yield client


def test_a_secret_is_shown_once_and_their_address_is_named(
    client: Client, hubbub: Hubbub, world: World
) -> None:
    here = f"/partners/{world.alba}/reached"
    form = csrf(client) | {"url": "https://alba.example/in"}
    shown = client.post(f"{here}/program", data=form)
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", unescape(shown.text))
    assert found
    after = client.get(here).text
    assert found[0] not in unescape(after) and "https://alba.example/in" in after
    assert f"/webhooks/partners/{world.alba}" in after
    with hubbub.database.reading() as session:
        assert session.scalars(sa.select(Means.secret)).one() == found[0]
        supplier = session.need(Supplier, world.alba)
        place = session.need(Channel, supplier.channel_id)
        assert hubbub.plugins[place.network].calls
    refused = client.post(f"{here}/program", data=form | {"url": "https://10.0.0.1/in"})
    assert refused.status_code == 422 and "not on the public internet" in refused.text
    assert 'value="https://10.0.0.1/in"' in refused.text  # nothing typed is lost
    client.post(f"{here}/mail", data=csrf(client))
    assert "By mail, at care@alba.example" in client.get(f"/partners/{world.alba}").text


def test_a_test_is_sent_to_where_they_are_reached(
    client: Client, hubbub: Hubbub, world: World
) -> None:
    here = f"/partners/{world.alba}/reached"
    client.post(f"{here}/try", data=csrf(client))
    with hubbub.database.reading() as session:
        [letter] = session.scalars(sa.select(Delivery).where(Delivery.key.startswith("try:")))
        assert letter.recipient == "care@alba.example"
        assert "only a test" in letter.content["text"]
    assert "the latest test" in client.get(here).text


def test_a_held_answer_is_taken_once_or_put_aside_and_back(
    client: Client, hubbub: Hubbub, world: World
) -> None:
    answer = f"/partners/answers/{world.held}"
    page = client.get("/partners/answers").text
    assert "gladly &lt;b&gt;now" in page and page.index("gladly") < page.index("We will think")
    assert "1 answer of theirs needs a look" in client.get(f"/partners/{world.alba}").text
    form = csrf(client)
    client.post(f"{answer}/drop", data=form)
    client.post(f"{answer}/back", data=form)
    assert client.post(f"{answer}/take", data=form).status_code == 303
    assert client.post(f"{answer}/take", data=form).status_code == 409
    with hubbub.database.reading() as session:
        decision = session.scalars(sa.select(Decision)).one()
        assert decision.text == "gladly <b>now</b>" and decision.decided_by.startswith("user:")


@pytest.mark.parametrize(
    ("width", "colours"), [(1280, "light"), (390, "dark")], ids=["wide", "narrow"]
)
async def test_the_pages_can_be_read_by_everyone(
    open_page: OpenPage,
    app: Litestar,
    hubbub: Hubbub,
    world: World,
    width: int,
    colours: Literal["light", "dark"],
) -> None:
    def enter(session: Session) -> str:
        link = accounts.invite(session, "Mo", "mo@shop.example", Role.MARKETER)
        return accounts.enter(session, link)

    token = hubbub.writer.run_blocking(enter)
    with served(app) as address:
        page = await open_page(width=width, colours=colours)
        await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
        here = f"/partners/{world.alba}"
        for path in (here, f"{here}/reached", "/partners/answers"):
            await page.goto(f"{address}{path}")
            await look(page, path, width, colours)
        if width > 1000:
            return  # what follows is one field each
        await page.goto(f"{address}{here}/reached")
        await page.get_by_role("button", name="Make a code").click()
        await page.get_by_text("alone in a private message").wait_for()
        await look(page, "code", width, colours)
        await page.goto(f"{address}{here}/reached")
        await page.get_by_label("Address that is called").fill("https://alba.example/in")
        await page.get_by_role("button", name="Save, and make a secret").click()
        await page.get_by_text("signs the calls").wait_for()
        await look(page, "secret", width, colours)
        await page.goto(f"{address}{here}/reached")
        await look(page, "by program", width, colours)


async def look(page: Page, name: str, width: int, colours: str) -> None:
    assert await violations(page) == []
    wide = await page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= width
    if PICTURES:
        file = Path(PICTURES) / f"{name.strip('/').replace('/', '-')[-30:]}-{width}-{colours}.png"
        await page.screenshot(path=file, full_page=True)

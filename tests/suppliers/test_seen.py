"""The pages in a real browser: readable by everyone, light and dark, wide and narrow."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from litestar import Litestar

from bot.accounts import service as accounts
from bot.accounts.models import Role, User
from bot.db import Session, Writer
from bot.suggestions.models import Suggestion
from bot.suppliers import agreeing, guards, handing_back, links, people, pictures, product_pictures
from bot.suppliers import service as cases
from bot.suppliers.agreement_terms import Terms
from bot.suppliers.models import Act, Case
from bot.suppliers.portal_models import Picture, PictureState
from bot.web.access import SESSION_COOKIE
from tests import databases
from tests.browser import OpenPage, violations
from tests.suppliers import shop
from tests.suppliers.conftest import Shop
from tests.suppliers.doors import served
from tests.suppliers.test_pictures import photograph

# Where to put pictures for people to look at; none are taken where it isn't set.
PICTURES = os.environ.get("HUBBUB_TEST_PICTURES")


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One engine is enough for looks."""
    return databases.sqlite_url(tmp_path)


@pytest.fixture
def address(app: Litestar) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def cookies(writer: Writer, stocked: Shop) -> dict[str, str]:
    """One browser that is in as Alba and as staff; one case of each kind to see."""

    def enter(session: Session) -> dict[str, str]:
        case = session.merge(stocked.tin)
        cases.decide(session, case, Act.ASK, text="Which size do you mean?", by="supplier:Nord")
        _furnish(session, stocked)
        office = ((540, 750), (810, 1020))
        terms = Terms(week=(office,) * 5 + ((), ()), acknowledge=2, answer=8, remind=75, staff=120)
        agreeing.agree(session, session.merge(stocked.alba), terms, by="user:Mo")
        for number in range(6):
            more = cases.open_case(session, shop.suggest(session, f"a lid, number {number}"))
            cases.decide(session, more, Act.ACCEPT, by="supplier:Alba Ltd")
        token = accounts.invite(session, "Mo Staff", "mo@shop.example", Role.OWNER)
        return {
            guards.COOKIE: links.enter(session, stocked.alba).token,
            "lent": _lend(session, stocked),
            "product": str(shop.product(session, "K-1").id),
            SESSION_COOKIE: accounts.enter(session, token),
        }

    return writer.run_blocking(enter)


def _furnish(session: Session, stocked: Shop) -> None:
    """Alba's portal with all that it can show: people, a question with answers, a picture."""
    jo = people.add(session, stocked.alba, "Jo Field", "jo@alba.example", by="user:Mo")
    links.enter(session, stocked.alba, contact=jo, device="Firefox on Android")
    lid = session.need(Case, stocked.lid.id)
    by = "supplier:Jo Field, for Alba Ltd"
    cases.decide(session, lid, Act.ASK, text="Which of the two lids do you mean?", by=by)
    shop.reply(session, lid, "Ben", "The one with the hole, ben@mail.example")
    suggestion = session.need(Suggestion, lid.suggestion_id)
    said = [shop.speak(session, suggestion, f"Guest {n}", "The lid is too hot") for n in range(9)]
    session.put(
        Picture(
            message_id=said[0].message_id,
            number=0,
            url="",
            alt="The lid, with a crack along its edge",
            state=PictureState.KEPT,
            due_at=session.now(),
            type="image/jpeg",
            data=pictures.made_anew(photograph())[0],
        )
    )
    kettle = shop.product(session, "K-1")
    product_pictures.give(session, kettle, pictures.made_anew(photograph()), by="user:Mo")
    pan = shop.suggest(session, "a second handle", sku="K-2", people=("Fay",))
    nobodys = cases.open_case(session, pan)
    handing_back.hand_back(session, nobodys, reason="Nord makes the pans.", by=by)
    cases.open_case(session, shop.suggest(session, "a lighter kettle, please"))


def _lend(session: Session, stocked: Shop) -> str:
    """The session of staff who look as Alba would."""
    user = session.query(User).one()
    return links.enter(session, stocked.alba, lent_to=user).token


def paths(stocked: Shop, product: str) -> dict[str, str]:
    """Of the partner's and the staff's pages, by what they show."""
    return {
        "link": "/s/some-token",
        "portal": "/supplier",
        "case": f"/supplier/cases/{stocked.lid.id}",
        "list": "/supplier?show=asked",
        "search": "/supplier?q=nothing+like+it",
        "insights": "/supplier/insights",
        "picture": f"/products/{product}/picture",
        "people": "/supplier/people",
        "people of": f"/partners/{stocked.alba.id}/people",
        "partners": "/partners",
        "new": "/partners/new",
        "partner": f"/partners/{stocked.nord.id}",
        "agreement": f"/partners/{stocked.alba.id}/agreement",
        "scorecard": "/partners/scorecard",
        "relationships": "/partners/relationships",
        "whose": "/partners/whose-is-it",
        "mail": "/mail",
        "products": "/products",
        "import": "/products/import",
        "looking": "/supplier",
    }


@pytest.mark.parametrize(
    ("width", "colours"), [(1280, "light"), (390, "light"), (1280, "dark"), (390, "dark")]
)
async def test_every_page_can_be_read_by_everyone(
    open_page: OpenPage,
    address: str,
    cookies: dict[str, str],
    stocked: Shop,
    width: int,
    colours: Literal["light", "dark"],
) -> None:
    page = await open_page(width=width, colours=colours)
    await page.context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
    )
    found = {}
    for name, path in paths(stocked, cookies["product"]).items():
        if name == "looking":
            lent = {"name": guards.COOKIE, "value": cookies["lent"], "url": address}
            await page.context.add_cookies([lent])  # type: ignore[list-item]  # a cookie's three
        await page.goto(address + path)
        found[name] = await violations(page)
        wide = await page.evaluate("() => document.documentElement.scrollWidth")
        found[name] += [f"{wide} pixels wide"] if wide > width else []
        if PICTURES:
            picture = Path(PICTURES) / f"{name}-{width}-{colours}.png"
            await page.screenshot(path=picture, full_page=True)
    await page.goto("about:blank")  # lets go of the event stream
    assert {name: wrong for name, wrong in found.items() if wrong} == {}

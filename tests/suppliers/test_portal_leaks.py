"""No identity in any byte that the portal gives, and no other partner in it either."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from litestar import Litestar

from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.suggestions.models import Suggestion, Voice
from bot.suppliers import guards, links, people, service
from bot.suppliers.models import Act, Case, Supplier
from bot.suppliers.partners import add_supplier
from bot.suppliers.portal_models import Contact, Picture, PictureState
from bot.web.access import Access, handlers_of
from tests import databases
from tests.shops import PIXEL
from tests.suppliers import shop
from tests.suppliers.conftest import Form, Shop
from tests.web.doorway import Client

FIRST = ("Aurelia", "Bastian", "Corvina", "Dorothea", "Emmerich", "Florentina")
LAST = ("Quillfeather", "Ravensbourne", "Silbermann", "Thistlewood")
SAYS = (
    "{first} {last} here: the lid leaks, write to {mail}",
    "Call me on {phone}, I'm @{handle}. The lid leaks!",
    "Order number {order}: the lid of mine leaks. {last}",
    "My {first} lives in 12 Elm Road and says the lid leaks {mail}",
)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """What is masked has nothing to do with the engine."""
    return databases.sqlite_url(tmp_path)


def identities() -> Iterator[dict[str, str]]:
    for at, (first, last) in enumerate((f, la) for f in FIRST for la in LAST):
        yield {
            "first": first,
            "last": last,
            "mail": f"{first.lower()}.{at}@{last.lower()}.example",
            "phone": f"+49 170 55{at:05}",
            "handle": f"{first.lower()}{at}x",
            "order": f"HB-{at:04}-77",
        }


@pytest.fixture
def planted(writer: Writer, stocked: Shop, clock: FrozenClock) -> list[str]:
    """Everybody in the case, in the answers, and in what a picture is said to show; gives every
    string that must not be seen."""
    clock.advance(timedelta(days=1))

    def plant(session: Session) -> list[str]:
        case = session.need(Case, stocked.lid.id)
        suggestion = session.need(Suggestion, case.suggestion_id)
        service.decide(session, case, Act.ASK, text="Where does it leak?", by="supplier:Alba Ltd")
        hidden = []
        for at, one in enumerate(identities()):
            name = f"{one['first']} {one['last']}"
            voice = shop.speak(session, suggestion, name, SAYS[at % 4].format(**one))
            shop.reply(session, case, name, SAYS[(at + 1) % 4].format(**one))
            hidden += [one["first"], one["last"], one["mail"], one["phone"], one["handle"]]
            hidden += [one["order"], "Elm Road"]
            if at == 0:
                session.flush()
                _picture(session, voice, SAYS[0].format(**one))
        return hidden

    return writer.run_blocking(plant)


def _picture(session: Session, voice: Voice, alt: str) -> None:
    session.put(
        Picture(
            message_id=voice.message_id,
            number=0,
            url="https://cdn.example/Aurelia",
            alt=alt,
            state=PictureState.KEPT,
            due_at=session.now(),
            type="image/png",
            data=PIXEL,
        )
    )


def everything(client: Client, app: Litestar, writer: Writer, shop_: Shop) -> dict[str, str]:
    """What each page and file of the portal gives to whoever is in, by its address."""
    with writer.database.reading() as session:
        picture = session.scalars(sa.select(Picture.id)).one()
        contact = session.scalar(sa.select(Contact.id))
    paths = {
        path
        for path, handler in handlers_of(app.routes)
        if handler.opt.get("access") is Access.PARTNER
        and "GET" in getattr(handler, "http_methods", ())
        and not path.endswith("/events")
    }
    ids = {"case_id": shop_.lid.id, "picture_id": picture, "contact_id": contact}
    found = {}
    for path in sorted(paths):
        address = re.sub(r"{(\w+):uuid}", lambda named: str(ids[named[1]]), path)
        found[path] = client.get(address).content.decode("utf-8", "replace")
    for query in ("?show=all", "?show=asked", "?q=leak", "?q=Aurelia"):
        found[query] = client.get(f"/supplier{query}").text.replace('value="Aurelia"', "")
    return found


def test_no_identity_is_in_any_byte_that_a_partner_gets(
    client: Client,
    app: Litestar,
    writer: Writer,
    stocked: Shop,
    as_alba: Form,
    planted: list[str],
) -> None:
    given = everything(client, app, writer, stocked)
    assert len(given) >= 11
    assert given["/supplier/cases.json"].count("the lid leaks") >= 24
    assert given["/supplier/cases/{case_id:uuid}"].count("leaks") >= 24
    assert given["/supplier/cases.csv"].count("leaks") >= 48
    leaks = {
        f"{path}: {one}"
        for path, body in given.items()
        for one in planted
        if re.search(rf"(?<![A-Za-z]){re.escape(one)}(?![a-z])", body, re.IGNORECASE)
    }
    assert leaks == set()
    assert "cdn.example" not in "".join(given.values())


def test_no_other_partner_is_in_any_of_it(
    client: Client,
    app: Litestar,
    writer: Writer,
    stocked: Shop,
    as_alba: Form,
    planted: list[str],
) -> None:
    for path, body in everything(client, app, writer, stocked).items():
        assert not [one for one in ("Nord", "Tea tin", str(stocked.tin.id)) if one in body], path


def test_two_partners_of_one_brand_never_see_each_other(
    client: Client, app: Litestar, writer: Writer, stocked: Shop, planted: list[str]
) -> None:
    """The brand is Alba's, but one product of it another partner's, who has a case of it too."""

    def share(session: Session) -> tuple[Supplier, Case]:
        pans = add_supplier(session, "Pans United", "p@pans.example", products=["K-2"])
        people.add(session, pans, "Kim", "kim@pans.example", by="user:Mo")
        wish = shop.suggest(session, "a quieter pan", sku="K-2", people=("Guido",))
        session.flush()
        return pans, service.open_case(session, wish)

    pans, case = writer.run_blocking(share)
    marks = {
        stocked.alba: ("Brew kettle", "lid leaks", str(stocked.lid.id), "Alba Ltd"),
        pans: ("Milk pan", "quieter", str(case.id), "Pans United", "kim@pans"),
    }
    for who, own in marks.items():
        other = next(found for one, found in marks.items() if one is not who)
        entered = writer.run_blocking(lambda session, who=who: links.enter(session, who))  # type: ignore[misc]  # lambda defaults
        client.cookies.set(guards.COOKIE, entered.token)
        given = everything(client, app, writer, stocked)
        if who is pans:  # the case and the picture are Alba's: nothing like them is there
            assert client.get(f"/supplier/cases/{stocked.lid.id}").status_code == 404
        everything_said = "".join(given.values())
        assert [mark for mark in other if mark in everything_said] == []
        assert [mark for mark in own[:1] if mark not in everything_said] == []

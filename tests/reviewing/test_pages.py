"""The review queue and the page about understanding."""

import re

import sqlalchemy as sa

from bot.db import Session
from bot.inbox.models import Signal
from bot.products.models import Product
from bot.reviewing.models import Correction
from bot.understanding import Kind
from tests.inbox.talk import say
from tests.suppliers.shop import open_shop
from tests.web.doorway import Client, csrf

PAGE = "/insights/understanding"


def signal(session: Session) -> Signal:
    """As it stands now; the database is left to the pages."""
    session.expire_all()
    found = session.scalars(sa.select(Signal)).one()
    session.expunge(found)
    session.commit()
    return found


def test_empty_pages_say_what_will_be_here(client: Client) -> None:
    assert "Nothing to look at" in client.get("/review").text
    assert "Nothing was looked at yet." in client.get(PAGE).text


def test_one_key_puts_it_right_and_undo_takes_it_back(session: Session, client: Client) -> None:
    open_shop(session)
    say(session, "<b>Hello</b> everybody @everyone")
    session.commit()
    page = client.get("/review")
    assert "&lt;b&gt;Hello" in page.text
    [action] = re.findall(r'action="(/review/[-0-9a-f]{36})"', page.text)
    client.post(action, data={"kind": "praise", **csrf(client)})
    assert signal(session).kind is Kind.PRAISE
    assert "Nothing to look at" in client.get("/review").text
    assert "Praise" in client.get(PAGE).text
    client.post(f"{action}/undo", data=csrf(client))
    assert signal(session).kind is not Kind.PRAISE
    client.post(action, data={"skip": "true", **csrf(client)})
    assert "Nothing to look at" in client.get("/review").text


def test_everything_about_it_can_be_put_right(session: Session, client: Client) -> None:
    open_shop(session)
    say(session, "Please make the lid of the kettle dishwasher-safe.")
    session.commit()
    path = f"/review/{signal(session).id}"
    assert client.get(path).status_code == 200
    given = {"kind": "problem", "facet": "quality", "topic": "store", "feeling": "-1"}
    wrong = client.post(f"{path}/details", data={**given, "product": "No such", **csrf(client)})
    assert wrong.status_code == 422
    assert "No product is called" in wrong.text
    client.post(f"{path}/details", data={**given, "product": "T-1", **csrf(client)})
    now = signal(session)
    assert (now.kind, now.facet, now.topic, now.polarity) == ("problem", "quality", "store", -1.0)
    assert len(session.scalars(sa.select(Correction)).all()) == 5


def test_a_kind_may_not_go_alone_before_the_figures_say_so(client: Client) -> None:
    form = {"kind": "wish", "mode": "auto", "wanted": "90", **csrf(client)}
    refused = client.post(f"{PAGE}/mode", data=form)
    assert refused.status_code in {403, 422}
    assert client.post(f"{PAGE}/mode", data={**form, "mode": "ask"}).status_code < 500


def test_what_people_call_a_product_is_learnt_and_forgotten(
    session: Session, client: Client
) -> None:
    open_shop(session)
    say(session, "The doodah needs a longer handle, please make it longer.")
    session.commit()
    one = signal(session)
    given = {"kind": one.kind, "facet": one.facet, "topic": one.topic, "feeling": "0"}
    given |= {"product": "K-2", **csrf(client)}
    wrong = client.post(f"/review/{one.id}/details", data={**given, "called": "gizmo"})
    assert wrong.status_code == 422
    assert "copy these words from the message" in wrong.text
    client.post(f"/review/{one.id}/details", data={**given, "called": "Doodah"})
    assert named(session, "Please make the doodah bigger.") == "K-2"
    page = client.get(PAGE).text
    [alias] = re.findall(r'name="alias" value="([^"]+)"', page)
    client.post(f"{PAGE}/unlearn", data={"alias": alias, **csrf(client)})
    assert named(session, "Please make the doodah wider.") is None


def named(session: Session, text: str) -> str | None:
    """The SKU that it is about."""
    message = say(session, text, by="Ben")
    found = session.scalar(
        sa.select(Product.sku)
        .join(Signal, Signal.product_id == Product.id)
        .where(Signal.message_id == message.id)
    )
    session.commit()
    return found

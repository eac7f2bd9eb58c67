"""The portal, from the link in a letter to the decision."""

import re

import pytest
import sqlalchemy as sa

from bot.db import Session, Writer
from bot.outbox.models import Delivery
from bot.suppliers import guards, links
from bot.suppliers.entering_views import SHOWN_COOKIE
from bot.suppliers.models import Act, Decision, PortalLink, Supplier
from tests.suppliers.conftest import Form, Shop, form_of
from tests.web.doorway import Client


def link_for(writer: Writer, supplier: Supplier, shop: Shop | None = None) -> str:
    return writer.run_blocking(
        lambda session: links.make(session, supplier, shop.lid.id if shop else None)
    )


def decisions(writer: Writer) -> list[Decision]:
    with writer.database.reading() as session:
        return list(session.scalars(sa.select(Decision)))


def test_the_link_shows_a_button_and_only_the_button_lets_in(
    client: Client, writer: Writer, stocked: Shop
) -> None:
    token = link_for(writer, stocked.alba, stocked)
    shown = client.get(f"/s/{token}")
    assert "Open my page" in shown.text
    assert "Alba" not in shown.text
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert guards.COOKIE not in client.cookies
    entered = client.post(f"/s/{token}", data=form_of(client) | {})
    assert entered.status_code == 403  # that was the button of another link
    client.get(f"/s/{token}")
    entered = client.post(f"/s/{token}", data=form_again(client, token))
    assert (entered.status_code, entered.headers["location"]) == (
        303,
        f"/supplier/cases/{stocked.lid.id}",
    )
    assert client.get("/supplier").status_code == 200


def form_again(client: Client, token: str) -> Form:
    found = re.search(r'name="_csrf_token" value="(\w+)"', client.get(f"/s/{token}").text)
    assert found
    return {"_csrf_token": found[1]}


def test_a_scanner_that_presses_without_having_looked_gets_nothing(
    client: Client, writer: Writer, stocked: Shop
) -> None:
    token = link_for(writer, stocked.alba)
    form = form_again(client, token)
    assert client.post(f"/s/{token}", data={}).status_code == 403  # no CSRF token
    client.cookies.delete(SHOWN_COOKIE)
    assert client.post(f"/s/{token}", data=form).status_code == 403  # not shown
    with writer.database.reading() as session:
        assert session.scalars(sa.select(PortalLink)).one().used_at is None


def test_a_spent_link_offers_a_fresh_one_and_goes_on_where_one_is_in_already(
    client: Client, writer: Writer, stocked: Shop
) -> None:
    token = link_for(writer, stocked.alba)
    client.post(f"/s/{token}", data=form_again(client, token))
    again = client.post(f"/s/{token}", data=form_again(client, token))
    assert again.headers["location"] == "/supplier"
    client.cookies.delete(guards.COOKIE)
    spent = client.post(f"/s/{token}", data=form_again(client, token))
    assert spent.status_code == 403
    assert "used already or has run out" in spent.text
    sent = client.post(f"/s/{token}/again", data=form_again(client, token))
    invented = client.post("/s/invented/again", data=form_again(client, "invented"))
    assert sent.text == invented.text
    with writer.database.reading() as session:
        newest = session.scalars(sa.select(Delivery).order_by(Delivery.id.desc())).first()
    assert newest is not None
    assert newest.channel_id == stocked.alba.channel_id
    assert "new link" in newest.content["text"]


def test_without_a_session_there_is_no_portal(client: Client, stocked: Shop) -> None:
    for path in ("/supplier", f"/supplier/cases/{stocked.lid.id}", "/supplier/events"):
        answer = client.get(path)
        assert answer.status_code == 403
        assert "better lid" not in answer.text


def test_partners_see_their_own_masked_and_others_like_nothing(
    client: Client, stocked: Shop, as_alba: Form
) -> None:
    listed = client.get("/supplier").text
    assert "A suggestion about Brew kettle" in listed
    assert "3 voices" in listed
    assert "a better lid" in listed
    assert not [leak for leak in ("Ana", "Lopez", "Nord", "tin that closes") if leak in listed]
    own = client.get(f"/supplier/cases/{stocked.lid.id}")
    assert own.status_code == 200
    assert "3 people will hear" in own.text
    assert "Ana" not in own.text
    foreign = client.get(f"/supplier/cases/{stocked.tin.id}")
    nothing = client.get("/supplier/cases/01890000-0000-7000-8000-000000000000")
    assert (foreign.status_code, foreign.text) == (404, nothing.text)


@pytest.mark.parametrize(
    ("act", "given"),
    [
        ("accept", {}),
        ("promise", {"promised_for": "2026-04-01", "words_promise": "With the spring batch"}),
        ("ask", {"words_ask": "Which size?"}),
        ("deliver", {"words_deliver": "New lids are in the shops"}),
        ("decline", {"words_decline": "The mould is gone"}),
    ],
)
def test_a_decision_is_taken_once(
    client: Client, writer: Writer, stocked: Shop, as_alba: Form, act: str, given: Form
) -> None:
    where = f"/supplier/cases/{stocked.lid.id}"
    form = as_alba | {"act": act, "version": str(stocked.lid.version)} | given
    done = client.post(where, data=form)
    assert (done.status_code, done.headers["location"]) == (303, where)
    [decision] = decisions(writer)
    assert decision.act is Act(act)
    assert decision.text == given.get(f"words_{act}", "")
    assert decision.decided_by == "supplier:Alba Ltd"
    shown = client.get(where).text
    assert "Thank you. 3 people will hear it." in shown
    assert client.post(where, data=form).status_code == 409
    assert len(decisions(writer)) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"act": "decline"}, "Write the reason"),
        ({"act": "ask", "words_ask": "  "}, "Write the question"),
        ({"act": "promise", "words_promise": "kept words"}, "day in the future"),
        ({"act": "promise", "promised_for": "2020-01-01"}, "day in the future"),
        ({"act": "promise", "promised_for": "soon"}, "Please give a date"),
        ({"act": "explode"}, "Please choose one of the list"),
        ({"act": "accept", "words_accept": "x" * 2_001}, "too long"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    client: Client, writer: Writer, stocked: Shop, as_alba: Form, given: Form, said: str
) -> None:
    form = as_alba | {"version": str(stocked.lid.version)} | given
    answer = client.post(f"/supplier/cases/{stocked.lid.id}", data=form)
    assert answer.status_code == 422
    assert said in answer.text
    assert given.get("words_promise", "") in answer.text
    assert decisions(writer) == []


def test_nobody_decides_about_anothers_case(
    client: Client, writer: Writer, stocked: Shop, as_alba: Form
) -> None:
    form = as_alba | {"act": "accept", "version": "1"}
    for case in (stocked.tin, stocked.nobodys):
        assert client.post(f"/supplier/cases/{case.id}", data=form).status_code == 404
    assert decisions(writer) == []


def test_hostile_words_stay_words(
    client: Client, writer: Writer, stocked: Shop, as_alba: Form
) -> None:
    where = f"/supplier/cases/{stocked.lid.id}"
    form = {"act": "decline", "version": "2", "words_decline": "<script>alert(1)</script>"}
    version = {"version": str(stocked.lid.version)}
    assert client.post(where, data=as_alba | form | version).status_code == 303
    assert "<script>alert" not in client.get(where).text


def test_leaving_and_being_signed_out_work_at_once(
    client: Client, writer: Writer, stocked: Shop, as_alba: Form
) -> None:
    def revoke(session: Session) -> None:
        links.revoke(session, stocked.alba, by="user:Mo")

    assert client.get("/supplier").status_code == 200
    writer.run_blocking(revoke)
    assert client.get("/supplier").status_code == 403
    entered = writer.run_blocking(lambda session: links.enter(session, stocked.alba))
    client.cookies.set(guards.COOKIE, entered.token)
    assert client.post("/supplier/leave", data=as_alba).status_code in {200, 201}
    client.cookies.set(guards.COOKIE, entered.token)
    assert client.get("/supplier").status_code == 403


def test_with_nothing_there_the_page_says_what_will_be(client: Client, writer: Writer) -> None:
    from bot.suppliers.partners import add_supplier

    new = writer.run_blocking(lambda session: add_supplier(session, "New", "n@new.example"))
    entered = writer.run_blocking(lambda session: links.enter(session, new))
    client.cookies.set(guards.COOKIE, entered.token)
    assert "Nothing yet" in client.get("/supplier").text

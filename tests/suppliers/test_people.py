"""Several people of one partner: each let in by their own link, and shut out by one button."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.engagement.history import _decided
from bot.errors import Conflict, InvalidInput
from bot.networks import Content
from bot.outbox.models import Delivery, DeliveryState
from bot.suppliers import devices, guards, links, people, portal_queries, service
from bot.suppliers.links import LinkSpent
from bot.suppliers.models import Act, Decision, PortalLink, Supplier
from bot.suppliers.partners import add_supplier, edit_supplier
from bot.suppliers.portal_models import Contact
from tests import databases
from tests.suppliers import shop
from tests.suppliers.conftest import Form, Shop, form_of
from tests.suppliers.test_portal import form_again
from tests.web.doorway import Client

URL = "https://hub.example"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One engine: the statements are as plain as they can be."""
    return databases.sqlite_url(tmp_path)


@pytest.fixture
def alba(session: Session) -> Supplier:
    shop.open_shop(session)
    return add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])


def add(session: Session, alba: Supplier, name: str = "Jo Field") -> Contact:
    return people.add(session, alba, name, f"{name.split()[0].lower()}@alba.example", by="user:Mo")


def letters_to(session: Session, contact: Contact) -> list[Delivery]:
    sent = sa.select(Delivery).filter_by(channel_id=contact.channel_id).order_by(Delivery.id)
    return list(session.scalars(sent))


def link_in(session: Session, letter: Delivery) -> str:
    content = Content.from_json(letter.content)
    text = links.finish(session, letter, content, public_url=URL, shop="Corner shop").text
    return text.partition(f"{URL}/s/")[2].split("\n")[0]


def test_each_is_invited_by_a_link_of_their_own_and_decides_under_their_name(
    session: Session, alba: Supplier
) -> None:
    jo, kit = add(session, alba), add(session, alba, "Kit Moss")
    tokens = [link_in(session, letters_to(session, one)[0]) for one in (jo, kit)]
    for token, contact in zip(tokens, (jo, kit), strict=True):
        entered = links.redeem(session, token, device="Firefox on Android")
        session.flush()
        partner = links.partner_of(session, entered.token)
        assert partner is not None
        assert partner.contact is contact
        assert partner.actor == f"supplier:{contact.name}, for Alba Ltd"
    shown = {one.who: one.session.device for one in portal_queries.entrances(session, alba.id)}
    assert shown == {"Jo Field": "Firefox on Android", "Kit Moss": "Firefox on Android"}


def test_what_a_person_decided_names_them_to_the_staff(session: Session, alba: Supplier) -> None:
    case = service.open_case(session, shop.suggest(session))
    by = "supplier:Jo Field, for Alba Ltd"
    decision = service.decide(session, case, Act.ACCEPT, by=by)
    assert _decided(decision).text == "Jo Field, for Alba Ltd, accepted it"


def test_whoever_is_removed_is_out_at_once_and_no_letter_lets_them_in_again(
    session: Session, alba: Supplier
) -> None:
    jo, kit = add(session, alba), add(session, alba, "Kit Moss")
    session.flush()
    inside = {one: links.enter(session, alba, contact=one).token for one in (jo, kit)}
    unused = links.make(session, alba, contact=jo)
    people.remove(session, jo, by="user:Mo")
    session.flush()
    assert links.partner_of(session, inside[jo]) is None
    assert links.partner_of(session, inside[kit]) is not None
    with pytest.raises(LinkSpent):
        links.redeem(session, unused)
    [letter] = letters_to(session, jo)
    assert letter.state is DeliveryState.CANCELLED
    assert link_in(session, letter) == ""  # also where it was leaving that very moment
    links.send_again(session, unused)
    assert len(letters_to(session, jo)) == 1
    with pytest.raises(Conflict, match="Add them again"):
        people.invite(session, alba, jo)
    assert people.add(session, alba, "Jo Field", jo.email, by="user:Mo").removed_at is None


def test_cases_are_written_to_each_person_with_a_link_that_is_theirs(
    session: Session, alba: Supplier
) -> None:
    jo = add(session, alba)
    case = service.open_case(session, shop.suggest(session))
    invitation, letter = letters_to(session, jo)
    assert letter.content["text"].startswith("Hello Jo Field,")
    assert invitation.about_id is None
    entered = links.redeem(session, link_in(session, letter))
    session.flush()
    partner = links.partner_of(session, entered.token)
    assert (entered.case_id, partner and partner.contact) == (case.id, jo)
    nord = add_supplier(session, "Nord", "n@nord.example")
    second = service.open_case(session, shop.suggest(session, "a better handle"))
    service.hand_over(session, second, nord, by="user:Mo")
    assert letters_to(session, jo)[-1].state is DeliveryState.CANCELLED


def test_one_mailbox_of_two_partners_people_lets_each_letter_into_its_own(
    session: Session, alba: Supplier
) -> None:
    nord = add_supplier(session, "Nord", "n@nord.example", brands=["Nord"])
    both = [
        people.add(session, one, "Jo", "jo@agency.example", by="user:Mo") for one in (alba, nord)
    ]
    found = []
    for letter in letters_to(session, both[0]):
        entered = links.redeem(session, link_in(session, letter))
        found.append(entered.supplier_id)
    assert found == [alba.id, nord.id]


def test_a_person_with_the_partners_own_address_is_known_by_the_partners_letters(
    session: Session, alba: Supplier
) -> None:
    jo = people.add(session, alba, "Jo Field", alba.email, by="user:Mo")
    service.open_case(session, shop.suggest(session))
    _invitation, letter = letters_to(session, jo)  # one letter about the case, not two
    token = link_in(session, letter)
    session.flush()
    assert session.scalars(sa.select(PortalLink.contact_id)).all() == [jo.id]
    assert links.redeem(session, token).supplier_id == alba.id


def test_a_new_mailbox_of_the_partner_leaves_named_people_in(
    session: Session, alba: Supplier
) -> None:
    jo = add(session, alba)
    named, nameless = links.enter(session, alba, contact=jo), links.enter(session, alba)
    edit_supplier(session, alba, by="user:Mo", email="new@alba.example")
    assert links.partner_of(session, named.token) is not None
    assert links.partner_of(session, nameless.token) is None
    links.revoke(session, alba, by="user:Mo")
    assert links.partner_of(session, named.token) is None


@pytest.mark.parametrize(
    ("name", "email", "field"),
    [
        ("", "kit@alba.example", "name"),
        ("x" * 81, "kit@alba.example", "name"),
        ("Kit", "kit", "email"),
        ("Kit", "JO@alba.example", "email"),
    ],
)
def test_what_is_wrong_with_a_person_is_said_beside_the_field(
    session: Session, alba: Supplier, name: str, email: str, field: str
) -> None:
    add(session, alba)
    with pytest.raises(InvalidInput) as raised:
        people.add(session, alba, name, email, by="user:Mo")
    assert list(raised.value.fields) == [field]


def test_partners_see_change_and_end_what_is_theirs(
    client: Client, writer: Writer, stocked: Shop, as_alba: Form
) -> None:
    given = as_alba | {"name": "Jo Field", "email": "jo@alba.example"}
    assert client.post("/supplier/people", data=given).status_code == 303
    again = client.post("/supplier/people", data=given)
    assert again.status_code == 422
    assert "here already" in again.text
    shown = client.get("/supplier/people").text
    assert "jo@alba.example" in shown
    assert "this one" in shown
    with writer.database.reading() as session:
        [jo] = portal_queries.contacts(session, stocked.alba.id)
    entered = writer.run_blocking(
        lambda session: links.enter(session, stocked.alba, contact=session.need(Contact, jo.id))
    )
    with writer.database.reading() as session:
        newest = portal_queries.entrances(session, stocked.alba.id)[0].session
    ended = client.post(f"/supplier/sessions/{newest.id}/end", data=as_alba)
    assert ended.headers["location"] == "/supplier/people"
    with writer.database.reading() as session:
        assert links.partner_of(session, entered.token) is None
    client.post(f"/supplier/people/{jo.id}/remove", data=as_alba)
    assert "jo@alba.example" not in client.get("/supplier/people").text


def test_who_removes_themselves_is_out(client: Client, writer: Writer, stocked: Shop) -> None:
    def enter(session: Session) -> tuple[str, Contact]:
        jo = people.add(session, stocked.alba, "Jo", "jo@alba.example", by="user:Mo")
        return links.enter(session, stocked.alba, contact=jo).token, jo

    token, jo = writer.run_blocking(enter)
    client.cookies.set(guards.COOKIE, token)
    form = form_of(client)
    left = client.post(f"/supplier/people/{jo.id}/remove", data=form)
    assert "The next letter" in left.text
    assert client.get("/supplier").status_code == 403


def test_staff_see_and_end_them_too(
    client: Client, writer: Writer, stocked: Shop, as_staff: Form
) -> None:
    at = f"/partners/{stocked.alba.id}"
    given = as_staff | {"name": "Jo Field", "email": "jo@alba.example"}
    assert client.post(f"{at}/people", data=given).status_code == 303
    assert "Jo Field" in client.get(f"{at}/people").text
    with writer.database.reading() as session:
        [jo] = portal_queries.contacts(session, stocked.alba.id)
    elsewhere = f"/partners/{stocked.nord.id}/people/{jo.id}/remove"
    assert client.post(elsewhere, data=as_staff).status_code == 404
    assert client.post(f"{at}/people/{jo.id}/remove", data=as_staff).status_code == 303
    with writer.database.reading() as session:
        assert portal_queries.contacts(session, stocked.alba.id) == []


def test_the_way_in_by_a_persons_link_notes_the_device_and_the_decision_the_name(
    client: Client, writer: Writer, stocked: Shop
) -> None:
    def invite(session: Session) -> str:
        jo = people.add(session, stocked.alba, "Jo Field", "jo@alba.example", by="user:Mo")
        return links.make(session, stocked.alba, stocked.lid.id, contact=jo)

    token = writer.run_blocking(invite)
    phone = {"user-agent": "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko Firefox/140.0"}
    form = form_again(client, token)
    client.post(f"/s/{token}", data=form, headers=phone)
    where = f"/supplier/cases/{stocked.lid.id}"
    accept = form | {"act": "accept", "version": str(stocked.lid.version)}
    assert client.post(where, data=accept).status_code == 303
    assert "by Jo Field" in client.get(where).text
    assert "Firefox on Android" in client.get("/supplier/people").text
    with writer.database.reading() as session:
        decided_by = session.scalars(sa.select(Decision.decided_by)).one()
    assert decided_by == "supplier:Jo Field, for Alba Ltd"


def test_when_somebody_was_last_here_is_written_down_now_and_then(
    client: Client, writer: Writer, stocked: Shop, as_alba: Form, clock: FrozenClock
) -> None:
    def last_seen() -> str:
        writer.run_blocking(lambda session: None)  # what was submitted before is done
        with writer.database.reading() as session:
            return f"{portal_queries.entrances(session, stocked.alba.id)[0].session.seen_at:%H:%M}"

    for minutes, seen in ((0, "09:00"), (4, "09:00"), (2, "09:06")):
        clock.advance(timedelta(minutes=minutes))
        client.get("/supplier")
        assert last_seen() == seen


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/150 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/150 Safari/537 Edg/150", "Edge on Windows"),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_a_browser_is_called_by_words_that_are_ours(agent: str, said: str) -> None:
    assert devices.said(agent) == said

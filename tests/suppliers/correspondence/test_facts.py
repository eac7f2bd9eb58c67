"""One function makes the facts of a case, and every way renders the same."""

import json

import pytest
import sqlalchemy as sa

from bot.db import Session
from bot.networks import Capabilities, Content
from bot.outbox.models import Delivery
from bot.suppliers import letters, queries, service
from bot.suppliers.correspondence.facts import facts
from bot.suppliers.correspondence.sending import finish
from bot.suppliers.models import Role, Supplier
from bot.suppliers.partners import add_supplier
from tests.suppliers import shop

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

WORDS = "a better lid, says Ana Lopez of 12 Elm Street, +49 170 1234567 {portal-link} {shop}"
PEOPLE = ("Ana Lopez", "Ben", "Cleo")


@pytest.fixture
def alba(session: Session) -> Supplier:
    shop.open_shop(session)
    return add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])


def test_mail_chat_program_and_portal_tell_the_same(session: Session, alba: Supplier) -> None:
    case = service.open_case(session, shop.suggest(session, WORDS, people=PEOPLE))
    known = facts(session, case, alba)
    masked = "a better lid, says [name] of [address], [phone]"
    assert (known.people, known.product, known.words) == (3, "Brew kettle", (masked,))

    letter = session.scalars(sa.select(Delivery)).one()
    can = Capabilities(text_limit=5_000)
    mail = finish(session, letter, Content.from_json(letter.content), can=can).text
    chat = letters.case_letter(
        known, supplier="Alba", role=Role.SUPPLIER, hours=48, quoted=500
    ).text
    told = json.dumps(known.to_json())
    file = queries.case_file(session, alba.id, case.id)
    portal = f"{file.view.people} people about {file.view.product}: {file.view.words}"
    for shown in (mail, chat, told, portal):
        assert masked in shown and "Brew kettle" in shown and "3" in shown
        for secret in ("Ana", "Lopez", "Elm", "1234567"):
            assert secret not in shown
    assert known.trend == file.trend
    assert mail.count(letters.LINK) == 1  # what somebody wrote is no link of ours


def test_of_ten_thousand_people_only_some_are_quoted(session: Session, alba: Supplier) -> None:
    people = tuple(f"Person {number}" for number in range(60))
    suggestion = shop.suggest(session, people=people[:1])
    for number, name in enumerate(people[1:]):
        shop.speak(session, suggestion, name, f"lid number {number}")
    known = facts(session, service.open_case(session, suggestion), alba)
    assert known.people == 60 and len(known.words) == 50

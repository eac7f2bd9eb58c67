"""What partners are told of a case after its letter, once each."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.accounts import service as accounts
from bot.accounts.models import Role, User
from bot.clock import FrozenClock
from bot.db import Session
from bot.errors import InvalidInput, Rejected
from bot.networks import Capabilities, Content
from bot.outbox.models import Delivery
from bot.suggestions.models import Suggestion
from bot.suppliers import service
from bot.suppliers.correspondence import choosing, programs
from bot.suppliers.correspondence.following import inform
from bot.suppliers.correspondence.sending import finish
from bot.suppliers.models import Act, Answer, Case, Supplier
from bot.suppliers.partners import add_supplier
from tests.suppliers import shop

PLACE = ("endpoint", "default")


@pytest.fixture
def alba(session: Session) -> Supplier:
    shop.open_shop(session)
    return add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])


@pytest.fixture
def mia(session: Session) -> User:
    accounts.invite(session, "Mia", "mia@shop.example", Role.MARKETER)
    return session.scalars(sa.select(User)).one()


def told(session: Session) -> list[str]:
    """The kind of everything that was said to partners, in order."""
    found = session.scalars(sa.select(Delivery).order_by(Delivery.id))
    return [one.content["title"] for one in found]


def answer(session: Session, case: Case, words: str, who: str = "Ana Lopez") -> None:
    suggestion = session.need(Suggestion, case.suggestion_id)
    voice = shop.speak(session, suggestion, who, words)
    session.put(
        Answer(case_id=case.id, message_id=voice.message_id, words=words, said_at=session.now())
    )


def test_a_program_hears_of_more_people_answers_and_the_end(
    session: Session, alba: Supplier, mia: User
) -> None:
    secret = choosing.by_program(session, alba, "https://alba.example/in", place=PLACE, by=mia)
    assert programs.callee(session, alba.id.hex).secret == secret
    suggestion = shop.suggest(session, people=("Ana",))
    case = service.open_case(session, suggestion)
    inform(session)
    assert told(session) == ["case.opened"]
    shop.speak(session, suggestion, "Ben", "the same")
    inform(session)
    inform(session)
    assert told(session) == ["case.opened", "case.voices"]
    service.decide(session, case, Act.ASK, text="Which?", by="supplier:Alba Ltd")
    answer(session, case, "the blue one, says Ana Lopez")
    service.decide(session, case, Act.DELIVER, by="supplier:Alba Ltd")
    inform(session)
    inform(session)
    assert told(session)[2:] == ["case.voices", "case.answers", "case.closed"]
    letter = session.scalars(sa.select(Delivery).order_by(Delivery.id.desc()).limit(1)).one()
    said = finish(
        session, letter, Content.from_json(letter.content), can=Capabilities(text_limit=9)
    )
    assert '"state": "delivered"' in said.text and "says [name]" in said.text
    assert "please make" not in str(letter.content)  # no words of people lie in the outbox


def test_who_asked_by_mail_gets_the_answers_together(
    session: Session, alba: Supplier, clock: FrozenClock
) -> None:
    case = service.open_case(session, shop.suggest(session, people=("Ana Lopez",)))
    service.decide(session, case, Act.ASK, text="Which?", by="supplier:Alba Ltd")
    inform(session)
    assert len(told(session)) == 1
    answer(session, case, "the blue one", "Ben")
    inform(session)
    answer(session, case, "green, please", "Cleo")
    inform(session)
    assert len(told(session)) == 2  # at most one an hour
    clock.advance(timedelta(hours=1))
    inform(session)
    inform(session)
    letters = list(session.scalars(sa.select(Delivery).order_by(Delivery.id)))
    assert len(letters) == 3
    assert "> the blue one" in letters[1].content["text"]
    assert "> green, please" in letters[2].content["text"]
    assert "blue" not in letters[2].content["text"]


def test_a_call_about_a_case_that_went_to_another_is_not_made(
    session: Session, alba: Supplier, mia: User
) -> None:
    choosing.by_program(session, alba, "https://alba.example/in", place=PLACE, by=mia)
    case = service.open_case(session, shop.suggest(session))
    letter = session.scalars(sa.select(Delivery)).one()
    service.hand_over(session, case, add_supplier(session, "Nord", "n@nord.example"), by="x")
    with pytest.raises(Rejected):
        finish(session, letter, Content.from_json(letter.content), can=Capabilities(text_limit=9))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "url",
    [
        "http://alba.example/in",
        "https://127.0.0.1/in",
        "https://[::1]/in",
        "https://192.168.1.7/in",
        "https://localhost/in",
        "https://router.local/in",
        "https://user:secret@alba.example/in",
        "https://alba.example:8080/in",
        "ftp://alba.example/in",
        "",
    ],
)
def test_an_address_inside_or_in_the_open_is_refused(
    session: Session, alba: Supplier, mia: User, url: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        choosing.by_program(session, alba, url, place=PLACE, by=mia)
    assert list(refused.value.fields) == ["url"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_going_back_to_mail_shuts_the_programs_door(
    session: Session, alba: Supplier, mia: User
) -> None:
    mailbox = alba.channel_id
    choosing.by_program(session, alba, "https://alba.example/in", place=PLACE, by=mia)
    assert alba.channel_id != mailbox
    choosing.by_mail(session, alba, by=mia)
    assert alba.channel_id == mailbox
    with pytest.raises(Rejected):
        programs.callee(session, alba.id.hex)

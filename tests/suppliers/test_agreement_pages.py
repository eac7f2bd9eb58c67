"""The page on which staff agree with a partner."""

from datetime import date, timedelta

from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.suppliers import agreeing, agreement, queries
from bot.suppliers.agreement_terms import Terms
from bot.suppliers.models import Supplier
from bot.watching import looking
from tests.suppliers.conftest import Form, Shop
from tests.web.doorway import Client

NEW = {
    "zone": "Europe/Berlin",
    "monday": "9-12:30, 13:30-17:00",
    "tuesday": "9:00-17:00",
    "answer": "8",
    "acknowledge": "2",
    "remind": "75",
    "country": "de-by",
    "closed": "2026-12-24\n2026-12-31",
    "words": "yes",
}


def test_the_page_says_when_a_case_that_came_now_would_be_due(
    client: Client, as_staff: Form, stocked: Shop
) -> None:
    where = f"/partners/{stocked.alba.id}/agreement"
    shown = client.post(where, data=as_staff | NEW | {"act": "look"}).text
    assert "It is 10:00 in Europe/Berlin." in shown
    assert "Monday 2 March 2026, 12:00" in shown or "12:00" in shown
    assert "Not agreed yet" in shown
    assert "Nothing was agreed yet" in client.get(where).text


def test_what_was_agreed_is_kept_and_can_be_agreed_anew(
    client: Client, as_staff: Form, stocked: Shop, writer: Writer
) -> None:
    where = f"/partners/{stocked.alba.id}/agreement"
    assert client.post(where, data=as_staff | NEW).headers["location"] == where
    assert client.post(where, data=as_staff | NEW | {"on": "2026-03-09"}).status_code == 303
    shown = client.get(where).text
    assert 'value="09:00-12:30, 13:30-17:00"' in shown
    assert "2026-12-24\n2026-12-31" in shown

    def read(session: Session) -> tuple[int, Terms]:
        alba = session.need(Supplier, stocked.alba.id)
        found = agreeing.versions(session, alba.id)
        assert alba.zone == "Europe/Berlin"
        return len(found), agreement.terms_now(session, alba)

    count, terms = writer.run_blocking(read)
    assert (count, terms.country, terms.answer, terms.contact) == (3, "DE-BY", 8, None)
    later = writer.run_blocking(lambda s: agreeing.versions(s, stocked.alba.id))[0]
    assert client.post(f"{where}/{later.id}/withdraw", data=as_staff).status_code == 303
    assert writer.run_blocking(read)[0] == 2


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    client: Client, as_staff: Form, stocked: Shop
) -> None:
    where = f"/partners/{stocked.alba.id}/agreement"
    wrong = {"monday": "17-9", "country": "ZZ", "closed": "Christmas", "answer": "8"}
    answer = client.post(where, data=as_staff | NEW | wrong)
    assert answer.status_code == 422
    for text in ("Each time must be later", "Write a country", "Write each day like", "17-9"):
        assert text in answer.text
    closed = {"monday": "", "tuesday": ""}
    assert "at least one day" in client.post(where, data=as_staff | NEW | closed).text
    someone = {"contact": "100"}
    assert "the person to turn to" in client.post(where, data=as_staff | NEW | someone).text


def test_words_that_are_not_shared_are_neither_in_the_portal_nor_in_the_letter(
    client: Client, as_alba: Form, stocked: Shop, writer: Writer, clock: FrozenClock
) -> None:
    where = f"/supplier/cases/{stocked.lid.id}"
    assert "a better lid" in client.get(where).text

    def hide(session: Session) -> None:
        alba = session.need(Supplier, stocked.alba.id)
        agreeing.agree(session, alba, Terms(words=False), by="user:Mo")
        [view] = queries.cases_of(session, alba.id)
        assert "a better lid" in view.words  # staff see them

    writer.run_blocking(hide)
    assert "a better lid" not in client.get(where).text + client.get("/supplier").text


def test_when_the_day_to_look_at_it_again_comes_it_needs_a_look_until_they_agree_anew(
    stocked: Shop, writer: Writer, clock: FrozenClock
) -> None:
    def agree(day: date) -> None:
        terms = Terms(review_on=day)
        writer.run_blocking(
            lambda session: agreeing.agree(
                session, session.need(Supplier, stocked.alba.id), terms, by="user:Mo"
            )
        )

    def said() -> list[str]:
        return writer.run_blocking(lambda s: [it.sentence for it in looking.agreements_old(s)])

    agree(date(2026, 3, 5))
    assert said() == []
    clock.advance(timedelta(days=3))
    assert "what was agreed with Alba Ltd" in said()[0]
    agree(date(2027, 3, 5))
    assert said() == []

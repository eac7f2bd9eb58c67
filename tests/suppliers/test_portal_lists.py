"""A partner's own list: what waits, what is late, and a search that finds no more than is shown."""

from datetime import date, timedelta

import pytest

from bot.clock import FrozenClock
from bot.db import Session
from bot.suppliers import portal_queries, queries, service
from bot.suppliers.models import Act, Case, Supplier
from bot.suppliers.partners import add_supplier
from bot.suppliers.portal_queries import Shown
from tests.suppliers import shop

BY = "supplier:Alba Ltd"


@pytest.fixture
def alba(session: Session) -> Supplier:
    shop.open_shop(session)
    return add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])


def open_case(session: Session, words: str, sku: str = "K-1", person: str = "Ana Lopez") -> Case:
    return service.open_case(session, shop.suggest(session, words, sku=sku, people=(person,)))


def shown(session: Session, alba: Supplier, which: Shown | None, search: str = "") -> list[str]:
    found = portal_queries.matters(session, alba, which, search)
    return [view.words for view in found.views]


def test_each_choice_shows_its_own_and_what_is_due_first_comes_first(
    session: Session, alba: Supplier, clock: FrozenClock
) -> None:
    open_case(session, "late")
    clock.advance(timedelta(hours=47))
    open_case(session, "fresh")
    decided = {
        "later": (Act.PROMISE, {"promised_for": date(2026, 6, 1)}),
        "sooner": (Act.PROMISE, {"promised_for": date(2026, 5, 1)}),
        "asked": (Act.ASK, {"text": "Which?"}),
        "gone": (Act.DECLINE, {"text": "No"}),
    }
    for words, (act, given) in decided.items():
        service.decide(session, open_case(session, words), act, by=BY, **given)  # type: ignore[arg-type]  # a table
    clock.advance(timedelta(hours=2))
    session.flush()
    assert shown(session, alba, Shown.WAITING) == ["late", "fresh"]
    assert shown(session, alba, Shown.OVERDUE) == ["late"]
    assert shown(session, alba, Shown.PLANNED) == ["sooner", "later"]
    assert shown(session, alba, Shown.ASKED) == ["asked"]
    assert shown(session, alba, Shown.CLOSED) == ["gone"]
    everything = shown(session, alba, None)
    assert everything == ["late", "fresh", "sooner", "later", "asked", "gone"]
    counts = portal_queries.matters(session, alba, None).counts
    assert counts == {"waiting": 2, "overdue": 1, "planned": 2, "asked": 1, "closed": 1}


def test_a_search_finds_words_and_products_but_nothing_that_was_masked(
    session: Session, alba: Supplier
) -> None:
    open_case(session, "Ana Lopez: the lid 100% leaks, ana@lopez.example")
    open_case(session, "a quieter one", sku="K-2")
    add_supplier(session, "Nord", "n@nord.example", brands=["Nord"])
    open_case(session, "the lid of this leaks too", sku="T-1")
    assert len(shown(session, alba, None, "LEAKS")) == 1  # and not Nord's
    assert len(shown(session, alba, None, "milk pan")) == 1
    assert len(shown(session, alba, None, "100%")) == 1
    for hidden in ("Lopez", "ana@", "_", "zzz"):
        assert shown(session, alba, None, hidden) == []


def test_answers_stand_beside_the_question_and_not_with_another_partner(
    session: Session, alba: Supplier, clock: FrozenClock
) -> None:
    case = open_case(session, "a better lid")
    for question in ("Which lid?", "Which colour?"):
        service.decide(session, case, Act.ASK, text=question, by=BY)
        clock.advance(timedelta(hours=1))
        shop.reply(session, case, "Ana Lopez", f"To “{question}”: ana@lopez.example says blue")
        clock.advance(timedelta(hours=1))
    found = portal_queries.asked(session, queries.case_file(session, alba.id, case.id))
    assert [(one.decision.text, [answer.words for answer in one.answers]) for one in found] == [
        ("Which colour?", ["To “Which colour?”: [e-mail] says blue"]),
        ("Which lid?", ["To “Which lid?”: [e-mail] says blue"]),
    ]
    nord = add_supplier(session, "Nord", "n@nord.example")
    service.hand_over(session, case, nord, by="user:Mo")
    session.flush()
    assert portal_queries.asked(session, queries.case_file(session, nord.id, case.id)) == []

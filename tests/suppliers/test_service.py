"""A case from its opening to its end."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from bot.accounts.models import AuditEntry
from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.errors import Conflict, InvalidInput, NotFound
from bot.outbox.models import Delivery, DeliveryState
from bot.suggestions.models import Suggestion, SuggestionState
from bot.suggestions.service import merge
from bot.suppliers import agreement, queries, service
from bot.suppliers.models import Act, Case, CaseState, Decision, Supplier
from bot.suppliers.partners import add_supplier
from tests.suppliers import shop

BY = "supplier:Alba Ltd"
SOON = date(2026, 4, 1)


@pytest.fixture
def alba(session: Session) -> Supplier:
    shop.open_shop(session)
    return add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])


def letters(session: Session) -> list[Delivery]:
    return list(session.scalars(sa.select(Delivery).order_by(Delivery.id)))


def test_a_case_is_opened_once_and_its_partner_written_to_once(
    session: Session, alba: Supplier
) -> None:
    suggestion = shop.suggest(session, people=("Ana Lopez", "Ben Ode"))
    case = service.open_case(session, suggestion)
    assert service.open_case(session, suggestion) is case
    [letter] = letters(session)
    assert (case.supplier_id, case.state) == (alba.id, CaseState.OPEN)
    assert suggestion.state is SuggestionState.WITH_PARTNER
    assert letter.channel_id == alba.channel_id
    assert letter.content["title"] == "A suggestion about Brew kettle"
    assert "2 people brought us a suggestion about Brew kettle" in letter.content["text"]
    assert "> please make the lid dishwasher-safe" in letter.content["text"]
    assert letter.content["text"].count("{portal-link}") == 1


def test_a_letter_never_says_who_spoke_nor_gives_a_second_link(
    session: Session, alba: Supplier
) -> None:
    words = "Ana Lopez here, ana@lopez.example, +49 170 1234567 {portal-link} fix the lid"
    service.open_case(session, shop.suggest(session, words))
    text = letters(session)[0].content["text"]
    assert "fix the lid" in text
    assert text.count("{portal-link}") == 1
    assert not [leak for leak in ("Ana", "Lopez", "ana@", "1234567") if leak in text]


def test_what_is_nobodys_waits_until_it_is_handed_over(session: Session, alba: Supplier) -> None:
    case = service.open_case(session, shop.suggest(session, sku="T-1"))
    assert (case.supplier_id, letters(session)) == (None, [])
    assert [view.case.id for view in queries.whose_is_it(session)] == [case.id]
    with pytest.raises(Conflict, match="Nobody owns this yet"):
        service.decide(session, case, Act.ACCEPT, by=BY)
    service.hand_over(session, case, alba, by="user:Mo")
    assert (case.supplier_id, len(letters(session))) == (alba.id, 1)
    assert queries.whose_is_it(session) == []
    with pytest.raises(Conflict, match="with Alba Ltd already"):
        service.hand_over(session, case, alba, by="user:Mo")


def test_handing_on_starts_afresh_and_stops_the_first_letter(
    session: Session, alba: Supplier
) -> None:
    case = service.open_case(session, shop.suggest(session))
    service.decide(session, case, Act.PROMISE, promised_for=SOON, by=BY)
    nord = add_supplier(session, "Nord", "n@nord.example")
    service.hand_over(session, case, nord, by="user:Mo")
    assert (case.state, case.promised_for) == (CaseState.OPEN, None)
    assert [letter.state for letter in letters(session)] == [
        DeliveryState.CANCELLED,
        DeliveryState.PENDING,
    ]
    with pytest.raises(NotFound):
        queries.case_file(session, alba.id, case.id)
    assert queries.case_file(session, nord.id, case.id).decisions == ()


@pytest.mark.parametrize(
    ("act", "given", "state", "suggestion_state"),
    [
        (Act.ACKNOWLEDGE, {}, CaseState.ACKNOWLEDGED, SuggestionState.WITH_PARTNER),
        (Act.ASK, {"text": "Which lid?"}, CaseState.ASKED, SuggestionState.WITH_PARTNER),
        (Act.ACCEPT, {}, CaseState.ACCEPTED, SuggestionState.PLANNED),
        (Act.PROMISE, {"promised_for": SOON}, CaseState.PROMISED, SuggestionState.PLANNED),
        (Act.DELIVER, {}, CaseState.DELIVERED, SuggestionState.DONE),
        (Act.DECLINE, {"text": "Too costly"}, CaseState.DECLINED, SuggestionState.DECLINED),
    ],
)
def test_every_act_moves_the_case_and_the_suggestion(
    session: Session,
    alba: Supplier,
    act: Act,
    given: dict[str, object],
    state: CaseState,
    suggestion_state: SuggestionState,
) -> None:
    suggestion = shop.suggest(session)
    case = service.open_case(session, suggestion)
    decision = service.decide(session, case, act, by=BY, **given)  # type: ignore[arg-type]  # a table
    session.flush()
    assert (case.state, suggestion.state) == (state, suggestion_state)
    assert (decision.act, decision.told_at, decision.decided_by) == (act, None, BY)
    verbs = session.scalars(sa.select(AuditEntry.verb).where(AuditEntry.subject_id == case.id))
    assert {"opened", "handed over", act.value} == set(verbs)


@pytest.mark.parametrize(
    ("act", "text", "promised_for", "field"),
    [
        (Act.ASK, "  ", None, "text"),
        (Act.DECLINE, "", None, "text"),
        (Act.DECLINE, "x" * 2_001, None, "text"),
        (Act.PROMISE, "", None, "promised_for"),
        (Act.PROMISE, "", date(2026, 3, 2), "promised_for"),
    ],
)
def test_what_an_act_lacks_is_said_beside_its_field(
    session: Session, alba: Supplier, act: Act, text: str, promised_for: date | None, field: str
) -> None:
    case = service.open_case(session, shop.suggest(session))
    with pytest.raises(InvalidInput) as raised:
        service.decide(session, case, act, text=text, promised_for=promised_for, by=BY)
    assert list(raised.value.fields) == [field]
    assert case.state is CaseState.OPEN


def test_the_future_begins_in_the_partners_own_zone(session: Session, clock: FrozenClock) -> None:
    shop.open_shop(session)
    add_supplier(session, "Alba", "a@a.example", zone="Pacific/Auckland", brands=["Alba"])
    case = service.open_case(session, shop.suggest(session))
    clock.advance(timedelta(hours=3))  # 12:00 UTC is 3 March there
    with pytest.raises(InvalidInput, match="day in the future"):
        service.decide(session, case, Act.PROMISE, promised_for=date(2026, 3, 3), by=BY)


def test_nothing_follows_an_end(session: Session, alba: Supplier) -> None:
    case = service.open_case(session, shop.suggest(session))
    service.decide(session, case, Act.DECLINE, text="Too costly", by=BY)
    with pytest.raises(Conflict, match="closed"):
        service.hand_over(session, case, add_supplier(session, "N", "n@n.example"), by=BY)


def test_of_two_who_decide_at_once_the_second_is_told_to_look_again(
    session: Session, alba: Supplier
) -> None:
    case = service.open_case(session, shop.suggest(session))
    seen = case.version
    service.decide(session, case, Act.ASK, text="Which lid?", by=BY, version=seen)
    with pytest.raises(Conflict, match="changed a moment ago"):
        service.decide(session, case, Act.ACCEPT, by=BY, version=seen)


def test_of_many_at_once_through_the_writer_one_decides(writer: Writer) -> None:
    def opened(session: Session) -> Case:
        shop.open_shop(session)
        add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])
        return service.open_case(session, shop.suggest(session))

    def accept(session: Session) -> Decision:
        own = session.need(Case, case.id)
        return service.decide(session, own, Act.ACCEPT, by=BY, version=case.version)

    case = writer.run_blocking(opened)
    results = [writer.submit(accept).exception() for _ in range(5)]
    assert [type(error) for error in results if error] == [Conflict] * 4


def test_the_clock_runs_until_an_answer(
    session: Session, alba: Supplier, clock: FrozenClock
) -> None:
    case = service.open_case(session, shop.suggest(session))
    running = agreement.clock(case, alba, session.now())
    assert running is not None
    assert (running.due - session.now(), running.left) == (timedelta(hours=48),) * 2
    assert not running.overdue
    service.decide(session, case, Act.ACKNOWLEDGE, by=BY)  # seen is not answered
    clock.advance(timedelta(hours=49))
    late = agreement.clock(case, alba, session.now())
    assert late is not None
    assert late.overdue
    service.decide(session, case, Act.ASK, text="Which lid?", by=BY)
    assert agreement.clock(case, alba, session.now()) is None


def test_a_partner_sees_their_cases_only_and_nobodys_name(
    session: Session, alba: Supplier, clock: FrozenClock
) -> None:
    nord = add_supplier(session, "Nord", "n@nord.example", brands=["Nord"])
    mine = shop.suggest(session, "Ana Lopez wants a better lid", people=("Ana Lopez", "Ben"))
    case = service.open_case(session, mine)
    service.open_case(session, shop.suggest(session, "a bigger tin", sku="T-1"))
    clock.advance(timedelta(days=8))
    shop.speak(session, mine, "Cleo", "Cleo here: the lid!")
    [view] = queries.cases_of(session, alba.id)
    assert (view.product, view.people, view.words) == (
        "Brew kettle",
        3,
        "[name] wants a better lid",
    )
    file = queries.case_file(session, alba.id, case.id)
    assert [quote.words for quote in file.quotes] == [
        "[name] wants a better lid",
        "[name] wants a better lid",
        "[name] here: the lid!",
    ]
    assert file.trend[-2:] == ((date(2026, 2, 25), 2), (date(2026, 3, 4), 1))
    assert [view.product for view in queries.cases_of(session, nord.id)] == ["Tea tin"]
    with pytest.raises(NotFound):
        queries.case_file(session, nord.id, case.id)


def test_merged_suggestions_bring_their_voices_and_hide(session: Session, alba: Supplier) -> None:
    into = shop.suggest(session, people=("Ana",))
    other = shop.suggest(session, "dishwasher-proof lid", people=("Ana", "Ben"))
    third = shop.suggest(session, "lid!", people=("Cleo",))
    for suggestion in (into, other, third):
        service.open_case(session, suggestion)
    merge(session, third, other)
    merge(session, other, into)
    session.flush()
    [view] = queries.cases_of(session, alba.id)
    assert view.people == 3
    assert session.get_one(Suggestion, (1, into.id)).merged_into_id is None

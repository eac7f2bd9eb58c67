"""A case that is not theirs: given back with a reason, found by staff, started anew by the next."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.accounts.models import AuditEntry
from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.errors import Conflict, InvalidInput, NotFound
from bot.outbox.models import Delivery, DeliveryState
from bot.suggestions.models import SuggestionState
from bot.suppliers import agreement, handing_back, queries, service
from bot.suppliers.models import Act, Case, CaseState, Supplier
from bot.suppliers.partners import add_supplier
from tests import databases
from tests.suppliers import shop
from tests.suppliers.conftest import Form, Shop
from tests.web.doorway import Client

BY = "supplier:Alba Ltd"
WHY = "The lid is moulded by Nord."


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One engine: the statements are as plain as they can be."""
    return databases.sqlite_url(tmp_path)


@pytest.fixture
def alba(session: Session) -> Supplier:
    shop.open_shop(session)
    return add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])


@pytest.fixture
def case(session: Session, alba: Supplier) -> Case:
    return service.open_case(session, shop.suggest(session))


def test_the_next_partners_clock_starts_anew_and_the_first_sees_it_no_more(
    session: Session, alba: Supplier, case: Case, clock: FrozenClock
) -> None:
    service.decide(session, case, Act.ACKNOWLEDGE, by=BY)
    clock.advance(timedelta(hours=47))
    handing_back.hand_back(session, case, reason=WHY, by=BY)
    session.flush()
    assert (case.supplier_id, case.state, case.handed_over_at) == (None, CaseState.OPEN, None)
    with pytest.raises(NotFound):
        queries.own_case(session, alba.id, case.id)
    assert queries.cases_of(session, alba.id) == []
    assert [view.case.id for view in queries.whose_is_it(session)] == [case.id]
    assert handing_back.reasons(session, [case.id]) == {case.id: [("Alba Ltd", WHY)]}
    entry = session.scalars(sa.select(AuditEntry).filter_by(verb="gave back")).one()
    assert (entry.actor, entry.subject_id, entry.details) == (BY, case.id, {"reason": WHY})
    [letter] = session.scalars(sa.select(Delivery))
    assert letter.state is DeliveryState.CANCELLED

    nord = add_supplier(session, "Nord", "n@nord.example")
    clock.advance(timedelta(hours=10))
    service.hand_over(session, case, nord, by="user:Mo")
    running = agreement.clock(case, nord, session.now())
    assert running is not None
    assert running.due == session.now() + timedelta(hours=48)
    assert queries.case_file(session, nord.id, case.id).decisions == ()


def test_that_they_had_it_stays_on_their_record(
    session: Session, alba: Supplier, case: Case, clock: FrozenClock
) -> None:
    clock.advance(timedelta(hours=50))
    handing_back.hand_back(session, case, reason=WHY, by=BY)
    session.flush()
    assert [who for _case, who, _held in agreement.history(session, [case])] == [alba.id]


def test_it_does_not_come_back_by_itself_but_staff_may_insist(
    session: Session, alba: Supplier, case: Case
) -> None:
    handing_back.hand_back(session, case, reason=WHY, by=BY)
    assert service.claim_ownerless(session) == 0
    assert case.supplier_id is None
    service.hand_over(session, case, alba, by="user:Mo")
    assert case.supplier_id == alba.id


def test_people_hear_that_it_is_being_looked_at(session: Session, alba: Supplier) -> None:
    suggestion = shop.suggest(session)
    case = service.open_case(session, suggestion)
    handing_back.hand_back(session, case, reason=WHY, by=BY)
    assert suggestion.state is SuggestionState.IN_REVIEW


@pytest.mark.parametrize(
    ("act", "given"),
    [(Act.ACCEPT, {}), (Act.DECLINE, {"text": "No"}), (Act.DELIVER, {})],
)
def test_what_was_answered_to_the_people_is_theirs_to_the_end(
    session: Session, alba: Supplier, case: Case, act: Act, given: dict[str, str]
) -> None:
    service.decide(session, case, act, by=BY, text=given.get("text", ""))
    with pytest.raises(Conflict):
        handing_back.hand_back(session, case, reason=WHY, by=BY)
    assert case.supplier_id == alba.id


def test_a_reason_is_needed_and_the_version_that_was_seen(session: Session, case: Case) -> None:
    for reason in ("  ", "x" * 2_001):
        with pytest.raises(InvalidInput) as raised:
            handing_back.hand_back(session, case, reason=reason, by=BY)
        assert list(raised.value.fields) == ["reason"]
    with pytest.raises(Conflict):
        handing_back.hand_back(session, case, reason=WHY, by=BY, version=case.version + 1)


def test_the_page_gives_it_back_and_staff_read_why(
    client: Client, writer: Writer, stocked: Shop, as_alba: Form
) -> None:
    where = f"/supplier/cases/{stocked.lid.id}"
    assert "Not yours?" in client.get(where).text
    form = as_alba | {"version": str(stocked.lid.version)}
    empty = client.post(f"{where}/give-back", data=form)
    assert empty.status_code == 422
    assert "Write why it is not yours" in empty.text
    given = client.post(f"{where}/give-back", data=form | {"reason": "<b>Nord</b> makes it"})
    assert (given.status_code, given.headers["location"]) == (303, "/supplier")
    assert client.get(where).status_code == 404
    assert client.post(f"{where}/give-back", data=form | {"reason": "x"}).status_code == 404


def test_staff_read_the_reason_as_plain_words(
    client: Client, writer: Writer, stocked: Shop, as_staff: Form
) -> None:
    def give_back(session: Session) -> None:
        case = session.need(Case, stocked.lid.id)
        handing_back.hand_back(session, case, reason="<b>Nord</b> makes it", by=BY)

    writer.run_blocking(give_back)
    shown = client.get("/partners/whose-is-it").text
    assert "Alba Ltd gave it back" in shown
    assert "&lt;b&gt;Nord&lt;/b&gt; makes it" in shown

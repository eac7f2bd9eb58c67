"""The board of suggestions, and one of them with everything about it."""

import re
from datetime import date
from uuid import uuid4

import pytest
import sqlalchemy as sa

from bot.accounts.models import AuditEntry
from bot.db import Database, Session
from bot.engagement import queries
from bot.suggestions.forms import Wanted
from bot.suggestions.models import Suggestion, SuggestionState
from bot.suggestions.queries import alike, crowds, spoken
from bot.suggestions.service import merge
from bot.suppliers.models import Act, Case
from bot.suppliers.partners import add_supplier
from bot.suppliers.service import decide
from bot.understanding import Kind
from tests.inbox.talk import counting, say
from tests.suppliers.shop import open_shop, product, speak, suggest
from tests.web.doorway import Client, csrf

LID = "Please make the lid of the kettle dishwasher-safe."
LOOP = "Please add a loop to the tea tin so that it hangs."


@pytest.fixture
def heard(session: Session) -> dict[str, Suggestion]:
    """Alba answers for the kettle, Nord for the tin; Ana and Ben want the lid, Cleo the loop."""
    open_shop(session)
    add_supplier(session, "Alba", "a@alba.example", brands=["Alba"])
    add_supplier(session, "Nordblech", "n@nord.example", brands=["Nord"])
    for who, text in (("Ana", LID), ("Ben", LID), ("Cleo", LOOP)):
        say(session, text, by=who)
    lid, loop = session.scalars(sa.select(Suggestion).order_by(Suggestion.id)).all()
    session.commit()
    return {"lid": lid, "loop": loop}


def shown(page: str) -> set[str]:
    return set(re.findall(r'class="cover" href="/suggestions/([-0-9a-f]{36})"', page))


def correction(suggestion: Suggestion, **changed: object) -> dict[str, object]:
    return {
        "kind": suggestion.kind,
        "state": suggestion.state,
        "product": "",
        "version": suggestion.version,
    } | changed


def test_the_board_shows_words_product_people_and_partner(
    heard: dict[str, Suggestion], client: Client
) -> None:
    page = client.get("/suggestions").text
    for said in ("lid of the kettle", "Brew kettle", "2 people", "Alba", "1 person"):
        assert said in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"lid", "loop"}),
        ("state=with_partner", {"lid", "loop"}),
        ("state=done", set()),
        ("kind=suggestion", {"lid", "loop"}),
        ("kind=problem", set()),
        ("q=DISHWASHER", {"lid"}),
        ("q=100%25", set()),
        ("q=dishwasher&state=with_partner", {"lid"}),
        ("state=nonsense&kind=nonsense&product=nonsense&page=nonsense", {"lid", "loop"}),
        ("state=with_partner&page=2", set()),
    ],
)
def test_filters(heard: dict[str, Suggestion], client: Client, query: str, found: set[str]) -> None:
    page = client.get(f"/suggestions?{query}").text
    assert shown(page) == {str(heard[name].id) for name in found}


def test_filters_by_partner_and_by_product(session: Session, heard: dict[str, Suggestion]) -> None:
    case = session.scalars(sa.select(Case).filter_by(suggestion_id=heard["lid"].id)).one()
    for wanted in (
        Wanted(partner=case.supplier_id),
        Wanted(product=product(session, "K-1").id),
    ):
        cards = [card for column in queries.board(session, wanted) for card in column.cards]
        assert [card.suggestion.id for card in cards] == [heard["lid"].id]


def test_an_empty_board_says_what_will_be_here(client: Client) -> None:
    assert "No suggestions yet" in client.get("/suggestions").text
    assert "Nothing like that" in client.get("/suggestions?q=unheard-of").text


def test_a_column_shows_its_latest_and_how_many_more(session: Session) -> None:
    open_shop(session)
    for number in range(queries.IN_COLUMN + 2):
        suggest(session, f"wish number {number}")
    column = queries.board(session, Wanted())[0]
    assert (column.state, column.count) == (SuggestionState.NEW, queries.IN_COLUMN + 2)
    assert len(column.cards) == queries.IN_COLUMN


@pytest.mark.parametrize("path", ["/suggestions", "/suggestions?state=new&q=wish"])
def test_the_board_takes_as_many_statements_for_many_as_for_one(
    database: Database, session: Session, client: Client, path: str
) -> None:
    open_shop(session)
    counted = []
    for number in (1, 20):
        for each in range(number):
            suggest(session, f"wish {number} {each}", people=("Ana", "Ben"))
        session.commit()
        with counting(database) as statements:
            assert client.get(path).status_code == 200
        counted.append(len(statements))
    assert counted[0] == counted[1]


def test_a_suggestion_takes_as_many_statements_with_many_voices_as_with_one(
    database: Database, session: Session, client: Client
) -> None:
    open_shop(session)
    lid = suggest(session, "make the lid bigger")
    suggest(session, "make the lid much bigger")
    counted = []
    for guests in (range(0), range(20)):
        for number in guests:
            speak(session, lid, f"Guest {number}", "make the lid bigger")
            suggest(session, f"make the lid bigger, {number} times")
        session.commit()
        with counting(database) as statements:
            assert client.get(f"/suggestions/{lid.id}").status_code == 200
        counted.append(len(statements))
    assert counted[0] == counted[1]


def test_people_are_counted_once_also_over_what_was_merged(session: Session) -> None:
    open_shop(session)
    one = suggest(session, "make the lid bigger", people=("Ana", "Ben"))
    two = suggest(session, "a bigger lid", people=("Ben", "Cleo"))
    three = suggest(session, "lid too small", people=("Dora",))
    merge(session, three, into=two)
    merge(session, two, into=one)
    session.flush()
    assert crowds(session, [one.id])[one.id].people == 4
    assert [voice.who for voice in spoken(session, one.id)] == ["Ana", "Ben", "Cleo", "Dora"]


def test_the_page_has_everybodys_words_and_the_way_to_their_thread(
    heard: dict[str, Suggestion], client: Client
) -> None:
    page = client.get(f"/suggestions/{heard['lid'].id}").text
    for said in ("Ana", "Ben", "In the words of 2 people", "Because of:", "Hubbub took it to Alba"):
        assert said in page
    assert len(set(re.findall(r"/inbox/[-0-9a-f]{36}", page))) == 2


def test_decisions_are_told_in_order(
    session: Session, heard: dict[str, Suggestion], client: Client
) -> None:
    case = session.scalars(sa.select(Case).filter_by(suggestion_id=heard["lid"].id)).one()
    decide(session, case, Act.ASK, text="Steel or cork?", by="supplier:Alba")
    decide(session, case, Act.PROMISE, promised_for=date(2026, 5, 1), by="supplier:Alba")
    session.commit()
    page = client.get(f"/suggestions/{heard['lid'].id}").text
    assert page.index("Steel or cork?") < page.index("Alba promised a day (1 May 2026)")


def test_what_is_alike_is_about_the_same_product_and_open(session: Session) -> None:
    open_shop(session)
    mine = suggest(session, "make the lid of it bigger")
    same = suggest(session, "the lid should be bigger")
    suggest(session, "the lid should be bigger", sku="T-1")  # another product
    suggest(session, "something else altogether")
    suggest(session, "make the lid bigger").state = SuggestionState.DONE
    session.flush()
    assert [like.suggestion.id for like in alike(session, mine)] == [same.id]


def test_merging_counts_the_people_here_and_can_be_undone(session: Session, client: Client) -> None:
    open_shop(session)
    one = suggest(session, "make the lid bigger", people=("Ana",))
    two = suggest(session, "a bigger lid please", people=("Ben",))
    session.commit()
    here, undo = f"/suggestions/{one.id}", f"/suggestions/{two.id}/split"
    client.post(f"/suggestions/{two.id}/merge", data=csrf(client) | {"into": str(one.id)})
    merged = client.get(here).text
    assert "In the words of 2 people" in merged
    assert f'action="{undo}"' in merged
    assert shown(client.get("/suggestions").text) == {str(one.id)}
    assert "This was merged into" in client.get(f"/suggestions/{two.id}").text
    client.post(undo, data=csrf(client))
    assert shown(client.get("/suggestions").text) == {str(one.id), str(two.id)}


def test_merging_twice_or_into_nothing_is_refused(session: Session, client: Client) -> None:
    open_shop(session)
    one, two = suggest(session, "a bigger lid"), suggest(session, "a smaller lid")
    session.commit()
    address = f"/suggestions/{two.id}/merge"
    for into, status in ((one.id, 303), (one.id, 409), (two.id, 422), (uuid4(), 404), ("x", 422)):
        assert client.post(address, data=csrf(client) | {"into": str(into)}).status_code == status


def test_another_product_takes_it_to_another_partner(
    session: Session, heard: dict[str, Suggestion], client: Client
) -> None:
    lid = heard["lid"]
    client.post(
        f"/suggestions/{lid.id}/correct", data=csrf(client) | correction(lid, product="tea tin")
    )
    page = client.get(f"/suggestions/{lid.id}").text
    assert "Saved. It is with Nordblech now." in page
    assert "The marketer corrected it" in page
    session.refresh(lid)
    assert lid.product_id == product(session, "T-1").id


def test_a_product_that_nobody_answers_for_leaves_it_where_it_is(
    session: Session, heard: dict[str, Suggestion], client: Client
) -> None:
    lid = heard["lid"]
    client.post(f"/suggestions/{lid.id}/correct", data=csrf(client) | correction(lid))
    session.refresh(lid)
    assert lid.product_id is None
    assert "Alba" in client.get(f"/suggestions/{lid.id}").text


def test_kind_and_state_are_put_right_and_noted(
    session: Session, heard: dict[str, Suggestion], client: Client
) -> None:
    lid = heard["lid"]
    given = correction(lid, kind="problem", state="in_review", product="K-1")
    client.post(f"/suggestions/{lid.id}/correct", data=csrf(client) | given)
    session.refresh(lid)
    assert (lid.kind, lid.state) == (Kind.PROBLEM, SuggestionState.IN_REVIEW)
    verbs = session.scalars(sa.select(AuditEntry.verb).filter_by(subject_id=lid.id)).all()
    assert verbs == ["corrected", "moved"]


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"product": "no such thing"}, 422, "No product is called “no such thing”."),
        ({"kind": "nonsense"}, 422, "Please choose one of the list."),
        ({"version": 99}, 409, "Somebody changed this a moment ago."),
    ],
)
def test_what_cannot_be_put_right_says_so_and_changes_nothing(
    session: Session,
    heard: dict[str, Suggestion],
    client: Client,
    changed: dict[str, object],
    status: int,
    said: str,
) -> None:
    lid = heard["lid"]
    before = (lid.kind, lid.product_id, lid.version)
    given = csrf(client) | correction(lid, state="done") | changed
    refused = client.post(f"/suggestions/{lid.id}/correct", data=given)
    assert (refused.status_code, said in refused.text) == (status, True)
    session.refresh(lid)
    assert (lid.kind, lid.product_id, lid.version) == before


def test_handing_over_by_hand(
    session: Session, heard: dict[str, Suggestion], client: Client
) -> None:
    lid, partners = heard["lid"], {name: id for id, name in queries.partners(session)}
    session.commit()
    address = f"/suggestions/{lid.id}/hand-over"
    given = csrf(client) | {"partner": str(partners["Nordblech"])}
    assert client.post(address, data=given).status_code == 303
    page = client.get(f"/suggestions/{lid.id}").text
    assert "The marketer took it to Nordblech" in page
    assert client.post(address, data=csrf(client) | {"partner": str(uuid4())}).status_code == 404


def test_there_is_nothing_at_an_unknown_suggestion(client: Client) -> None:
    assert client.get(f"/suggestions/{uuid4()}").status_code == 404

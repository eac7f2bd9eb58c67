"""The inbox as staff see it."""

import re
from uuid import uuid4

import pytest
import sqlalchemy as sa

from bot.db import Database, Session, Writer
from bot.inbox.forms import Wanted
from bot.inbox.models import Event, EventState, Message
from bot.inbox.queries import MOST, newest, quarantined
from bot.inbox.threads import thread
from bot.outbox.models import About, Delivery, DeliveryState
from bot.understanding import Kind
from tests.inbox.talk import counting, garble, say
from tests.suppliers.shop import open_shop
from tests.web.doorway import Client, csrf

ASK = "Can I put the kettle on an induction hob?"
SUGGEST = "Nice shop. Please make the lid of the kettle dishwasher-safe."


@pytest.fixture
def talking(session: Session) -> dict[str, Message]:
    """A question, a suggestion, a greeting, and a private word."""
    open_shop(session)
    said = {
        "question": say(session, ASK, by="Paul"),
        "suggestion": say(session, SUGGEST, by="Mara Lind"),
        "greeting": say(session, "good morning everybody", by="Finn"),
        "private": say(session, "My kettle leaks, it is broken", by="Rosa", private=True),
    }
    session.commit()
    return said


def marks(page: str) -> list[str]:
    return re.findall(r"<mark>(.*?)</mark>", page)


def answers(database: Database) -> list[Delivery]:
    with database.reading() as session:
        return list(session.scalars(sa.select(Delivery).filter_by(about=About.STAFF)))


def test_the_list_shows_who_said_what_about_which_product(
    talking: dict[str, Message], client: Client
) -> None:
    page = client.get("/inbox").text
    for shown in ("Mara Lind", "Brew kettle", "good morning everybody", "private"):
        assert shown in page
    assert "Please make the lid of the kettle dishwasher-safe." in marks(page)
    assert page.index("Rosa") < page.index("Finn") < page.index("Mara") < page.index("Paul")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/inbox?show=waiting", {"question"}),
        ("/inbox?kind=suggestion", {"suggestion"}),
        ("/inbox?kind=problem", {"private"}),
        (
            "/inbox?kind=nonsense&channel=nonsense",
            {*"question suggestion greeting private".split()},
        ),
        ("/inbox?channel=6f1e9a3c-0f7e-7000-8000-000000000000", set()),
    ],
)
def test_filters(
    talking: dict[str, Message], client: Client, address: str, found: set[str]
) -> None:
    page = client.get(address).text
    assert {name for name, message in talking.items() if f"/inbox/{message.id}" in page} == found


def test_an_empty_inbox_says_what_will_be_here(client: Client) -> None:
    assert "Nobody has said anything yet" in client.get("/inbox").text
    assert "Everybody has an answer" in client.get("/inbox?show=waiting").text
    assert "All read" in client.get("/inbox/quarantine").text


def test_older_messages_follow_where_the_newest_end(session: Session) -> None:
    said = [say(session, f"good morning number {number}").id for number in range(MOST + 3)]
    first, older = newest(session, Wanted())
    rest, none = newest(session, Wanted(before=older))
    assert [line.id for line in [*first, *rest]] == said[::-1]
    assert (len(first), none) == (MOST, None)


def test_the_list_takes_as_many_statements_for_many_messages_as_for_one(
    database: Database, session: Session, client: Client
) -> None:
    open_shop(session)
    counted = []
    for number in (1, 12):
        for each in range(number):
            say(session, f"The kettle leaks, problem {each}", by=f"Guest {each}")
        session.commit()
        with counting(database) as statements:
            assert client.get("/inbox").status_code == 200
        counted.append(len(statements))
    assert counted[0] == counted[1]


def test_the_thread_takes_as_many_statements_for_many_messages_as_for_one(
    database: Database, session: Session, client: Client
) -> None:
    open_shop(session)
    first = say(session, "The kettle leaks")
    counted = []
    for _ in range(2):
        session.commit()
        with counting(database) as statements:
            assert client.get(f"/inbox/{first.id}").status_code == 200
        counted.append(len(statements))
        for each in range(9):
            say(session, f"Mine leaks, number {each}", by=f"Guest {each}", thread=first.remote_id)
    assert counted[0] == counted[1]


def test_a_thread_shows_both_sides_in_order(session: Session) -> None:
    open_shop(session)
    first = say(session, SUGGEST, by="Mara")
    second = say(session, "The lid of my kettle leaks", by="Joost", thread=first.remote_id)
    say(session, "good morning everybody", by="Finn")
    found = thread(session, second.id)
    assert [(turn.who, turn.bot) for turn in found.turns] == [
        ("Mara", False),
        ("Hubbub", True),
        ("Joost", False),
        ("Hubbub", True),
    ]
    assert [turn.current for turn in found.turns] == [False, False, True, False]
    assert found.understood_at is not None


def test_private_words_are_only_in_their_own_thread(session: Session) -> None:
    secret = say(session, "My kettle leaks, psst", by="Rosa", private=True)
    loud = say(session, "The kettle leaks", by="Rosa")
    shown = {turn.id for turn in thread(session, secret.id).turns}
    assert secret.id in shown
    assert loud.id not in shown


def test_the_thread_says_what_was_understood_and_where_it_went(
    talking: dict[str, Message], client: Client
) -> None:
    page = client.get(f"/inbox/{talking['suggestion'].id}").text
    for said in ("Because of:", "first to say it", "/suggestions/", "The bot answered: Waiting"):
        assert said in page


def test_a_refused_answer_is_shown_in_the_networks_words(
    session: Session, talking: dict[str, Message], client: Client
) -> None:
    message = talking["suggestion"]
    answer = session.scalars(sa.select(Delivery).filter_by(about_id=message.id)).one()
    answer.state, answer.note, answer.attempt = DeliveryState.REFUSED, "The thread is locked.", 3
    session.commit()
    page = client.get(f"/inbox/{message.id}").text
    assert "3 tries" in page
    assert "The network said: “The thread is locked.”" in page


def test_an_answer_goes_out_once_in_the_thread_it_came_from(
    database: Database, talking: dict[str, Message], client: Client
) -> None:
    message = talking["question"]
    form = {"text": "Yes, you can.", "once": str(uuid4())}
    for _ in range(2):
        answered = client.post(f"/inbox/{message.id}/reply", data=csrf(client) | form)
        assert answered.headers["location"] == f"/inbox/{message.id}"
    [delivery] = answers(database)
    assert delivery.content["text"] == "Yes, you can."
    assert (delivery.reply_to, delivery.action) == (message.remote_id, "reply")
    page = client.get(f"/inbox/{message.id}").text
    assert "The marketer" in page
    assert "Wants an answer" not in page


def test_a_private_word_is_answered_privately(
    database: Database, talking: dict[str, Message], client: Client
) -> None:
    form = {"text": "Oh no!", "once": str(uuid4())}
    client.post(f"/inbox/{talking['private'].id}/reply", data=csrf(client) | form)
    [delivery] = answers(database)
    assert (delivery.action, delivery.recipient) == ("direct", "Rosa")


@pytest.mark.parametrize("text", ["", " ", "x" * 4_001, "x" * 20_000])
def test_what_cannot_be_sent_is_not_and_stays_in_the_box(
    database: Database, talking: dict[str, Message], client: Client, text: str
) -> None:
    form = {"text": text, "once": str(uuid4())}
    refused = client.post(f"/inbox/{talking['question'].id}/reply", data=csrf(client) | form)
    assert refused.status_code == 422
    assert text.strip() in refused.text
    assert answers(database) == []


def test_settling_without_an_answer_can_be_undone(
    talking: dict[str, Message], client: Client
) -> None:
    here = f"/inbox/{talking['question'].id}"
    client.post(f"{here}/settle", data=csrf(client))
    settled = client.get(here).text
    assert "Wants an answer" not in settled
    assert f'action="{here}/reopen"' in settled  # the undo
    client.post(f"{here}/reopen", data=csrf(client))
    assert "Wants an answer" in client.get(here).text


def test_quarantine_shows_the_reason_and_harmless_bytes(session: Session, client: Client) -> None:
    garble(session, b"<script>\xff</script>", "It has no author.")
    session.commit()
    page = client.get("/inbox/quarantine").text
    assert "It has no author." in page
    assert r"&lt;script&gt;\xff&lt;/script&gt;" in page


def test_only_the_beginning_of_what_could_not_be_read_is_loaded(session: Session) -> None:
    garble(session, b"x" * 1_000_000)
    [event] = quarantined(session)
    assert (len(event.raw), event.size) == (2_000, 1_000_000)


def test_dismissing_is_done_once(session: Session, writer: Writer, client: Client) -> None:
    garble(session, b"?")
    session.commit()
    with writer.database.reading() as reading:
        [event] = quarantined(reading)
    here = f"/inbox/quarantine/{event.id}/dismiss"
    assert client.post(here, data=csrf(client)).status_code == 303
    assert client.post(here, data=csrf(client)).status_code == 409
    assert "All read" in client.get("/inbox/quarantine").text
    with writer.database.reading() as reading:
        assert reading.need(Event, event.id).raw == b"?"


def test_what_hubbub_stumbled_over_can_be_read_again(session: Session, client: Client) -> None:
    message = say(session, "good morning everybody")
    event = session.need(Event, message.id)
    event.state, event.problem, event.tries = EventState.QUARANTINED, "Hubbub stumbled.", 3
    session.commit()
    assert "Try again" in client.get("/inbox/quarantine").text
    client.post(f"/inbox/quarantine/{event.id}/again", data=csrf(client))
    session.refresh(event)
    assert (event.state, event.tries) == (EventState.NEW, 0)


def test_there_is_nothing_at_an_unknown_message(client: Client) -> None:
    assert client.get(f"/inbox/{uuid4()}").status_code == 404


def test_kinds_are_those_that_the_message_has(session: Session) -> None:
    say(session, "The kettle leaks, it is broken")
    [line], _ = newest(session, Wanted(kind=Kind.PROBLEM))
    assert line.kinds == [Kind.PROBLEM]

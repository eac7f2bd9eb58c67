"""Answers by mail: whose they are, what they decide, and what becomes of all others."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.accounts import service as accounts
from bot.accounts.models import Role, User
from bot.clock import FrozenClock
from bot.db import KeyRing, Session
from bot.db.sealed import give_keys
from bot.errors import Conflict, InvalidInput
from bot.inbox.models import Event, EventState
from bot.networks import Capabilities, Content, EventKind
from bot.outbox.models import Delivery
from bot.suppliers import letters, service
from bot.suppliers.correspondence import answering, tags
from bot.suppliers.correspondence.answering import Came
from bot.suppliers.correspondence.models import Means, Reply, Standing, Way
from bot.suppliers.correspondence.sending import finish
from bot.suppliers.models import Act, Case, CaseState, Decision, Supplier
from bot.suppliers.partners import add_supplier
from tests.suppliers import shop

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # flows: on both

MAIL = Capabilities(text_limit=100_000, tags=True)
TOM = "care@alba.example"


@pytest.fixture
def alba(session: Session) -> Supplier:
    shop.open_shop(session)
    return add_supplier(session, "Alba Ltd", TOM, brands=["Alba"])


@pytest.fixture
def case(session: Session, alba: Supplier) -> Case:
    return service.open_case(session, shop.suggest(session, people=("Ana Lopez", "Ben")))


@pytest.fixture
def mia(session: Session) -> User:
    accounts.invite(session, "Mia", "mia@shop.example", Role.MARKETER)
    return session.scalars(sa.select(User)).one()


def sent(session: Session) -> list[Content]:
    """Every letter as it leaves, the latest last."""
    found = session.scalars(sa.select(Delivery).order_by(Delivery.id))
    return [finish(session, one, Content.from_json(one.content), can=MAIL) for one in found]


def tag_of(session: Session) -> str:
    """Of the latest letter."""
    return sent(session)[-1].tag


def write(session: Session, text: str, tag: str, **more: Any) -> Reply:
    """An answer comes in by mail."""
    event = session.put(
        Event(
            network="email",
            account="default",
            dedupe_key=session.ids.new().hex,
            kind=EventKind.MESSAGE,
            conversation="x",
            received_at=session.now(),
            occurred_at=session.now(),
            raw=b"the whole mail, with our letter quoted",
            details={},
            state=EventState.NEW,
        )
    )
    came = Came(
        id=event.id,
        way=Way.MAIL,
        message=f"<{event.id.hex}@alba.example>",
        thread="<first@shop.example>",
        sender=TOM,
        text=text,
        at=session.now(),
    )
    reply = answering.by_mail(session, replace(came, **more), tag)
    session.flush()
    return reply


def decided(session: Session) -> list[Act]:
    return list(session.scalars(sa.select(Decision.act).order_by(Decision.id)))


def test_the_letter_carries_the_words_and_an_address_for_the_answer(
    session: Session, case: Case
) -> None:
    [letter] = sent(session)
    assert "decline: and your reason" in letter.text and letters.HOW not in letter.text
    assert len(f"cases+{letter.tag}") <= 64  # RFC 5321 §4.5.3.1.1
    assert letter.tag not in str(session.scalars(sa.select(Delivery)).one().content)


def test_an_answer_decides_and_is_confirmed_with_the_next_address(
    session: Session, case: Case
) -> None:
    reply = write(session, "decline: too dear", tag_of(session))
    assert (reply.standing, reply.act, case.state) == (
        Standing.DONE, Act.DECLINE, CaseState.DECLINED
    )  # fmt: skip
    decision = session.scalars(sa.select(Decision)).one()
    assert (decision.text, decision.decided_by) == ("too dear", "supplier:Alba Ltd")
    [_, confirmed] = sent(session)
    assert "you decline it, for this reason. 2 people will hear it." in confirmed.text
    latest = session.scalars(sa.select(Delivery).order_by(Delivery.id.desc()).limit(1)).one()
    assert latest.reply_to == reply.remote_id and latest.thread == "<first@shop.example>"
    assert session.need(Event, reply.id).raw == b""  # what it quotes is kept nowhere


def test_a_whole_matter_by_mail_alone(session: Session, case: Case) -> None:
    for text, state in (
        ("gesehen", CaseState.ACKNOWLEDGED),
        ("frage: welche Farbe?", CaseState.ASKED),
        ("accept", CaseState.ACCEPTED),
        ("promise 2026-04-01: new mould", CaseState.PROMISED),
        ("done", CaseState.DELIVERED),
    ):
        assert write(session, text, tag_of(session)).standing is Standing.DONE
        assert case.state is state
    assert case.promised_for == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("decline", "Write the reason"),
        ("ask:", "Write the question"),
        ("promise", "Choose a day in the future."),
        ("promise 2020-01-01", "Choose a day in the future."),
        ("decline: " + "x" * 3_000, "That is too long"),
    ],
)
def test_what_lacks_something_is_told_and_nothing_decided(
    session: Session, case: Case, text: str, why: str
) -> None:
    reply = write(session, text, tag_of(session))
    assert reply.standing is Standing.REFUSED and decided(session) == []
    assert f"Nothing was decided by it. {why}" in sent(session)[-1].text
    assert write(session, "accept", tag_of(session)).standing is Standing.DONE


def test_a_used_address_is_refused_and_another_one_is_given(session: Session, case: Case) -> None:
    first = tag_of(session)
    write(session, "accept", first)
    again = write(session, "done", first)
    assert again.standing is Standing.REFUSED and decided(session) == [Act.ACCEPT]
    assert "changed a moment ago" in sent(session)[-1].text
    assert write(session, "done", tag_of(session)).standing is Standing.DONE


def test_an_old_address_is_refused_and_another_one_is_given(
    session: Session, case: Case, clock: FrozenClock
) -> None:
    old = tag_of(session)
    clock.advance(tags.LIVES + timedelta(days=1))
    reply = write(session, "accept", old)
    assert reply.standing is Standing.REFUSED and "older than 90 days" in reply.why
    assert write(session, "accept", tag_of(session)).standing is Standing.DONE


@pytest.mark.parametrize("tag", ["", "a" * 48, "1" * 48, "short", "ü" * 48])
def test_no_address_of_ours_waits_for_a_person(session: Session, case: Case, tag: str) -> None:
    letters_before = len(sent(session))
    reply = write(session, "accept", tag)
    assert reply.standing is Standing.HELD and reply.why
    assert decided(session) == [] and len(sent(session)) == letters_before  # nobody is answered


def test_a_single_changed_letter_is_forged(session: Session, case: Case) -> None:
    tag = tag_of(session)
    for at in range(len(tag)):
        forged = tag[:at] + ("b" if tag[at] != "b" else "c") + tag[at + 1 :]
        assert write(session, "accept", forged).standing is Standing.HELD
    assert decided(session) == []


def test_an_address_of_a_partner_whose_case_it_was_is_worth_nothing(
    session: Session, case: Case
) -> None:
    theirs = tag_of(session)
    nord = add_supplier(session, "Nord", "hello@nord.example")
    service.hand_over(session, case, nord, by="user:Mia")
    assert write(session, "accept", theirs).standing is Standing.HELD
    assert write(session, "accept", theirs, sender="hello@nord.example").standing is Standing.HELD
    reply = write(session, "accept", tag_of(session), sender="hello@nord.example")
    assert reply.standing is Standing.DONE


def test_another_sender_waits_for_a_person_who_may_take_it_as_theirs(
    session: Session, case: Case, mia: User
) -> None:
    reply = write(session, "accept: gladly", tag_of(session), sender="tom@home.example")
    assert reply.standing is Standing.HELD and decided(session) == []
    answering.take_as_theirs(session, reply, by=mia)
    decision = session.scalars(sa.select(Decision)).one()
    assert (decision.text, decision.decided_by) == ("gladly", "user:Mia, for Alba Ltd")
    with pytest.raises(Conflict):
        answering.take_as_theirs(session, reply, by=mia)
    assert decided(session) == [Act.ACCEPT]


def test_what_was_held_can_be_put_aside_and_brought_back(
    session: Session, case: Case, mia: User
) -> None:
    reply = write(session, "hello", tag_of(session), sender="tom@home.example")
    with pytest.raises(InvalidInput, match="words that decide"):
        answering.take_as_theirs(session, reply, by=mia)
    answering.put_aside(session, reply, by=mia)
    with pytest.raises(Conflict):
        answering.take_as_theirs(session, reply, by=mia)
    answering.bring_back(session, reply, by=mia)
    assert reply.standing is Standing.HELD


def test_a_machine_is_never_answered(session: Session, case: Case) -> None:
    before = len(sent(session))
    reply = write(session, "accept", tag_of(session), automatic="Its own program says so.")
    assert reply.standing is Standing.AUTOMATIC and decided(session) == []
    assert len(sent(session)) == before


def test_a_note_is_kept_and_the_words_are_told_once(session: Session, case: Case) -> None:
    before, tag = len(sent(session)), tag_of(session)
    notes = [write(session, "We will think about it.", tag) for _ in range(3)]
    assert {note.standing for note in notes} == {Standing.NOTED}
    assert len(sent(session)) == before + 1
    assert "one of the words that decide" in sent(session)[-1].text


def test_a_machine_that_looks_like_a_person_ends_after_a_dozen(
    session: Session, case: Case, clock: FrozenClock
) -> None:
    tag = tag_of(session)
    standings = [write(session, "promise", tag).standing for _ in range(20)]
    assert standings.count(Standing.REFUSED) == 12 and standings.count(Standing.HELD) == 8
    clock.advance(timedelta(days=2))
    assert write(session, "accept", tag).standing is Standing.DONE


def test_what_a_person_has_to_look_at_is_not_decided(session: Session, case: Case) -> None:
    reply = write(session, "done", tag_of(session), problem="It has an attachment.")
    assert reply.standing is Standing.HELD and decided(session) == []
    assert session.need(Event, reply.id).raw != b""  # nothing is lost while it waits


def test_without_the_keys_an_answer_waits_and_everything_else_goes_on(
    session: Session, case: Case, tmp_path: Path
) -> None:
    tag = tag_of(session)
    session.flush()
    session.expire_all()
    others = KeyRing(tmp_path / "others.keys")
    others.make()
    give_keys(session.get_bind().dialect, others)
    reply = write(session, "accept", tag)
    assert reply.standing is Standing.HELD and "hubbub check" in reply.why
    assert session.scalars(sa.select(Means)).one().url == ""


def test_the_key_that_signs_is_sealed(session: Session, case: Case) -> None:
    sent(session)
    key = session.scalars(sa.select(Means.reply_key)).one()
    stored = session.connection().exec_driver_sql("SELECT reply_key FROM partner_means").scalar()
    assert stored and key.encode() not in bytes(stored)

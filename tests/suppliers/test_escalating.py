"""Time that runs out: each step is taken once, and none once they have answered."""

import asyncio
import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.accounts.models import AuditEntry, Role, User
from bot.channels.models import Channel
from bot.clock import FrozenClock
from bot.db import Database, Session, Writer
from bot.errors import InvalidInput
from bot.networks import Capabilities, Content
from bot.outbox.models import Delivery, DeliveryState
from bot.suppliers import agreeing, agreement, escalating, links, service
from bot.suppliers.agreement_models import Escalation
from bot.suppliers.agreement_terms import Terms
from bot.suppliers.correspondence import choosing
from bot.suppliers.correspondence.sending import finish
from bot.suppliers.models import Act, Case, Supplier
from bot.suppliers.partners import add_supplier, edit_supplier
from bot.watching import looking
from tests.suppliers import shop

TERMS = Terms(
    zone="Europe/Berlin",
    week=(((540, 1020),),) * 5 + ((), ()),
    answer=8,
    remind=50,
    contact=100,
    staff=150,
    contact_name="Kim Chief",
    contact_email="kim@alba.example",
)
HOUR = timedelta(hours=1)


@pytest.fixture
def case(writer: Writer) -> Case:
    """Alba's, handed over on Monday at 10:00 in Berlin, when its office is open until 17:00."""

    def stock(session: Session) -> Case:
        shop.open_shop(session)
        alba = add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])
        agreeing.agree(session, alba, TERMS, by="user:Mo")
        return service.open_case(session, shop.suggest(session))

    return writer.run_blocking(stock)


def look(writer: Writer) -> int:
    return asyncio.run(escalating.look(writer))


def letters(database: Database) -> list[tuple[str, DeliveryState]]:
    """To whom went what was sent because time ran out."""
    with database.reading() as session:
        return [
            (to, state)
            for to, state in session.execute(
                sa.select(Channel.remote_id, Delivery.state)
                .join(Channel, Channel.id == Delivery.channel_id)
                .where(Delivery.key.like("escalation:%"))
                .order_by(Delivery.id)
            )
        ]


def alarms(database: Database) -> list[str]:
    with database.reading() as session:
        return [alarm.sentence for alarm in looking.partners_late(session)]


def decide(writer: Writer, case: Case, act: Act, text: str = "") -> None:
    writer.run_blocking(
        lambda session: service.decide(
            session, session.need(Case, case.id), act, text=text, by="supplier:Alba Ltd"
        )
    )


def test_each_step_is_taken_once_when_its_share_of_the_time_is_used_up(
    writer: Writer, database: Database, clock: FrozenClock, case: Case
) -> None:
    waiting, kim = DeliveryState.PENDING, "kim@alba.example"
    seen = []
    for hours in (3, 1, 20, 4, 24):  # Monday 13:00, 14:00, Tuesday 10:00, 14:00, Wednesday 14:00
        clock.advance(hours * HOUR)
        taken = look(writer)
        assert look(writer) == 0
        seen.append((taken, len(letters(database)), len(alarms(database))))
    # Four of eight hours are used up on Monday at 14:00, all on Tuesday at 10:00, twelve at 14:00.
    assert seen == [(0, 0, 0), (1, 1, 0), (1, 2, 0), (1, 2, 1), (0, 2, 1)]
    assert letters(database)[0] == ("care@alba.example", waiting)
    assert letters(database)[1] == (kim, waiting)
    assert alarms(database)[0].startswith("Alba Ltd owes an answer for longer than was agreed.")
    with database.reading() as session:
        said = session.scalars(sa.select(AuditEntry.verb).filter_by(subject_id=case.id))
        assert list(said)[2:] == ["reminded", "turned to their contact", "escalated"]
    decide(writer, case, Act.ACCEPT)
    assert alarms(database) == []


def test_the_letter_to_their_contact_names_the_shop_and_lets_nobody_in(
    writer: Writer, database: Database, clock: FrozenClock, case: Case
) -> None:
    clock.advance(24 * HOUR)
    assert look(writer) == 2

    def leave(session: Session) -> list[str]:
        letters = session.scalars(
            sa.select(Delivery).where(Delivery.key.like("escalation:%")).order_by(Delivery.id)
        )
        house = {"public_url": "https://shop.example", "shop": "Willow & Wren"}
        contents = [(one, Content.from_json(one.content)) for one in letters]
        return [links.finish(session, one, content, **house).text for one, content in contents]

    to_partner, to_contact = writer.run_blocking(leave)
    assert "https://shop.example/s/" in to_partner
    assert to_contact.startswith("Hello Kim Chief,")
    assert "due by Tuesday, 3 March 2026, 10:00 (Europe/Berlin)" in to_contact
    assert "dishwasher" not in to_contact
    assert to_contact.endswith("Willow & Wren\n")
    assert "shop.example" not in to_contact


def test_nothing_is_sent_when_they_have_answered_meanwhile(
    writer: Writer, database: Database, clock: FrozenClock, case: Case
) -> None:
    clock.advance(5 * HOUR)
    with database.reading() as session:
        [found] = escalating.due(session)
    decide(writer, case, Act.ACCEPT)
    assert writer.run_blocking(lambda session: escalating.take(session, found)) is False
    assert letters(database) == []


def test_what_has_not_left_yet_never_leaves_once_they_have_answered(
    writer: Writer, database: Database, clock: FrozenClock, case: Case
) -> None:
    clock.advance(5 * HOUR)
    assert look(writer) == 1
    decide(writer, case, Act.DECLINE, "Not for us.")
    assert letters(database) == [("care@alba.example", DeliveryState.CANCELLED)]


def test_while_consumers_have_the_word_nobody_is_reminded(
    writer: Writer, database: Database, clock: FrozenClock, case: Case
) -> None:
    decide(writer, case, Act.ASK, "Which lid?")
    clock.advance(48 * HOUR)
    assert look(writer) == 0


def test_a_new_holder_has_a_clock_of_their_own(
    writer: Writer, database: Database, clock: FrozenClock, case: Case
) -> None:
    clock.advance(24 * HOUR)

    def give_away(session: Session) -> None:
        nord = add_supplier(session, "Nord", "hello@nord.example")
        agreeing.agree(session, nord, TERMS, by="user:Mo")
        service.hand_over(session, session.need(Case, case.id), nord, by="user:Mo")

    writer.run_blocking(give_away)
    assert look(writer) == 0
    clock.advance(5 * HOUR)
    assert look(writer) == 1
    assert letters(database)[-1][0] == "hello@nord.example"
    with database.reading() as session:
        [(_, _, first), (_, _, second)] = agreement.history(session, [session.need(Case, case.id)])
        assert (first.until, second.until) == (second.since, None)


def test_what_was_agreed_counts_from_its_day_on_and_never_before(
    session: Session, clock: FrozenClock
) -> None:
    shop.open_shop(session)
    alba = add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])
    before = service.open_case(session, shop.suggest(session))
    clock.advance(HOUR)
    agreeing.agree(session, alba, TERMS, by="user:Mo")
    edit_supplier(session, alba, answer_within_hours=4, by="user:Mo")
    after = service.open_case(session, shop.suggest(session, "a lid that holds"))
    clocks = agreement.running(session, [before, after])
    assert clocks[before.id].due == datetime(2026, 3, 4, 9, tzinfo=UTC)  # 48 hours
    assert clocks[after.id].due == datetime(2026, 3, 2, 14, tzinfo=UTC)  # 4 hours of its office
    yesterday = clock.now().date() - timedelta(days=1)
    with pytest.raises(InvalidInput) as refused:
        agreeing.agree(session, alba, TERMS, on=yesterday, by="user:Mo")
    assert set(refused.value.fields) == {"on"}


CHILD = """
import os, signal, sys
from datetime import datetime
from bot.clock import FrozenClock
from bot.db import Database
from bot.suppliers import escalating

database = Database(sys.argv[1], clock=FrozenClock(datetime.fromisoformat(sys.argv[2])))
with database.session(database.writers) as session:
    for one in list(escalating.due(session)):
        escalating.take(session, one)
    session.flush()
    if sys.argv[3] == "after":
        session.commit()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_around_its_commit_it_escalates_once_all_the_same(
    tmp_path: Path, writer: Writer, database: Database, clock: FrozenClock, case: Case, when: str
) -> None:
    clock.advance(5 * HOUR)
    url = database.url.render_as_string(hide_password=False)
    died = subprocess.run([sys.executable, "-c", CHILD, url, clock.now().isoformat(), when])
    assert died.returncode == -signal.SIGKILL
    assert len(letters(database)) == (when == "after")
    look(writer)
    assert len(letters(database)) == 1
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Escalation)) == 1


def test_a_reminder_goes_to_a_program_as_facts(
    writer: Writer, database: Database, clock: FrozenClock, case: Case
) -> None:
    def by_program(session: Session) -> None:
        mia = User(name="Mia", email="mia@shop.example", role=Role.OWNER)
        mia.created_at = session.now()
        alba = session.scalars(sa.select(Supplier)).one()
        url, place = "https://alba.example/in", ("endpoint", "default")
        choosing.by_program(session, alba, url, place=place, by=session.put(mia))

    writer.run_blocking(by_program)
    clock.advance(4 * HOUR)
    assert look(writer) == 1
    with database.reading() as session:
        sent = session.scalars(sa.select(Delivery).where(Delivery.key.like("escalation:%"))).one()
        can = Capabilities(text_limit=500_000)
        said = json.loads(finish(session, sent, Content.from_json(sent.content), can=can).text)
    assert said["type"] == "case.reminded"
    assert said["data"]["case"] == str(case.id)
    assert said["data"]["answer_by"]

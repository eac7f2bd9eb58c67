"""Ask, suggest, auto: who may go alone, and what is asked first."""

from itertools import count
from uuid import UUID

import pytest
import sqlalchemy as sa

from bot.accounts.models import Role, User
from bot.db import Session
from bot.errors import InvalidInput
from bot.inbox.models import Signal
from bot.outbox.models import About, Delivery
from bot.reviewing import queue, service, trust
from bot.reviewing.models import Mode
from bot.reviewing.sampling import SAMPLE, at_least, is_sampled
from bot.reviewing.service import Put
from bot.suppliers.models import Case
from bot.suppliers.partners import add_supplier
from bot.understanding import Kind
from tests.inbox.talk import say
from tests.suppliers.shop import open_shop

LID = "Please make the lid of the kettle dishwasher-safe."


@pytest.fixture
def staff(session: Session) -> User:
    open_shop(session)
    add_supplier(session, "Alba", "a@alba.example", brands=["Alba"])
    return session.put(
        User(name="Mia", email="mia@shop.example", role=Role.OWNER, created_at=session.now())
    )


@pytest.mark.parametrize(
    ("right", "of", "low"),
    [
        (0, 0, 0.0),
        (10, 10, 0.722),
        (35, 35, 0.901),  # the fewest that reach .9 without an error
        (90, 100, 0.826),
    ],
)
def test_the_lower_end_of_wilson_s_interval(right: int, of: int, low: float) -> None:
    assert at_least(right, of) == pytest.approx(low, abs=0.001)


def test_one_in_so_many_is_in_the_sample() -> None:
    ids = [UUID(int=number << 64 | 7) for number in range(8_000)]
    assert sum(map(is_sampled, ids)) == pytest.approx(8_000 / SAMPLE, rel=0.1)


def test_asked_first_nothing_reaches_a_partner_before_a_person_says_yes(
    session: Session, staff: User
) -> None:
    trust.set_mode(session, Kind.SUGGESTION, Mode.ASK, 0.9, by=staff)
    say(session, LID)
    letters = sa.select(Delivery).where(Delivery.about == About.CASE)
    assert session.scalars(sa.select(Case)).all() == []
    assert session.scalars(letters).all() == []
    waits = queue.next_item(session)
    assert waits is not None
    assert waits.why == "held"
    service.correct(session, waits.signal, Put(kind=Kind.SUGGESTION), by=staff)
    assert len(session.scalars(sa.select(Case)).all()) == 1
    assert len(session.scalars(letters).all()) == 1


def test_by_default_it_is_done_at_once_and_asked_about(session: Session, staff: User) -> None:
    say(session, LID)
    assert len(session.scalars(sa.select(Case)).all()) == 1
    assert queue.waiting(session) == 1


def review(session: Session, staff: User, right: int, wrong: int = 0) -> None:
    """Of the random sample, so many are confirmed and so many put right."""
    numbers = count()
    for wanted in [Kind.SUGGESTION] * right + [Kind.CHATTER] * wrong:
        while True:
            message = say(session, LID, by=f"P{next(numbers)}")
            signal = session.scalars(sa.select(Signal).filter_by(message_id=message.id)).one()
            if is_sampled(signal.id):
                break
        service.correct(session, signal, Put(kind=wanted), by=staff)


def test_alone_only_once_the_sample_shows_it_and_no_longer_than_that(
    session: Session, staff: User
) -> None:
    with pytest.raises(InvalidInput, match="0 of 0 were right"):
        trust.set_mode(session, Kind.SUGGESTION, Mode.AUTO, 0.9, by=staff)
    review(session, staff, right=6)
    with pytest.raises(InvalidInput, match="6 of 6 were right"):
        trust.set_mode(session, Kind.SUGGESTION, Mode.AUTO, 0.9, by=staff)
    trust.set_mode(session, Kind.SUGGESTION, Mode.AUTO, 0.6, by=staff)
    assert trust.modes(session)[Kind.SUGGESTION] is Mode.AUTO
    review(session, staff, right=0, wrong=4)
    assert trust.modes(session)[Kind.SUGGESTION] is Mode.SUGGEST

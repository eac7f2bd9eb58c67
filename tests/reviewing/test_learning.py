"""What staff put right teaches: a new version, judged by what it has not learnt from."""

from collections.abc import Iterable
from itertools import cycle

import pytest
import sqlalchemy as sa

from bot.accounts.models import Role, User
from bot.db import Session
from bot.engagement.forgetting import forget_words
from bot.inbox.models import Message, Signal
from bot.reviewing import service
from bot.reviewing.learning import layer_in_use, learn, use
from bot.reviewing.models import Correction, Field, Lesson
from bot.reviewing.sampling import is_held_out
from bot.reviewing.service import Put
from bot.suggestions.models import Voice
from bot.suppliers.models import Case
from bot.understanding import Kind, understand
from tests.inbox.talk import say
from tests.suppliers.shop import open_shop

LANGUAGES = ("en", "de")
THINGS = "kettle pan lid tin spoon mug bowl jug tray cup board rack dish knob hook stand".split()
CHEER = "The {} has landed, hurrah for us all today."


@pytest.fixture
def staff(session: Session) -> User:
    open_shop(session)
    return session.put(
        User(name="Mia", email="mia@shop.example", role=Role.OWNER, created_at=session.now())
    )


def signals(session: Session, texts: Iterable[str]) -> list[Signal]:
    said = [say(session, text, by=f"P{number}") for number, text in enumerate(texts)]
    found = sa.select(Signal).where(Signal.message_id.in_([one.id for one in said]))
    return list(session.scalars(found.order_by(Signal.id)))


def cheers(session: Session, staff: User, kind: Kind) -> list[Signal]:
    found = enough(session, CHEER)
    for signal in found:
        service.correct(session, signal, Put(kind=kind), by=staff)
    return found


def enough(session: Session, text: str) -> list[Signal]:
    """Said of one thing after another, until chance has held five of them back, and not ten."""
    found: list[Signal] = []
    for thing in cycle(THINGS):
        held = [is_held_out(signal.id) for signal in found]
        if sum(held) >= 5 and len(held) - sum(held) >= 10:
            break
        found += signals(session, [text.format(thing)])
    return found


def surely(session: Session, text: str, kind: Kind) -> float:
    layer = layer_in_use(session)
    return max((s.confidence for s in understand(text, layer=layer) if s.kind is kind), default=0.0)


def test_what_was_put_right_is_understood_from_the_next_message_on(
    session: Session, staff: User
) -> None:
    unheard = CHEER.format("ladle")
    before = understand(unheard)[0].kind
    wanted = next(kind for kind in (Kind.PRAISE, Kind.CHATTER) if kind is not before)
    cheers(session, staff, wanted)
    lesson = learn(session, LANGUAGES)
    assert lesson is not None
    assert lesson.in_use
    assert lesson.right > lesson.right_before
    assert signals(session, [unheard])[0].kind is wanted


def test_a_version_that_is_worse_on_what_was_held_back_is_not_used(
    session: Session, staff: User
) -> None:
    """Those held back say praise, those learnt from are made to say the opposite."""
    for signal in enough(session, "I love this {}, thank you!"):
        wrong = Kind.PRAISE if is_held_out(signal.id) else Kind.PROBLEM
        service.correct(session, signal, Put(kind=wrong), by=staff)
    lesson = learn(session, LANGUAGES)
    assert lesson is not None
    assert not lesson.in_use
    assert lesson.surprise > lesson.surprise_before
    assert layer_in_use(session) is None


def test_an_earlier_version_can_be_taken_back_into_use(session: Session, staff: User) -> None:
    cheers(session, staff, Kind.PRAISE)
    first = learn(session, LANGUAGES)
    assert first is not None
    use(session, 0, by=staff)
    assert layer_in_use(session) is None
    use(session, first.number, by=staff)
    assert session.scalars(sa.select(Lesson.number).where(Lesson.in_use)).all() == [first.number]


def test_nothing_is_learnt_from_what_was_forgotten(session: Session, staff: User) -> None:
    for signal in cheers(session, staff, Kind.PRAISE):
        message = session.need(Message, signal.message_id)
        message.text = ""
        forget_words(session, message)
    session.flush()
    assert learn(session, LANGUAGES) is None


def test_undoing_puts_everything_back(session: Session, staff: User) -> None:
    signal = signals(session, ["Please make the kettle lid dishwasher-safe."])[0]
    was = (signal.kind, signal.facet, signal.product_id)
    put = Put(kind=Kind.QUESTION, product="")
    assert service.correct(session, signal, put, by=staff).changed
    service.correct(session, signal, Put(kind=Kind.PRAISE), by=staff)
    noted = session.scalars(sa.select(Correction).filter_by(field=Field.KIND)).one()
    assert (noted.was, noted.became) == (Kind.SUGGESTION, Kind.PRAISE)
    service.undo(session, signal, by=staff)
    assert (signal.kind, signal.facet, signal.product_id) == was
    assert session.scalars(sa.select(Correction)).all() == []


def test_what_turns_out_to_be_a_suggestion_opens_one(session: Session, staff: User) -> None:
    signal = signals(session, ["I love this kettle, thank you!"])[0]
    assert session.scalars(sa.select(Voice)).all() == []
    done = service.correct(session, signal, Put(kind=Kind.WISH), by=staff)
    assert session.scalars(sa.select(Voice)).one().suggestion_id == done.opened
    assert session.scalars(sa.select(Case)).one().suggestion_id == done.opened

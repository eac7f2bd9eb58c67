"""The sample shop: a month of life, made by the real services, and gone in one step."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapters.webchat.service import community, hear
from adapters.webchat.translate import Saying, Visitor, to_event
from bot import sample
from bot.all_models import metadata
from bot.clock import SystemClock
from bot.db import Database, Session
from bot.db.upgrade import upgrade
from bot.engagement.handling import keep
from bot.engagement.reading import read
from bot.engagement.telling import Voices
from bot.errors import InvalidInput
from bot.inbox.models import Event, EventState, Message
from bot.outbox.models import Delivery, DeliveryState
from bot.settings import Settings
from bot.suggestions.models import Suggestion, Voice
from bot.suppliers.models import Answer, Case, CaseState, Decision, Role, Supplier
from content_calendar.models import Post, Stage


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, database=database_url, shop=sample.SHOP)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """The shop's, under the real clock."""
    database = Database(settings.database_url)
    upgrade(database)
    with database.session(database.writers) as session:
        community(session)  # there from the first start
        session.commit()
    yield database
    database.close()


def put_in(settings: Settings) -> list[float]:
    shares: list[float] = []
    assert sample.put_in(settings, SystemClock(), shares.append)
    return shares


def counts(session: Session) -> dict[str, int]:
    """Rows by table, of those that have any."""
    found = {
        table.name: session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in metadata.sorted_tables
    }
    return {name: count for name, count in found.items() if count}


def test_a_month_of_life_stands_there_once_and_goes_in_one_step(
    settings: Settings, database: Database
) -> None:
    """One test, because a month takes its seconds."""
    with database.reading() as session:
        empty = counts(session)
    shares = put_in(settings)
    assert (shares, shares[-1]) == (sorted(shares), 1.0)
    with database.reading() as session:
        is_believable(session)
        was_understood_answered_and_told(session)
        full = counts(session)
    assert not sample.put_in(settings, SystemClock(), lambda share: None)
    with database.reading() as session:
        assert counts(session) == full
    removed = remove(database)
    tries = full["attempt"]  # they go with their deliveries
    assert removed == sum(full.values()) - tries - sum(empty.values())
    with database.reading() as session:
        assert not sample.is_in(session)
        assert counts(session) == empty


def is_believable(session: Session) -> None:
    there = counts(session)
    assert there["product"] == 40
    assert there["message"] > 100
    assert there["person"] > 30
    roles = Counter(session.scalars(sa.select(Supplier.role)))
    assert roles == {Role.SUPPLIER: 3, Role.FULFILMENT: 1, Role.STORE: 1}
    assert set(session.scalars(sa.select(Case.state))) == set(CaseState)
    assert session.scalar(sa.select(Case.id).where(Case.supplier_id.is_(None)).limit(1))
    assert set(session.scalars(sa.select(Post.stage))) == set(Stage)
    most = sa.select(sa.func.count()).select_from(Voice).group_by(Voice.suggestion_id)
    assert max(session.scalars(most)) >= 4


def was_understood_answered_and_told(session: Session) -> None:
    states = Counter(session.scalars(sa.select(Event.state)))
    assert states[EventState.QUARANTINED] == 1
    assert set(states) == {EventState.DONE, EventState.QUARANTINED}
    untold = sa.select(Decision.id).where(Decision.told_at.is_(None))
    assert session.scalar(untold.limit(1)) is None
    assert session.scalar(sa.select(Answer.words)) == "The wire, where it meets the lid."
    waits = sa.select(Message.id).where(Message.wants_person, Message.answered_at.is_(None))
    assert session.scalar(waits.limit(1)) is not None
    now = session.now()
    assert all(at < now for at in session.scalars(sa.select(Message.said_at)))
    leaving = {
        state: [
            at
            for it, at in session.execute(sa.select(Delivery.state, Delivery.due_at))
            if it is state
        ]
        for state in DeliveryState
    }
    assert len(leaving[DeliveryState.HELD]) == 1
    assert min(leaving[DeliveryState.PENDING]) > now
    assert {state for state, found in leaving.items() if found} == {
        DeliveryState.SENT,
        DeliveryState.PENDING,
        DeliveryState.HELD,
    }


def test_what_others_put_in_stays(settings: Settings, database: Database) -> None:
    put_in(settings)
    with database.session(database.writers) as session:
        _say(session, "Please give the linen apron a waterproof lining")
        _say(session, "A set of four trail mugs would be a great present")
        session.commit()
    with database.reading() as session:
        before = session.scalars(
            sa.select(Suggestion.id).where(Suggestion.words.contains("lining"))
        )
        [mine] = before.all()
    remove(database)
    with database.reading() as session:
        assert counts(session)["message"] == 2
        assert counts(session)["person"] == 1
        suggestion = session.need(Suggestion, mine)
        assert suggestion.product_id is None  # the apron was the sample's
        assert {*session.scalars(sa.select(Suggestion.id))} == {mine}  # and so was the set of mugs


def remove(database: Database) -> int:
    with database.session(database.writers) as session:
        gone = sample.remove(session)
        session.commit()
    return gone


def test_an_installation_that_is_lived_in_is_left_alone(
    settings: Settings, database: Database
) -> None:
    with database.session(database.writers) as session:
        _say(session, "Hello")
        session.commit()
    with pytest.raises(InvalidInput, match="of its own"):
        sample.put_in(settings, SystemClock(), lambda share: None)


def _say(session: Session, text: str) -> None:
    visitor = Visitor(secret="0" * 32, name="Ada")
    hear(session, to_event(visitor, Saying(text=text, once=text), session.now()))
    keep(session, read(session, most=10, languages=("en",)), Voices(languages=("en",), shop="x"))

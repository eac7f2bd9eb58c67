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
from bot.products.models import Product
from bot.settings import Settings
from bot.suggestions.models import Voice
from bot.suppliers.models import Answer, Case, CaseState, Decision, Role, Supplier
from content_calendar.models import Campaign, Post, Series, Stage


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, database=database_url, shop=sample.SHOP)  # type: ignore[arg-type]  # pydantic makes it secret


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """The shop's, under the real clock."""
    database = Database(settings.database_url)
    upgrade(database)
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


def test_a_believable_shop_stands_there(settings: Settings, database: Database) -> None:
    shares = put_in(settings)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    with database.reading() as session:
        there = counts(session)
        roles = Counter(session.scalars(sa.select(Supplier.role)))
        assert roles == {Role.SUPPLIER: 3, Role.FULFILMENT: 1, Role.STORE: 1}
        assert there["product"] == 40
        assert there["message"] > 100
        assert there["person"] > 30
        assert there["series"] == session.scalar(sa.select(sa.func.count()).select_from(Series))
        assert set(session.scalars(sa.select(Case.state))) == set(CaseState)
        assert session.scalar(sa.select(Case.id).where(Case.supplier_id.is_(None)).limit(1))
        assert {*session.scalars(sa.select(Post.stage))} == set(Stage)
        assert there["campaign"] > 1
        assert session.scalar(sa.select(Campaign.id).limit(1))


def test_it_was_all_understood_answered_and_told(settings: Settings, database: Database) -> None:
    put_in(settings)
    with database.reading() as session:
        assert set(session.scalars(sa.select(Event.state))) == {
            EventState.DONE,
            EventState.QUARANTINED,
        }
        untold = sa.select(Decision.id).where(Decision.told_at.is_(None))
        assert session.scalar(untold.limit(1)) is None
        assert session.scalar(sa.select(Answer.words)) == "The wire, where it meets the lid."
        most = sa.select(sa.func.count()).select_from(Voice).group_by(Voice.suggestion_id)
        assert max(session.scalars(most)) >= 4
        waits = sa.select(Message.id).where(Message.wants_person, Message.answered_at.is_(None))
        assert session.scalar(waits.limit(1)) is not None
        states = Counter(session.scalars(sa.select(Delivery.state)))
        assert set(states) == {DeliveryState.SENT, DeliveryState.PENDING, DeliveryState.HELD}
        assert states[DeliveryState.HELD] == 1
        now = database.clock.now()
        assert all(due > now for due in session.scalars(sa.select(Delivery.due_at).filter_by(
            state=DeliveryState.PENDING
        )))
        assert all(said < now for said in session.scalars(sa.select(Message.said_at)))


def test_putting_it_in_twice_does_nothing_twice(settings: Settings, database: Database) -> None:
    put_in(settings)
    with database.reading() as session:
        before = counts(session)
    assert not sample.put_in(settings, SystemClock(), lambda share: None)
    with database.reading() as session:
        assert counts(session) == before


def test_it_goes_in_one_step_and_leaves_nothing(settings: Settings, database: Database) -> None:
    with database.reading() as session:
        before = counts(session)
    put_in(settings)
    with database.session(database.writers) as session:
        assert sample.remove(session) > 1000
        session.commit()
    with database.reading() as session:
        assert not sample.is_in(session)
        # The chat's own channel stays, which a running Hubbub makes anyway.
        after = counts(session)
        assert {k: v for k, v in after.items() if k != "channel"} == before


def test_what_others_put_in_stays(settings: Settings, database: Database) -> None:
    with database.session(database.writers) as session:
        community(session)
        session.commit()
    put_in(settings)
    with database.session(database.writers) as session:
        _say(session, "I wish the linen apron had a waterproof lining")
        _say(session, "Please make the lid dishwasher-safe")
        mine = session.put(Product(sku="X", name="Mine", brand_id=_brand(session), aliases=[]))
        session.commit()
    with database.session(database.writers) as session:
        sample.remove(session)
        session.commit()
    with database.reading() as session:
        said = list(session.scalars(sa.select(Message.text)))
        assert sorted(said) == [
            "I wish the linen apron had a waterproof lining",
            "Please make the lid dishwasher-safe",
        ]
        assert session.find(Product, mine.id) is None  # its brand was the sample's


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


def _brand(session: Session) -> object:
    return session.scalars(sa.select(Product.brand_id).limit(1)).one()

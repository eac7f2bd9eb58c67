"""A session sees, changes and deletes the rows of its own workspace only."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from bot.channels.models import Channel
from bot.channels.service import ensure
from bot.clock import Ids
from bot.db import Database, Session, insert_new
from bot.errors import NotFound
from bot.members.models import Member
from bot.members.service import meet
from bot.networks import Author

_SAME = ("network", "account", "remote_id")


def a_channel(session: Session, remote_id: str = "lounge") -> Channel:
    return ensure(session, network="sandbox", account="main", remote_id=remote_id)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.session(database.writers) as session:
        yield session


@pytest.fixture
def others(database: Database) -> Iterator[Channel]:
    """A channel of another workspace, with the same ids on its network."""
    elsewhere = Database(
        database.url.render_as_string(hide_password=False), workspace=2, clock=database.clock
    )
    with elsewhere.session(elsewhere.writers) as session:
        channel = a_channel(session)
        meet(session, network="sandbox", account="main", author=Author(id="ada", name="Ada"))
        session.commit()
        yield channel
    elsewhere.close()


def everywhere(session: Session) -> list[tuple[int, str]]:
    """Names by workspace, past every filter."""
    table = sa.inspect(Channel).local_table
    found = session.connection().execute(sa.select(table.c.workspace_id, table.c.name))
    return [(workspace, name) for workspace, name in found]


def test_others_are_not_found(session: Session, others: Channel) -> None:
    assert session.find(Channel, others.id) is None
    with pytest.raises(NotFound):
        session.need(Channel, others.id)


def test_others_are_not_selected_nor_counted_nor_joined(session: Session, others: Channel) -> None:
    mine = a_channel(session)
    assert session.scalars(sa.select(Channel)).all() == [mine]
    assert session.scalar(sa.select(sa.func.count()).select_from(Channel)) == 1
    assert session.scalars(sa.select(Channel.id)).all() == [mine.id]
    pairs = sa.select(Channel.id, Member.id).join(Member, Member.network == Channel.network)
    assert session.execute(pairs).all() == []
    assert not session.scalar(sa.select(sa.exists().where(Channel.id == others.id)))


def test_others_are_not_updated(session: Session, others: Channel) -> None:
    a_channel(session)
    session.execute(sa.update(Channel).values(name="mine"))
    assert sorted(everywhere(session)) == [(1, "mine"), (2, "lounge")]


def test_others_are_not_deleted(session: Session, others: Channel) -> None:
    a_channel(session)
    session.execute(sa.delete(Channel))
    assert everywhere(session) == [(2, "lounge")]


def test_the_same_id_of_a_network_is_another_row_here(session: Session, others: Channel) -> None:
    assert a_channel(session).id != others.id
    assert len(everywhere(session)) == 2


def test_put_fills_the_keys_in_so_that_others_may_refer_to_it(session: Session) -> None:
    channel = session.put(Channel(network="sandbox", account="main", remote_id="a", name="a"))
    assert channel.workspace_id == session.workspace
    assert session.find(Channel, channel.id) is channel


def test_an_id_that_nobody_has_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        session.need(Channel, Ids(session.clock).new())


def test_what_a_reader_writes_is_thrown_away(database: Database) -> None:
    with database.reading() as session:
        a_channel(session)
    with database.reading() as session:
        assert session.scalars(sa.select(Channel)).all() == []


def test_a_reader_sees_one_moment(database: Database) -> None:
    """On SQLite; PostgreSQL's readers see each statement's moment."""
    with database.reading() as reader:
        reader.scalars(sa.select(Channel)).all()
        with database.session(database.writers) as session:
            a_channel(session)
            session.commit()
        now_there = len(reader.scalars(sa.select(Channel)).all())
    assert now_there == (0 if database.is_sqlite else 1)


def test_inserting_gives_only_what_was_not_there(session: Session) -> None:
    rows = [{"network": "n", "account": "a", "remote_id": id, "name": id} for id in "abc"]
    first = insert_new(session, Channel, rows[:2], unique=_SAME)
    second = insert_new(session, Channel, rows, unique=_SAME)
    assert (len(first), len(second)) == (2, 1)
    assert insert_new(session, Channel, [], unique=_SAME) == set()
    assert len(everywhere(session)) == 3

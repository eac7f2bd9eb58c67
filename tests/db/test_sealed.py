"""What is sealed: unreadable in the database, openable with the keys beside it, and only those."""

import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.accounts import second_factor, service
from bot.accounts.models import Role, SecondFactor, User
from bot.db import Database, KeyRing, Session
from bot.db.resealing import prepare
from bot.db.sealed import CannotUnseal
from bot.errors import Conflict
from tests import rooms


def with_a_secret(database: Database) -> str:
    """Somebody's second factor, committed; gives its secret."""
    with database.session(database.writers) as session:
        service.invite(session, "Mia", "mia@shop.example", Role.OWNER)
        user = session.scalars(sa.select(User)).one()
        second_factor.begin(session, user)
        session.commit()
        secret = second_factor.pending(session, user.id)
    assert secret
    return secret


def another(database: Database) -> Database:
    """The same database as another process has it open."""
    assert database.keys is not None
    url = database.url.render_as_string(hide_password=False)
    return Database(url, keys=KeyRing(database.keys.path))


def read(database: Database) -> str:
    with database.reading() as session:
        return session.scalars(sa.select(SecondFactor.secret)).one()


def test_the_database_holds_nothing_that_can_be_read(database: Database) -> None:
    secret = with_a_secret(database)
    with database.readers.connect() as connection:
        raw = connection.scalars(sa.text("SELECT secret FROM second_factor")).one()
    assert secret.encode() not in bytes(raw)
    assert read(database) == secret


def test_the_file_is_its_owners_alone_and_stays_as_it_was_made(tmp_path: Path) -> None:
    keys = KeyRing(tmp_path / "deep" / "sealing.keys")
    keys.make()
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o600
    before = keys.path.read_bytes()
    KeyRing(keys.path).make()
    assert keys.path.read_bytes() == before


def test_a_first_key_is_made_only_where_nothing_is_sealed(database: Database) -> None:
    assert database.keys is not None
    database.keys.path.unlink()
    prepare(database)
    with_a_secret(database)
    database.keys.path.unlink()
    prepare(database)
    assert not database.keys.path.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is missing, and without it no secret"),
        (b"", "is damaged: it must hold a key on each line"),
        (b"not a key\n", "is damaged"),
        (b"B" * 43 + b"=\n", "sealed under a key that is not in"),
    ],
)
def test_without_the_right_keys_there_is_a_sentence_with_the_next_step(
    database: Database, content: bytes | None, said: str
) -> None:
    assert database.keys is not None
    with_a_secret(database)
    database.keys.path.unlink()
    if content is not None:
        database.keys.path.write_bytes(content)
    again = another(database)
    with pytest.raises(CannotUnseal, match=said) as trouble:
        read(again)
    assert "Put " in str(trouble.value)
    again.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_opened_without_keys_says_so(database_url: str) -> None:
    database = rooms.open_database(database_url)
    with pytest.raises(CannotUnseal, match="without the keys"):
        with_a_secret(database)
    database.close()


def test_a_new_key_of_another_process_is_seen_at_once(session: Session, keys: KeyRing) -> None:
    other = KeyRing(keys.path)
    sealed = keys.seal("old")
    with other.held():
        other.turn()
    assert other.is_newest(keys.seal("new"))
    assert other.open(sealed) == "old"
    assert keys.open(other.seal("theirs")) == "theirs"
    with other.held():
        other.forget_old()
    fresh = other.seal("newest")
    assert keys.open(fresh) == "newest"


def test_only_one_at_a_time_changes_the_keys(keys: KeyRing) -> None:
    with keys.held(), pytest.raises(Conflict, match="Wait until it is done"), keys.held():
        pass
    with keys.held():
        pass

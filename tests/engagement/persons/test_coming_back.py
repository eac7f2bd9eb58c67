"""A back-up from before brings nobody back who was erased since; their words give way to the next
person's."""

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.all_models import metadata
from bot.clock import FrozenClock
from bot.db import Database, KeyRing, Writer
from bot.db.backup import make
from bot.db.upgrade import upgrade
from bot.engagement import erasing
from bot.engagement.models import Erasure
from bot.engagement.persons import journal
from bot.engagement.telling import finish_erasures
from bot.members.models import Member
from bot.restoring import put_back
from bot.suggestions.models import Suggestion, Voice
from tests.databases import sqlite_url
from tests.engagement.persons.linked import Linked

NAME = "Ottilie"
SECRETS = (NAME, NAME.casefold(), "Elm Street")
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def database(database_url: str, clock: FrozenClock, keys: KeyRing) -> Iterator[Database]:
    """Made anew for each: a restore moves it."""
    database = Database(database_url, clock=clock, keys=keys)
    upgrade(database)
    yield database
    database.close()


def rows_of(database: Database) -> dict[str, str]:
    with database.readers.connect() as connection:
        return {
            table.name: str(tuple(row))
            for table in metadata.sorted_tables
            for row in connection.execute(sa.select(table))
            if any(secret in str(tuple(row)) for secret in SECRETS)
        }


async def backed_up(linked: Linked, path: Path) -> tuple[int, int]:
    """She spoke on two networks, a back-up was made, then she asked to be forgotten."""
    wish = "please make the Lid Cup purple like my house in Elm Street"
    await linked.say(wish, author=NAME)
    await linked.say("please make the Lid Cup purple", author="Bob")
    await linked.alone("hello from Elm Street", f"{NAME}2", on="other")
    await linked.link(NAME, f"{NAME}2")
    make(linked.writer.database, path)
    with zipfile.ZipFile(path) as backup:  # or she could not come back by it
        assert any(NAME.encode() in backup.read(name) for name in backup.namelist())
    await linked.alone("/mydata erase", NAME)
    await linked.alone("/mydata erase yes", NAME)
    assert await finish_erasures(linked.writer) == 1
    assert rows_of(linked.writer.database) == {}
    return len(linked.all(Member)), len(linked.voices())


def counted(database: Database) -> tuple[int, int]:
    with database.reading() as session:
        return tuple(
            session.scalar(sa.select(sa.func.count()).select_from(kind)) or 0
            for kind in (Member, Voice)
        )  # type: ignore[return-value]  # of two


async def test_in_place_of_the_same_database(linked: Linked, tmp_path: Path) -> None:
    people = await backed_up(linked, tmp_path / "before.zip")
    linked.writer.stop()
    database = linked.writer.database
    put_back(tmp_path / "before.zip", database, replace=True)
    assert rows_of(database) == {}
    assert counted(database) == people
    with database.reading() as session:
        (erasure,) = session.scalars(sa.select(Erasure)).all()
        assert erasing.state_of(session, erasure.code) is True
        (suggestion,) = session.scalars(sa.select(Suggestion)).all()
        assert suggestion.words == "please make the Lid Cup purple"
        assert len(journal.read(session)) == 2
    database.close()


@ON_SQLITE
async def test_where_the_database_is_gone_the_file_knows(linked: Linked, tmp_path: Path) -> None:
    people = await backed_up(linked, tmp_path / "before.zip")
    with linked.writer.database.reading() as session:
        journal.save(journal.read(session), tmp_path)
    text = (tmp_path / journal.FILE).read_text()
    assert not [secret for secret in SECRETS if secret in text]
    assert (tmp_path / journal.FILE).stat().st_mode & 0o777 == 0o600
    fresh = Database(sqlite_url(tmp_path), clock=linked.clock)
    put_back(tmp_path / "before.zip", fresh)
    assert rows_of(fresh) == {}
    assert counted(fresh) == people
    fresh.close()


@ON_SQLITE
def test_a_damaged_line_of_the_list_loses_only_itself(tmp_path: Path, writer: Writer) -> None:
    clock = writer.database.clock
    id = writer.database.ids.new()
    one = journal.Entry(code="a", member_id=id, until=id, at=clock.now())
    journal.save([one], tmp_path)
    path = tmp_path / journal.FILE
    path.write_text("{half a li\n" + path.read_text())
    assert journal.load(tmp_path) == [one]
    journal.save([replace(one, code="b")], tmp_path)
    assert [entry.code for entry in journal.load(tmp_path)] == ["a", "b"]


@ON_SQLITE
async def test_once_they_are_gone_the_next_person_s_words_stand_in(linked: Linked) -> None:
    await linked.say("please make the Lid Cup bigger for Elm Street", author=NAME)
    await linked.say("please make the Lid Cup bigger", author="Bob")
    (before,) = linked.all(Suggestion)
    assert "Elm Street" in before.words
    await linked.alone("/mydata erase", NAME)
    await linked.alone("/mydata erase yes", NAME)
    (after,) = linked.all(Suggestion)
    voices: list[Any] = linked.voices()
    assert after.words == "please make the Lid Cup bigger"
    assert len(voices) == 2

"""What goes into a back-up comes out of it, on either engine; what is damaged is refused."""

import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import URL

from bot.accounts import service as accounts
from bot.accounts.models import AuditEntry, Role
from bot.all_models import metadata
from bot.clock import FrozenClock
from bot.db import Database, Writer
from bot.db.backup import make, opened, verify
from bot.db.backup.keeping import keep, kept
from bot.db.schema import changing, config_for, head
from bot.db.upgrade import is_current, upgrade
from bot.errors import Conflict, HubbubError, InvalidInput
from bot.outbox.models import Restoration
from bot.restoring import put_back, try_out
from tests import databases
from tests.db.backup.shelf import ODD, Shelf, rewrite, sums


@pytest.fixture
def elsewhere(database: Database, postgresql_server: URL, tmp_path: Path) -> Iterator[Database]:
    """A new database on the other engine, in which there is nothing at all."""
    if not database.is_sqlite:
        yield Database(databases.sqlite_url(tmp_path), clock=database.clock)
        return
    with databases.fresh_database(postgresql_server) as url:
        other = Database(url, clock=database.clock)
        yield other
        other.close()


def test_every_row_comes_out_as_it_went_in_on_the_other_engine_too(
    shelf: Shelf, elsewhere: Database, tmp_path: Path
) -> None:
    shelf.fill()
    path = shelf.make()
    put_back(path, elsewhere)
    assert is_current(elsewhere)
    again = make(elsewhere, tmp_path / "again.zip")
    with opened(path) as backup:
        before, after = sums(backup.manifest), sums(again)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"restoration", "audit_entry"}  # that it was restored is written down


def test_it_says_what_it_holds_and_only_its_owner_can_read_it(shelf: Shelf) -> None:
    shelf.fill("Square", "Lounge")
    path = shelf.make()
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(shelf.folder.iterdir()) == [path]
    with zipfile.ZipFile(path) as archive:
        told = json.loads(archive.read("manifest.json"))
    held = {table["shape"]["name"]: table["rows"] for table in told["tables"]}
    assert (held["channel"], held["event"], told["revision"]) == (2, 3, head())
    assert set(held) == set(metadata.tables)
    assert "secret.key" in told["holds"]


def test_a_back_up_never_takes_another_s_place(shelf: Shelf) -> None:
    path = shelf.make()
    before = path.read_bytes()
    with pytest.raises(InvalidInput, match="is there already"):
        shelf.make()
    assert path.read_bytes() == before


def test_where_there_is_no_database_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    empty = Database(databases.sqlite_url(tmp_path))
    with pytest.raises(InvalidInput, match="no database to back up"):
        make(empty, tmp_path / "one.zip")
    empty.close()


def test_verifying_restores_and_leaves_no_trace(shelf: Shelf) -> None:
    shelf.fill()
    path = shelf.make()
    before = sums(make(shelf.database, shelf.folder / "before.zip"))
    verify(path, shelf.database)
    assert sums(make(shelf.database, shelf.folder / "after.zip")) == before
    if not shelf.database.is_sqlite:
        with shelf.database.readers.connect() as connection:
            assert sa.inspect(connection).get_schema_names() == ["information_schema", "public"]


def test_what_can_t_be_is_found_although_every_row_is_there(shelf: Shelf) -> None:
    shelf.fill()  # its suggestion has nobody behind it
    with pytest.raises(HubbubError, match="1 suggestions have nobody behind them"):
        try_out(shelf.make(), shelf.database)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def flip(path: Path) -> None:
    """A byte in the packed rows of a table."""
    with zipfile.ZipFile(path) as archive:
        found = archive.getinfo("tables/event.jsonl")
    bytes_ = bytearray(path.read_bytes())
    bytes_[found.header_offset + 30 + len(found.filename) + found.compress_size // 2] ^= 0x55
    path.write_bytes(bytes_)


def lose_a_row(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        rows = archive.read("tables/event.jsonl").splitlines(keepends=True)
    rewrite(path, {"tables/event.jsonl": b"".join(rows[:-1])})


def change_a_word(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        rows = archive.read("tables/channel.jsonl")
    rewrite(path, {"tables/channel.jsonl": rows.replace(b"Square", b"Sguare")})


def lose_a_table(path: Path) -> None:
    rewrite(path, {"tables/event.jsonl": None})


def lose_the_manifest(path: Path) -> None:
    rewrite(path, {"manifest.json": None})


def told(path: Path, **changes: object) -> None:
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    rewrite(path, {"manifest.json": json.dumps(manifest | changes).encode()})


def rename_a_table(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        manifest = archive.read("manifest.json")
    rewrite(path, {"manifest.json": manifest.replace(b'"channel"', b'"chanel; DROP"')})


DAMAGE = [
    (cut, "only a part of one"),
    (empty, "only a part of one"),
    (flip, "is damaged"),
    (lose_a_row, "is damaged: event"),
    (change_a_word, "is damaged: channel"),
    (lose_a_table, "is damaged: event"),
    (lose_the_manifest, "is no back-up of Hubbub"),
    (rename_a_table, "is damaged"),
    (lambda path: told(path, tables=[]), "is damaged"),
    (lambda path: told(path, format="one"), "is no back-up of Hubbub"),
    (lambda path: told(path, revision="9999"), "made by a newer Hubbub .*schema 9999"),
    (lambda path: told(path, format=2), "made by a newer Hubbub"),
    (lambda path: path.unlink(), "There is no"),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_no_whole_back_up_is_refused(shelf: Shelf) -> None:
    shelf.fill("Square")
    whole = shelf.make()
    for number, (damage, sentence) in enumerate(DAMAGE):
        path = shelf.folder / f"damaged-{number}.zip"
        path.write_bytes(whole.read_bytes())
        damage(path)
        with pytest.raises(InvalidInput, match=sentence):
            verify(path, shelf.database)


@pytest.mark.parametrize("damage", [cut, lose_a_row])
def test_a_damaged_back_up_changes_nothing(shelf: Shelf, damage: Callable[[Path], None]) -> None:
    shelf.fill("Square")
    path = shelf.make()
    damage(path)
    with pytest.raises(InvalidInput):
        shelf.put_back(path)
    assert shelf.names() == {"Square"}


def test_a_database_with_data_is_replaced_only_when_told_and_kept_aside(shelf: Shelf) -> None:
    shelf.fill("Square")
    path = shelf.make()
    shelf.fill("Lounge")
    with pytest.raises(Conflict, match="--replace"):
        shelf.put_back(path, replace=False)
    assert shelf.names() == {"Square", "Lounge"}
    restored = shelf.put_back(path)
    assert shelf.names() == {"Square"}
    assert names_aside(shelf.database, restored.aside) == {"Square", "Lounge"}


def names_aside(database: Database, aside: str) -> set[str]:
    if database.is_sqlite:
        old = Database(f"sqlite:///{aside}")
        with old.reading() as session:
            names = set(session.execute(sa.text("SELECT name FROM channel")).scalars())
        old.close()
        return names
    with database.readers.connect() as connection:
        return set(connection.exec_driver_sql(f"SELECT name FROM {aside}.channel").scalars())


def test_nothing_is_restored_under_a_running_hubbub(shelf: Shelf) -> None:
    shelf.fill("Square")
    path = shelf.make()
    with Writer(Database(shelf.database.url.render_as_string(hide_password=False))) as running:
        running.run_blocking(lambda session: session.execute(sa.text("SELECT 1")))
        with pytest.raises(Conflict, match="Stop"):
            shelf.put_back(path)
        running.database.close()
    shelf.put_back(path)
    assert shelf.names() == {"Square"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("rest", [b"", b"garbage " * 9_000])
def test_a_damaged_file_is_replaced_and_kept_aside(shelf: Shelf, rest: bytes) -> None:
    shelf.fill("Square")
    path = shelf.make()
    shelf.database.close()
    file = Path(str(shelf.database.url.database))
    damaged = b"not a database" + rest
    file.write_bytes(damaged)
    with pytest.raises(Conflict, match="a damaged database"):
        shelf.put_back(path, replace=False)
    restored = shelf.put_back(path)
    assert shelf.names() == {"Square"}
    assert Path(restored.aside).read_bytes() == damaged


def test_old_doors_stay_shut(shelf: Shelf) -> None:
    with Writer(shelf.database) as writer:
        link, unused = (
            writer.run_blocking(partial(accounts.invite, name=who, email=who, role=Role.OWNER))
            for who in ("ada@shop.example", "bo@shop.example")
        )
        cookie = writer.run_blocking(lambda session: accounts.enter(session, link))
    path = shelf.make()
    shelf.put_back(path)
    with shelf.database.session(shelf.database.writers) as session:
        assert accounts.signed_in(session, cookie) is None
        with pytest.raises(HubbubError):
            accounts.enter(session, unused)
        entry = session.scalars(sa.select(AuditEntry).filter_by(verb="restored")).one()
        assert (entry.actor, entry.subject) == ("hubbub", Restoration.__tablename__)


def test_an_older_back_up_is_brought_to_today_s_schema(shelf: Shelf) -> None:
    """Made by the first schema, before there was a word for restores."""
    database = shelf.database
    shelf.fill("Square")
    first_schema(database)
    path = shelf.make()
    with opened(path) as backup:
        assert backup.manifest.revision == "0001"
    shelf.put_back(path)
    assert is_current(database)
    assert shelf.names() == {"Square"}


def first_schema(database: Database) -> None:
    with changing(database) as connection:
        command.downgrade(config_for(connection), "0001")


def test_before_an_upgrade_what_there_is_is_copied(shelf: Shelf) -> None:
    shelf.fill(ODD)
    first_schema(shelf.database)
    upgrade(shelf.database, copies=shelf.folder)
    [copy] = kept(shelf.folder)
    assert copy.path.name == "before-upgrade-0001-20260302-090000.zip"
    with opened(copy.path) as backup:
        assert backup.manifest.revision == "0001"
    verify(copy.path, shelf.database)
    upgrade(shelf.database, copies=shelf.folder)
    assert len(kept(shelf.folder)) == 1  # nothing was missing any more


def test_without_a_copy_there_is_no_upgrade_unless_told(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.fill()
    first_schema(shelf.database)
    monkeypatch.setattr("bot.db.backup.files.RESERVE", 10**18)  # more than any disk has
    with pytest.raises(HubbubError, match=r"too little room .*--without-copy"):
        upgrade(shelf.database, copies=shelf.folder)
    assert not is_current(shelf.database)
    assert list(shelf.folder.iterdir()) == []
    upgrade(shelf.database)
    assert is_current(shelf.database)


def test_the_newest_few_are_kept_of_each_kind(shelf: Shelf, clock: FrozenClock) -> None:
    for _ in range(5):
        keep(shelf.database, shelf.folder, most=2)
        keep(shelf.database, shelf.folder, "before-upgrade-0001-", most=2)
        clock.advance(timedelta(days=1))
    found = [(one.regular, one.made_at.day) for one in kept(shelf.folder)]
    assert sorted(found) == [(False, 4), (False, 5), (False, 6), (True, 5), (True, 6)]


def test_half_a_file_of_a_dead_process_is_swept_away(shelf: Shelf) -> None:
    shelf.folder.mkdir()
    (shelf.folder / ".hubbub-20260101-000000.zip.7.part").write_bytes(b"half")
    path = keep(shelf.database, shelf.folder)
    assert [*shelf.folder.iterdir()] == [path]

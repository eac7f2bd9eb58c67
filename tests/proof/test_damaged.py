"""A damaged database is refused with the next step named, or is right; never quietly wrong."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from bot.all_models import metadata
from bot.cli import app
from bot.clock import FrozenClock
from bot.db import Database, Session, Writer
from bot.db.upgrade import upgrade
from bot.errors import HubbubError
from bot.inbox.service import receive
from tests import rooms
from tests.engagement.community import Community

# `make fault-test` flips more.
FLIPS = int(os.environ.get("HUBBUB_TEST_FLIPS", "40"))
STEPS = ("hubbub db restore", "Put it back")
SAID = "please make the lid cup dishwasher-safe"

Rows = dict[str, Counter[tuple[Any, ...]]]  # by table


def fill(folder: Path, *, killed: bool) -> None:
    """A shop's database in ``folder``; ``killed``: what came last is in the log beside it only."""
    clock = FrozenClock(rooms.START)
    database = Database(f"sqlite:///{folder}/live.db", clock=clock)
    upgrade(database)
    with Writer(database) as writer:
        community = Community(writer, clock)
        for number in range(3):
            events = [
                community.network.event(f"{SAID}, says {number}", author=f"P{who}")
                for who in range(15)
            ]
            writer.run_blocking(lambda session, events=events: receive(session, events))  # type: ignore[misc]  # lambda defaults
            asyncio.run(community.listening.read_new())
            asyncio.run(community.postman.deliver_due())
    if not killed:
        database.close()
    for file in folder.glob("live.db*"):
        shutil.copy(file, folder / file.name.replace("live", "hubbub"))
    database.close()


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("closed")
    fill(folder, killed=False)
    return folder


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed")
    fill(folder, killed=True)
    assert (folder / "hubbub.db-wal").stat().st_size > 100_000
    return folder


def copy(whole: Path, folder: Path) -> Path:
    """The database in ``folder``, to be damaged."""
    for file in whole.glob("hubbub.db*"):
        shutil.copy(file, folder)
    return folder / "hubbub.db"


def opened(file: Path) -> Rows | str:
    """Everything in it, or the sentence with which it is refused."""
    database = Database(f"sqlite:///{file}")
    try:
        upgrade(database)
        with database.reading() as session:
            return {table.name: rows_of(session, table) for table in metadata.sorted_tables}
    except HubbubError as error:
        return str(error)
    finally:
        database.close()


def rows_of(session: Session, table: sa.Table) -> Counter[tuple[Any, ...]]:
    """As they are stored. In brackets: what is quoted and no column is a text to SQLite."""
    columns = ", ".join(f"[{column.name}]" for column in table.columns)
    rows = session.connection().exec_driver_sql(f"SELECT {columns} FROM [{table.name}]")
    return Counter(tuple(row) for row in rows)


def overwrite(file: Path, at: int, what: bytes) -> None:
    with file.open("r+b") as opened:
        opened.seek(at)
        opened.write(what)


def cut(file: Path, share: float) -> None:
    os.truncate(file, int(file.stat().st_size * share))


def beside(file: Path, what: str) -> Path:
    return file.with_name(f"{file.name}-{what}")


REFUSED: dict[str, Callable[[Path], object]] = {
    "cut to nothing": lambda file: cut(file, 0),
    "cut in half": lambda file: cut(file, 0.5),
    "its last bytes are gone": lambda file: cut(file, 0.999),
    "garbage": lambda file: file.write_bytes(Random(1).randbytes(50_000)),
    "a text": lambda file: file.write_text("id,name\n1,Ada\n" * 1000),
    "another header": lambda file: overwrite(file, 0, b"SQLite format 4\0"),
    "another page size": lambda file: overwrite(file, 16, b"\x02\x00"),
    "a page of zeros": lambda file: overwrite(file, 4096 * 5, bytes(4096)),
    "the first page is zeros": lambda file: overwrite(file, 0, bytes(4096)),
}


@pytest.mark.parametrize("damage", REFUSED)
def test_what_can_not_be_read_is_refused_with_the_next_step(
    damage: str, closed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = copy(closed, tmp_path)
    REFUSED[damage](file)
    before = file.read_bytes()
    said = opened(file)
    assert isinstance(said, str) and any(step in said for step in STEPS), said
    monkeypatch.setenv("HUBBUB_DATA", str(tmp_path))
    for words in (["db", "status"], ["run", "--port", "0"], ["export", "products"]):
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 1
        assert any(step in result.stderr for step in STEPS)
        assert "Traceback" not in result.output
    assert file.read_bytes() == before, "nobody has touched it"


def test_looking_at_the_log_leaves_the_locks_of_sqlite_in_place(
    killed: Path, tmp_path: Path
) -> None:
    """Else the next program that opens the file cuts the index off, and this one dies of it."""
    file = copy(killed, tmp_path)
    database = Database(f"sqlite:///{file}")
    try:
        upgrade(database)
        with database.reading() as session:
            session.execute(sa.text("SELECT count(*) FROM delivery"))
            assert "BlockingIOError" in try_to_be_the_first(beside(file, "shm"))
    finally:
        database.close()


def try_to_be_the_first(index: Path) -> str:
    """What is said to a process that asks for the lock of whoever opens the database first:
    https://sqlite.org/src/file/src/os_unix.c (UNIX_SHM_DMS, byte 128)."""
    lock = "fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 128)"
    command = [sys.executable, "-c", f"import fcntl, sys; {lock}", str(index)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def test_without_its_log_it_is_refused_and_goes_on_when_told_to(
    killed: Path, tmp_path: Path
) -> None:
    whole, file = opened(copy(killed, tmp_path)), copy(killed, tmp_path)
    beside(file, "wal").unlink()
    said = opened(file)
    assert isinstance(said, str) and "hubbub.db-wal is missing" in said
    shutil.copy(beside(killed / "hubbub.db", "wal"), tmp_path)
    assert opened(file) == whole, "put back, nothing is lost"
    file = copy(killed, tmp_path)
    beside(file, "wal").unlink()
    beside(file, "shm").unlink()
    assert isinstance(opened(file), dict)


def test_a_log_cut_off_holds_everything_before_the_cut(killed: Path, tmp_path: Path) -> None:
    """As a power cut leaves it: a beginning of what happened, never a mixture."""
    events = []
    for share in (1.0, 0.9, 0.5, 0.2):
        file = copy(killed, tmp_path)
        cut(beside(file, "wal"), share)
        rows = opened(file)
        assert isinstance(rows, dict)
        events.append(rows["event"].total())
    assert events == sorted(events, reverse=True)


def test_flipped_bytes_are_seen_or_stay_in_one_row(closed: Path, tmp_path: Path) -> None:
    """A third of them in the header. SQLite keeps no checksums of its pages: a letter changed
    inside a text that no index holds is all that may go unseen."""
    chance, whole = Random(5), opened(closed / "hubbub.db")
    assert isinstance(whole, dict)
    outcomes = Counter[str]()
    for _ in range(FLIPS):
        file = copy(closed, tmp_path)
        at = chance.randrange(100 if chance.random() < 1 / 3 else file.stat().st_size)
        flip(file, at, chance)
        rows = opened(file)
        if isinstance(rows, str):
            assert any(step in rows for step in STEPS), f"byte {at}: {rows}"
            outcomes["refused"] += 1
        else:
            changed = sum((whole[name] - rows[name]).total() for name in whole)
            assert changed <= 1, f"byte {at}"
            outcomes["one row" if changed else "right"] += 1
    assert outcomes["refused"] > outcomes["one row"]


def test_flipped_bytes_of_the_log_lose_the_last_commit_at_most(
    killed: Path, tmp_path: Path
) -> None:
    """SQLite alone would go on with a part of it and say nothing."""
    chance, whole = Random(6), opened(copy(killed, tmp_path))
    assert isinstance(whole, dict)
    outcomes = Counter[bool]()
    for _ in range(FLIPS // 4):
        file = copy(killed, tmp_path)
        log = beside(file, "wal")
        flip(log, chance.randrange(log.stat().st_size), chance)
        rows = opened(file)
        outcomes[isinstance(rows, str)] += 1
        assert STEPS[0] in rows if isinstance(rows, str) else rows["event"] == whole["event"]
    assert outcomes[True] > outcomes[False]


def flip(file: Path, at: int, chance: Random) -> None:
    overwrite(file, at, bytes([file.read_bytes()[at] ^ 1 << chance.randrange(8)]))

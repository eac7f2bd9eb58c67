"""Killed in the middle of a back-up or of a restore: it is the old or the new, never a half."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from bot.db import Database
from bot.db.backup import verify
from bot.db.backup.files import sweep
from bot.db.upgrade import is_current
from tests.db.backup.shelf import Shelf

KILLS = int(os.environ.get("HUBBUB_BACKUP_KILLS", "2"))
SEED = int(os.environ.get("HUBBUB_BACKUP_SEED", "1"))
OLD = {f"old {number}" for number in range(300)}
NEW = {f"new {number}" for number in range(300)}


class Mortals:
    """Gives birth to processes and kills them."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._chance = random.Random(SEED)
        self.usual = 0.0  # seconds that it takes to do it

    def run(self, verb: str, path: Path, *, kill: bool) -> bool:
        """Whether it was through before it was killed, at any moment of its usual time."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{verb} {path}\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline().removeprefix("born "))
        began = time.monotonic()
        if kill:
            time.sleep(self._chance.random() * self.usual)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            while Path(f"/proc/{pid}").exists():
                time.sleep(0.001)
            return self._is_done()
        line = self._process.stdout.readline()
        assert line == "done\n", line
        self.usual = time.monotonic() - began
        return True

    def _is_done(self) -> bool:
        """Without waiting: a killed one says nothing."""
        assert self._process.stdout
        os.set_blocking(self._process.stdout.fileno(), False)
        try:
            line = self._process.stdout.readline()
        finally:
            os.set_blocking(self._process.stdout.fileno(), True)
        assert line in {"", "done\n"}, line
        return bool(line)


@contextmanager
def mortals(database: Database) -> Iterator[Mortals]:
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.db.backup.mortal", url]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Mortals(process)
        assert process.stdin
        process.stdin.close()


@pytest.fixture
def filled(shelf: Shelf) -> Shelf:
    shelf.fill(*OLD)
    return shelf


def test_a_back_up_that_was_killed_is_no_back_up(filled: Shelf) -> None:
    with mortals(filled.database) as live:
        live.run("backup", filled.folder / "first.zip", kill=False)
        through = 0
        for number in range(KILLS):
            path = filled.folder / f"{number}.zip"
            through += live.run("backup", path, kill=True)
            if path.exists():
                verify(path, filled.database)  # whole, although it was killed before it said so
            else:
                assert list(filled.folder.glob("*.zip")) == [filled.folder / "first.zip"]
            path.unlink(missing_ok=True)
    sweep(filled.folder)
    assert list(filled.folder.iterdir()) == [filled.folder / "first.zip"]
    sys.stdout.write(f"\n{KILLS} back-ups killed, {through} of them when they were through.\n")


def test_a_restore_that_was_killed_is_the_old_or_the_new(filled: Shelf) -> None:
    database = filled.database
    old = filled.make("old.zip")
    with mortals(database) as live:
        database.close()
        live.run("restore", old, kill=False)
        filled.fill(*NEW)
        new = filled.make("new.zip")
        became = {True: 0, False: 0}
        for _ in range(KILLS):
            filled.put_back(old)
            assert filled.names() == OLD
            database.close()
            live.run("restore", new, kill=True)
            there = _unlocked(filled)
            assert there in (OLD, OLD | NEW)
            assert is_current(database)
            became[there == OLD] += 1
            database.close()
    sys.stdout.write(
        f"\n{KILLS} restores killed: {became[True]} left the old, {became[False]} the new.\n"
    )


def _unlocked(filled: Shelf) -> set[str]:
    """PostgreSQL notices a moment later that a client has died, and undoes what it did."""
    if not filled.database.is_sqlite:
        with filled.database.readers.connect() as connection:
            while connection.exec_driver_sql(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).scalar_one():
                connection.rollback()
                time.sleep(0.01)
    return filled.names()

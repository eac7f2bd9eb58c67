"""A SQLite file serves one `hubbub run`, however the one before has ended."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.db import Database
from bot.errors import InvalidInput
from bot.processes.sole import Sole, who_runs

PROGRAM = """
import signal, sys
from bot.db import Database
from bot.processes.sole import Sole
sole = Sole(Database(sys.argv[1]))
sole.take()
print("runs", flush=True)
signal.pause()
"""


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path}/hubbub.db")


def file_of(database: Database) -> Path:
    return Path(database.url.database or "")


def test_the_second_is_refused_and_told_by_whom(database: Database) -> None:
    first, second = Sole(database), Sole(database)
    first.take()
    assert who_runs(file_of(database)) == f"process {os.getpid()}"
    with pytest.raises(InvalidInput, match=f"process {os.getpid()}.*Stop it first.*PostgreSQL"):
        second.take()
    first.give_up()
    assert who_runs(file_of(database)) == ""
    second.take()
    second.give_up()


def test_of_one_that_was_killed_nothing_is_left(database: Database) -> None:
    command = [sys.executable, "-c", PROGRAM, str(database.url)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout
            assert other.stdout.readline() == "runs\n"
            with pytest.raises(InvalidInput, match=f"process {other.pid}"):
                Sole(database).take()
        finally:
            other.kill()
    sole = Sole(database)
    sole.take()
    sole.give_up()

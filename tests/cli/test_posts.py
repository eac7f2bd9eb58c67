"""`hubbub import posts`: a dry run that changes nothing, and a process killed in the middle."""

import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Hubbub

FILE = "title,text,local,broadcast\nLids,Which lid?,2027-03-03 14:30,no\nMugs,,soon,no\n"


def exported(hubbub: Hubbub) -> list[dict[str, str]]:
    lines = hubbub("export", "posts", "--format", "jsonl").stdout.splitlines()
    return [json.loads(line) for line in lines]


def test_a_dry_run_lists_every_problem_by_row_and_changes_nothing(
    hubbub: Hubbub, folder: Path
) -> None:
    (folder / "posts.csv").write_text(FILE)
    result = hubbub("import", "posts", "posts.csv", "--dry-run")
    assert result.exit_code == 2
    assert "1 would be new, 0 in the calendar already, 1 with problems." in result.stdout
    assert "Row 3: “soon” is no date with a time" in result.stderr
    assert exported(hubbub) == []


def test_all_of_it_or_nothing_but_where_only_the_right_rows_are_asked_for(
    hubbub: Hubbub, folder: Path
) -> None:
    (folder / "posts.csv").write_text(FILE)
    refused = hubbub("import", "posts", "posts.csv")
    assert refused.exit_code == 2 and "Row 3" in refused.stderr
    assert exported(hubbub) == []
    taken = hubbub("import", "posts", "posts.csv", "--only-right")
    assert "1 new, 0 in the calendar already, 1 with problems." in taken.stdout
    assert [post["title"] for post in exported(hubbub)] == ["Lids"]
    again = hubbub("import", "posts", "posts.csv", "--only-right")
    assert "0 new, 1 in the calendar already" in again.stdout


def test_what_is_exported_is_taken_in_again(hubbub: Hubbub, folder: Path) -> None:
    (folder / "posts.csv").write_text(FILE.rpartition("Mugs")[0])
    assert hubbub("import", "posts", "posts.csv").exit_code == 0
    assert hubbub("export", "posts", "out.csv").exit_code == 0
    again = hubbub("import", "posts", "out.csv")
    assert "0 new, 1 in the calendar already, 0 with problems." in again.stdout
    assert hubbub("export", "publications").exit_code == 0


def test_what_is_no_file_of_posts_is_told_so(hubbub: Hubbub, folder: Path) -> None:
    (folder / "x.csv").write_text("sku,name\n1,2\n")
    result = hubbub("import", "posts", "x.csv")
    assert result.exit_code == 2 and "must name the columns" in result.stderr


@pytest.mark.timeout(90)
def test_a_process_that_is_killed_in_the_middle_makes_no_post_twice(
    hubbub: Hubbub, folder: Path
) -> None:
    """SIGKILL while posts are being made; the same command again makes the rest."""
    assert hubbub("db", "upgrade").exit_code == 0
    with (folder / "posts.csv").open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["title", "text"])
        lines.writerows([[f"Lid {number}", "Which lid?"] for number in range(8_000)])
    words = [str(Path(sys.executable).with_name("hubbub")), "import", "posts", "posts.csv"]
    process = subprocess.Popen(
        words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 60
    while not 0 < (made := _count(folder)) < 8_000:
        assert time.monotonic() < until and process.poll() is None
        time.sleep(0.01)  # until the first portion is there
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert 0 < made <= _count(folder) < 8_000
    done = hubbub("import", "posts", "posts.csv")
    assert "8000 new, 0 in the calendar already, 0 with problems." in done.stdout
    titles = [post["title"] for post in exported(hubbub)]
    assert len(titles) == len(set(titles)) == 8_000


def _count(folder: Path) -> int:
    with sqlite3.connect(folder / "hubbub-data" / "hubbub.db") as database:
        found: int = database.execute("SELECT count(*) FROM post").fetchone()[0]
    return found

"""Recorded messages through the front door: nothing is lost, nothing is said back."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.clock import SystemClock
from bot.db import Database
from bot.inbox.models import Event, EventState, Message
from bot.outbox.models import Delivery, DeliveryState
from bot.suggestions.models import Voice
from tests.cli.conftest import Hubbub

SAID = (
    "Please make the lid dishwasher-safe",
    "Could you make the lid dishwasher-safe please?",
    "Where is my parcel?",
    "Good morning!",
)


def numbers(table: str) -> dict[str, int]:
    """The table that a replay ends with."""
    found = re.findall(r"^ *(\S.*?) +([\d,]+)$", table, re.MULTILINE)
    return {name: int(number.replace(",", "")) for name, number in found}


def csv_of(folder: Path, *texts: str) -> Path:
    file = folder / "said.csv"
    quoted = ['"' + text.replace('"', '""') + '"' for text in texts]
    file.write_text("\n".join(["id,text", *(f"{n},{text}" for n, text in enumerate(quoted))]))
    return file


def test_what_came_out_stands_in_a_table(hubbub: Hubbub, folder: Path) -> None:
    result = hubbub("replay", csv_of(folder, *SAID), "--text-column", "text")
    assert result.exit_code == 0, result.stderr
    shown = numbers(result.stdout)
    assert shown["read"] == 4
    assert (shown["repeated"], shown["quarantined"]) == (0, 0)
    assert (shown["suggestion"], shown["delivery"]) == (2, 1)
    assert (shown["suggestions opened"], shown["suggestions joined"]) == (2, 1)
    assert shown["messages a second"] > 0
    assert not (folder / "hubbub-data").exists()


def test_the_same_file_again_is_all_repeats(hubbub: Hubbub, folder: Path) -> None:
    words = ("replay", csv_of(folder, *SAID), "--text-column", "text", "--database", "kept.db")
    hubbub(*words)
    shown = numbers(hubbub(*words).stdout)
    assert (shown["read"], shown["repeated"], shown["suggestions opened"]) == (4, 4, 0)


def test_nobody_is_answered(hubbub: Hubbub, folder: Path) -> None:
    (folder / "products.csv").write_text("sku,name,brand\nK,Brew Kettle,Alba\n")
    (folder / "partners.csv").write_text("name,email,brands\nAlba Works,a@alba.example,Alba\n")
    hubbub("import", "products", "products.csv")
    hubbub("import", "suppliers", "partners.csv")
    file = csv_of(folder, "Please make the lid of the brew kettle bigger")
    result = hubbub("replay", file, "--text-column", "text", "--into-database", "--yes")
    assert result.exit_code == 0, result.stderr
    with kept(folder / "hubbub-data" / "hubbub.db").reading() as session:
        states = Counter(session.scalars(sa.select(Delivery.state)))
    assert states == {DeliveryState.CANCELLED: 2}  # an acknowledgement, a letter


def test_the_installations_database_is_asked_for(hubbub: Hubbub, folder: Path) -> None:
    file = csv_of(folder, *SAID)
    result = hubbub("replay", file, "--text-column", "text", "--into-database")
    assert result.exit_code == 1
    assert "no command to take them out" in " ".join(result.stderr.split())


def test_authors_and_times_are_kept(hubbub: Hubbub, folder: Path) -> None:
    file = folder / "said.jsonl"
    rows = [{"t": text, "by": "Ada", "at": "2024-05-01T10:00:00"} for text in SAID[:2]]
    file.write_text("\n".join(map(json.dumps, rows)))
    columns = ("--text-column", "t", "--author-column", "by", "--time-column", "at")
    result = hubbub("replay", file, *columns, "--database", "kept.db")
    assert result.exit_code == 0, result.stderr
    with kept(folder / "kept.db").reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Voice)) == 1
        assert {at.year for at in session.scalars(sa.select(Message.said_at))} == {2024}


def test_only_the_first_so_many(hubbub: Hubbub, folder: Path) -> None:
    file = csv_of(folder, *SAID)
    shown = numbers(hubbub("replay", file, "--text-column", "text", "--limit", "2").stdout)
    assert shown["read"] == 2


HOSTILE = [
    (b'{"text": "half', "no JSON"),
    (b'["text"]', "no JSON object"),
    (b'{"other": 1}', "no text"),
    (b'{"text": 7}', "no text"),
    (b'{"text": "\xff\xfe"}', "no JSON"),
    (b'{"text": "' + b"x" * 10_000_000 + b'"}', "too long"),
]


@pytest.mark.parametrize(("line", "why"), HOSTILE, ids=[why for _, why in HOSTILE])
def test_what_can_not_be_read_is_put_aside_with_its_bytes(
    hubbub: Hubbub, folder: Path, line: bytes, why: str
) -> None:
    file = folder / "said.jsonl"
    file.write_bytes(b'{"text": "Good morning!"}\n' + line + b'\n{"text": "Good night!"}\n')
    result = hubbub("replay", file, "--text-column", "text", "--database", "kept.db")
    shown = numbers(result.stdout)
    assert (shown["read"], shown["quarantined"], shown["chatter"]) == (3, 1, 2)
    with kept(folder / "kept.db").reading() as session:
        [event] = session.scalars(sa.select(Event).filter_by(state=EventState.QUARANTINED))
        assert event.raw == line
        assert event.problem.startswith("Line 2:")
        assert why in event.problem


def test_odd_characters_are_messages_like_others(hubbub: Hubbub, folder: Path) -> None:
    file = folder / "said.jsonl"
    file.write_bytes(b'{"text": "a\\u0000b"}\n{"text": "a\\ud800b"}\n')
    shown = numbers(hubbub("replay", file, "--text-column", "text").stdout)
    assert (shown["read"], shown["quarantined"], shown["chatter"]) == (2, 0, 2)


def test_a_row_of_other_bytes_does_not_stop_the_file(hubbub: Hubbub, folder: Path) -> None:
    file = folder / "said.csv"
    file.write_bytes(b"text\nGood morning!\nSch\xf6n\nnul\0 byte\n")
    shown = numbers(hubbub("replay", file, "--text-column", "text").stdout)
    assert (shown["read"], shown["quarantined"]) == (3, 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"id,words\n1,Hello\n", "There are: id, words."),
        (b'{"words": "Hello"}\n', "There are: words."),
        (b'text\n"never closed\n', "quotation mark"),
        (b'text\nHello\n"Hello" there\n', "at line 3"),
    ],
)
def test_a_file_that_can_not_be_read_is_a_sentence(
    hubbub: Hubbub, folder: Path, content: bytes, said: str
) -> None:
    file = folder / "said"
    file.write_bytes(content)
    result = hubbub("replay", file, "--text-column", "text")
    assert (result.exit_code, said in result.stderr) == (2, True), result.output


def kept(file: Path) -> Database:
    return Database(f"sqlite:///{file}", clock=SystemClock())

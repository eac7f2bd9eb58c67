"""Files that are no files of rows, or traps: refused in words, and never unfolded."""

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InvalidInput
from content_calendar.exchange.sheets import rows_of_csv, rows_of_xlsx


def workbook(*rows: tuple[Any, ...]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part)))
    return out.getvalue()


SMALL = workbook(("Title", "Text"), ("Lids", "Which?"))
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><worksheet><sheetData><row><c t="str"><v>&c;</v></c>'
    b"</row></sheetData></worksheet>"
)
BOMBS = {
    "unfolds to gigabytes": lambda name, data: (
        data + b" " * 160_000_000 if name.endswith("sheet1.xml") else data
    ),
    "entities": lambda name, data: LAUGHS if name.endswith("sheet1.xml") else data,
    "far away cell": lambda name, data: data.replace(b'r="2"', b'r="1048576"').replace(
        b'"B2"', b'"XFD1048576"'
    ),
    "no sheet": lambda name, data: b"" if name.endswith("sheet1.xml") else data,
    "cut off": lambda name, data: data[: len(data) // 2],
    "not XML": lambda name, data: b"\x00\xff" * 100,
}


@pytest.mark.parametrize("kind", BOMBS)
@pytest.mark.timeout(60)
def test_a_workbook_that_is_a_trap_is_refused_or_small(kind: str) -> None:
    data = repacked(SMALL, BOMBS[kind])
    if kind == "far away cell":
        assert len(list(rows_of_xlsx(data))) <= 1
        return
    with pytest.raises(InvalidInput, match=r"spreadsheet|unfolds|empty"):
        list(rows_of_xlsx(data))


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda data: SMALL[:60] + data))
def test_whatever_the_bytes_are_it_is_rows_or_a_sentence(data: bytes) -> None:
    for read in (rows_of_csv, rows_of_xlsx):
        with suppress(InvalidInput):
            for _, row in read(data):
                assert all(isinstance(cell, str) for cell in row.values())

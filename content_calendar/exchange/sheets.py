"""The rows of a CSV or XLSX file, one at a time, however many there are. Pure.

Nothing of a file is believed: not its size, not its number of rows, not its encoding.
"""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

import openpyxl
from defusedxml import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException

from bot.errors import InvalidInput
from bot.products.catalogue import unguarded

LARGEST = 32_000_000  # bytes
MOST_ROWS = 100_000
_LONGEST_CELL = 30_000  # characters: a post has at most 20,000
_MOST_COLUMNS = 200
# What is in an XLSX file unfolds to about ten times its size; a bomb to a thousand times.
_UNFOLDED = 150_000_000
_MOST_PARTS = 2_000

Row = tuple[int, dict[str, str]]
"""As spreadsheets count, the headings are row 1; cells by heading, in small letters."""

_UNREADABLE = (
    "The file can't be read as a spreadsheet. Save it again as XLSX or as CSV UTF-8, then try "
    "once more."
)


def rows_of_csv(data: bytes) -> Iterator[Row]:
    """Comma, semicolon or tab; UTF-8 or Windows-1252. Raises `InvalidInput` where it ends being
    such a file, with the line."""
    encoding = _encoding(data)
    first = data[:20_000].lstrip().partition(b"\n")[0]
    delimiter = max(",;\t", key=lambda each: first.count(each.encode()))
    text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    reader = csv.reader(_bounded(text), delimiter=delimiter, strict=True)
    try:
        yield from _named(enumerate(reader, 1))
    except csv.Error as error:
        raise InvalidInput(
            f"The file can't be read from line {reader.line_num} on: {error}. "
            "Look for a quotation mark that is never closed."
        ) from None


def _encoding(data: bytes) -> str:
    if b"\0" in data:
        raise InvalidInput(
            "This is not a plain CSV file (it holds NUL bytes). "
            'Save it again as "CSV UTF-8" and try once more.'
        )
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        for at in range(0, len(data), 1_000_000):
            decoder.decode(data[at : at + 1_000_000])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _older(data)
    return "utf-8-sig"


def _older(data: bytes) -> str:
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        raise InvalidInput(_UNREADABLE) from None
    return "cp1252"


def _bounded(lines: Iterable[str]) -> Iterator[str]:
    """A line that never ends would be held whole."""
    for line in lines:
        if len(line) > 10 * _LONGEST_CELL:
            raise csv.Error("a line is far too long")
        yield line


def rows_of_xlsx(data: bytes) -> Iterator[Row]:
    """Of the first sheet. Raises `InvalidInput` for what is none, or would unfold too far."""
    _refuse_bombs(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size is no use to anybody
        cells = sheet.iter_rows(max_col=_MOST_COLUMNS, max_row=2 * MOST_ROWS, values_only=True)
        yield from _named(enumerate(map(_texts, cells), 1))
    except InvalidInput:
        raise
    except (
        *(DefusedXmlException, InvalidFileException, zipfile.BadZipFile, SyntaxError),
        *(KeyError, ValueError, IndexError, TypeError, AttributeError, EOFError, OSError),
    ):
        # Whatever openpyxl stumbles over in a file that only looks like one.
        raise InvalidInput(_UNREADABLE) from None


def _refuse_bombs(data: bytes) -> None:
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise InvalidInput(_UNREADABLE) from None
    # No part gives more than its entry says: `zipfile` stops reading there.
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _UNFOLDED:
        raise InvalidInput("The file unfolds to more than fits. Save the rows as CSV instead.")


def _texts(row: tuple[Any, ...]) -> list[str]:
    """Spreadsheets often end in a million rows that are only formatted: those cost nothing."""
    return [] if row.count(None) == len(row) else [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    """As people would have written it."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case datetime():
            return cell.replace(microsecond=0).isoformat(sep=" ")
        case date() | time():
            return cell.isoformat()
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell)


def _named(rows: Iterable[tuple[int, Sequence[str]]]) -> Iterator[Row]:
    headings: list[str] = []
    count = 0
    for number, cells in rows:
        if any(len(cell) > _LONGEST_CELL for cell in cells) or len(cells) > _MOST_COLUMNS:
            raise InvalidInput(f"Row {number} is far too large to be one of posts.")
        if not any(cell.strip() for cell in cells):
            continue
        if not headings:
            headings = [cell.strip().lower() for cell in cells]
            continue
        count += 1
        if count > MOST_ROWS:
            raise InvalidInput(f"The file has too many rows: at most {MOST_ROWS:,} fit.")
        row = {name: unguarded(cell).strip() for name, cell in zip(headings, cells, strict=False)}
        if any(cell.strip() for cell in cells[len(headings) :]):
            row[""] = "more cells than columns"
        yield number, row
    if not headings:
        raise InvalidInput("The file is empty.")

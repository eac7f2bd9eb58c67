"""Recorded messages in a file: CSV (comma, semicolon, tab) or a JSON object a line. Pure.

What can't be read stays an event of its own, with its bytes: nothing of the file is lost.
"""

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.errors import InvalidInput
from bot.networks import Author, EventKind, InboundEvent, NotUnderstood
from bot.networks.port import Event
from bot.products.catalogue import unguarded

NETWORK = ACCOUNT = CHANNEL = "replay"

# No network takes longer ones; a whole file read as one message by mistake is longer too.
LONGEST = 100_000
# A cell may hold a whole book before it is set aside.
csv.field_size_limit(256_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which column holds what; without an author everybody is somebody else."""

    text: str
    author: str = ""
    time: str = ""

    @property
    def named(self) -> list[str]:
        return [name for name in (self.text, self.author, self.time) if name]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A record as it stands in the file; ``fields`` is None where it can't be read."""

    line: int
    raw: bytes
    fields: Mapping[str, Any] | None
    problem: str = ""


class Records:
    """The messages of one file. Looking at it once finds out whether it can be read at all.

    Raises `InvalidInput` where it can't, or where a column is missing.
    """

    def __init__(self, path: Path, columns: Columns) -> None:
        self._path, self._columns = path, columns
        with path.open("rb") as file:
            start = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
        if not start:
            raise InvalidInput(f"{path} is empty.")
        self._is_json = start.startswith(b"{")
        self.count = 0
        known: set[str] = set()
        for row in self._rows():
            self.count += 1
            if len(known) < 1_000:
                known.update(row.fields or ())
        if missing := [name for name in columns.named if name not in known]:
            there = ", ".join(sorted(known)[:30]) or "none"
            raise InvalidInput(f"{path} has no column “{missing[0]}”. There are: {there}.")

    def __iter__(self) -> Iterator[Event]:
        return (self._event(row) for row in self._rows())

    def _rows(self) -> Iterator[_Row]:
        return self._json_rows() if self._is_json else self._csv_rows()

    def _json_rows(self) -> Iterator[_Row]:
        with self._path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if raw := line.removeprefix(b"\xef\xbb\xbf").strip():
                    yield _json_row(number, raw)

    def _csv_rows(self) -> Iterator[_Row]:
        # Bytes that are no UTF-8 pass through as lone surrogates, to be found again below.
        with self._path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            lines = _Remembered(file)
            first = next(lines, "")
            delimiter = max(",;\t", key=first.count)
            headings = next(csv.reader([first], delimiter=delimiter), [])
            lines.taken()
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            try:
                for cells in reader:
                    raw = lines.taken().encode("utf-8", "surrogateescape")
                    if cells:
                        yield _csv_row(reader.line_num + 1, raw, headings, cells)
            except csv.Error as error:
                raise InvalidInput(
                    f"{self._path} can't be read as CSV at line {reader.line_num + 1}: {error}. "
                    "Look for a quotation mark there that is not closed, or not doubled."
                ) from None

    def _event(self, row: _Row) -> Event:
        """Its key is made of its content and its line: the same file again is all repeats."""
        key = hashlib.sha256(b"%d\0%b" % (row.line, row.raw)).hexdigest()
        text = row.fields.get(self._columns.text) if row.fields is not None else None
        if row.problem or row.fields is None:
            return _unreadable(key, row, row.problem)
        if not isinstance(text, str):
            return _unreadable(key, row, f"There is no text under “{self._columns.text}”.")
        if len(text) > LONGEST:
            return _unreadable(key, row, f"It is too long for a message: {len(text):,} characters.")
        author = str(row.fields.get(self._columns.author) or "") if self._columns.author else ""
        return InboundEvent(
            network=NETWORK,
            account=ACCOUNT,
            dedupe_key=key,
            kind=EventKind.MESSAGE,
            occurred_at=_moment(row.fields.get(self._columns.time)),
            channel=CHANNEL,
            conversation=key,
            message=key,
            raw=row.raw,
            author=Author(id=author or key, name=author),
            text=text,
        )


class _Remembered:
    """An iterator over lines that knows which ones were taken since it was last asked."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._taken = lines, list[str]()

    def __iter__(self) -> "_Remembered":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._taken.append(line)
        return line

    def taken(self) -> str:
        together = "".join(self._taken)
        self._taken.clear()
        return together


def _json_row(number: int, raw: bytes) -> _Row:
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError):
        return _Row(line=number, raw=raw, fields=None, problem="This line is no JSON.")
    if not isinstance(fields, dict):
        return _Row(line=number, raw=raw, fields=None, problem="This line is no JSON object.")
    return _Row(line=number, raw=raw, fields=fields)


def _csv_row(number: int, raw: bytes, headings: list[str], cells: list[str]) -> _Row:
    # `hubbub export messages` makes cells harmless for spreadsheets; this takes that back.
    fields = dict(zip(headings, map(unguarded, cells), strict=False))
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        problem = "It holds bytes that are no UTF-8 text."
        return _Row(line=number, raw=raw, fields=fields, problem=problem)
    return _Row(line=number, raw=raw, fields=fields)


def _unreadable(key: str, row: _Row, why: str) -> NotUnderstood:
    reason = f"Line {row.line}: {why}"
    return NotUnderstood(
        network=NETWORK, account=ACCOUNT, dedupe_key=key, raw=row.raw, reason=reason
    )


def _moment(said: object) -> datetime:
    """ISO 8601, or seconds since 1970; what is neither counts as said now."""
    try:
        if isinstance(said, int | float):
            return datetime.fromtimestamp(said, UTC)
        moment = datetime.fromisoformat(str(said))
    except (ValueError, OverflowError, OSError):
        return datetime.now(UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

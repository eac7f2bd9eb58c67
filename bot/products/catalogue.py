"""The catalogue as a CSV file: reading it with all problems by row, and writing it. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.errors import InvalidInput

COLUMNS = ("sku", "name", "brand", "aliases", "supplier")
REQUIRED = COLUMNS[:3]
MOST_ROWS = 100_000
MOST_BYTES = 32_000_000
_LONGEST = {"sku": 100, "name": 300, "brand": 120, "supplier": 120}
_MOST_ALIASES = 50
# Spreadsheets run a cell that begins like this as a formula, some of them also after spaces or in
# full-width signs (OWASP: CSV injection). Quotation marks may stand before it already.
_FORMULA = re.compile(r"['\s]*[=+\-@＝＋－＠]|'*[\t\r\n]")
# Between several names in one cell: none of them may hold it.
_BETWEEN = "|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One product of the file. ``row`` counts as spreadsheets do: the headings are row 1."""

    row: int
    sku: str
    name: str
    brand: str
    aliases: tuple[str, ...] = ()
    supplier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a file says, and every problem with it as a sentence."""

    entries: tuple[Entry, ...]
    problems: tuple[str, ...]


def read(data: bytes | str) -> Sheet:
    """The products of a CSV file: UTF-8 or Windows-1252; comma, semicolon or tab.

    Raises `InvalidInput` when it isn't such a file at all; problems of rows are in the result.
    """
    text = decode(data) if isinstance(data, bytes) else data.removeprefix("\N{BOM}")
    if "\0" in text:
        raise InvalidInput(
            "This is not a plain CSV file (it holds NUL bytes). "
            'Save it again as "CSV UTF-8" and try once more.'
        )
    headings, rows = _rows(text)
    entries, problems = [], []
    for number, cells in rows:
        found = list(_problems(number, headings, cells))
        problems += found
        if not found:
            entries.append(_entry(number, dict(zip(headings, cells, strict=False))))
    return Sheet(entries=tuple(entries), problems=(*problems, *_repeats(entries)))


# No name is so long; the csv module's own limit is shared by all readers of a process.
_LONGEST_CELL = 100_000
# Shops' own exports have some hundred columns, and commas within their texts.
_MOST_CELLS = 20_000


def decode(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise InvalidInput(f"The file is too large: at most {MOST_BYTES // 1_000_000} MB fit.")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput('The file can\'t be read as text. Save it as "CSV UTF-8" and try once more.')


def _rows(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    lines = _Bounded(text, delimiter)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    numbered: list[tuple[int, list[str]]] = []
    try:
        for number, cells in enumerate(reader, 1):
            lines.seen = 0
            if any(len(cell) > _LONGEST_CELL for cell in cells):
                raise csv.Error("a cell is far too long")
            if any(cell.strip() for cell in cells):
                numbered.append((number, [unguarded(cell).strip() for cell in cells]))
            if len(numbered) > MOST_ROWS + 1:
                raise InvalidInput(f"The file has too many rows: at most {MOST_ROWS:,} fit.")
    except csv.Error as error:
        raise InvalidInput(
            f"The file can't be read from line {reader.line_num} on: {error}. "
            "Look for a quotation mark that is never closed."
        ) from None
    if not numbered:
        raise InvalidInput("The file is empty.")
    return _headings(numbered[0][1]), numbered[1:]


class _Bounded:
    """The lines of a file, up to a row that has far too many cells: each would become a string."""

    def __init__(self, text: str, delimiter: str) -> None:
        self._lines, self._delimiter = io.StringIO(text, newline=""), delimiter
        self.seen = 0  # delimiters since the last row that was read

    def __iter__(self) -> "_Bounded":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.seen += line.count(self._delimiter)
        if self.seen > _MOST_CELLS:
            raise csv.Error("a row has far too many cells")
        return line


def _headings(cells: list[str]) -> list[str]:
    headings = [cell.lower() for cell in cells]
    missing = [column for column in REQUIRED if column not in headings]
    twice = sorted({column for column in COLUMNS if headings.count(column) > 1})
    if missing:
        raise InvalidInput(
            f"The first row must name the columns; missing: {', '.join(missing)}. "
            f"Known columns are {', '.join(COLUMNS)}."
        )
    if twice:
        raise InvalidInput(f"These columns are there twice: {', '.join(twice)}.")
    return headings


def unguarded(cell: str) -> str:
    """The cell as it was before `guarded` made it harmless."""
    if cell[:1] == "'" and _FORMULA.match(cell):
        cell = cell[1:]
    return cell


def _problems(number: int, headings: list[str], cells: list[str]) -> Iterator[str]:
    if len(cells) > len(headings) and any(cells[len(headings) :]):
        yield f"Row {number}: there are {len(cells)} cells, but only {len(headings)} columns."
        return
    row = dict(zip(headings, cells, strict=False))
    for column in REQUIRED:
        if not row.get(column):
            yield f"Row {number}: the {column} is missing."
    for column in ("sku", "brand"):
        if _BETWEEN in row.get(column, ""):
            yield f"Row {number}: the {column} must not hold a {_BETWEEN}."
    for column, most in _LONGEST.items():
        if len(row.get(column, "")) > most:
            yield f"Row {number}: the {column} is too long, at most {most} characters fit."
    if row.get("aliases", "").count("|") >= _MOST_ALIASES:
        yield f"Row {number}: there are too many aliases, at most {_MOST_ALIASES} fit."


def _entry(number: int, row: Mapping[str, str]) -> Entry:
    aliases = (alias.strip() for alias in row.get("aliases", "").split("|"))
    return Entry(
        row=number,
        sku=row["sku"],
        name=row["name"],
        brand=row["brand"],
        aliases=tuple(dict.fromkeys(alias for alias in aliases if alias)),
        supplier=row.get("supplier", ""),
    )


def _repeats(entries: Iterable[Entry]) -> Iterator[str]:
    """A SKU may stand in one row only; two owners for it is worse than a repetition."""
    first: dict[str, Entry] = {}
    for entry in entries:
        earlier = first.setdefault(entry.sku, entry)
        if earlier is entry:
            continue
        if (clash := two_owners(entry, earlier.brand, earlier.supplier)) is not None:
            yield f"Row {entry.row}: {entry.sku} {clash} in row {earlier.row}."
        else:
            yield f"Row {entry.row}: {entry.sku} is already in row {earlier.row}."


def two_owners(entry: Entry, brand: str, supplier: str) -> str | None:
    """ "belongs to Alba here but to Nord", or None where both sides agree or don't say."""
    for here, there in ((entry.brand, brand), (entry.supplier, supplier)):
        if here and there and here.casefold() != there.casefold():
            return f"belongs to {here} here but to {there}"
    return None


def write(entries: Iterable[Entry]) -> Iterator[str]:
    """The lines of the CSV file; `read` gives the same entries again."""
    line = io.StringIO(newline="")
    writer = csv.writer(line, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        cells = (entry.sku, entry.name, entry.brand, "|".join(entry.aliases), entry.supplier)
        writer.writerow([guarded(cell) for cell in cells])
        if line.tell() > 64_000:
            yield line.getvalue()
            line.seek(0)
            line.truncate()
    yield line.getvalue()


def guarded(cell: str) -> str:
    """The cell made harmless for spreadsheets, which would run it as a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell

"""Labelled files of others: a text and a yes or no per row, as CSV, TSV or JSON lines."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import InvalidInput, NotFound

_LONGEST = 1 << 20
"""Characters of one field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    text: str
    positive: bool


def rows(path: Path, *, text: str, label: str, positive: str) -> list[Row]:
    """``text``, ``label``: columns; ``positive``: the label that counts. `NotFound` where there is
    no file, `InvalidInput` names the column, row or label that is not as it should be."""
    if not path.is_file():
        raise NotFound(f"{path} is not there.")
    found, labels = [], Counter[str]()
    for number, record in enumerate(_records(path), 1):
        for column in (text, label):
            if record.get(column) is None:
                have = ", ".join(f"“{name}”" for name in record if name)
                raise InvalidInput(f"{path}, row {number}: it has no “{column}”, only {have}.")
        given = str(record[label]).strip()
        labels[given] += 1
        found.append(Row(text=str(record[text]), positive=given == positive))
    if not found:
        raise InvalidInput(f"{path} has no rows.")
    if not 0 < labels[positive] < len(found):
        seen = ", ".join(f"“{name}” ({n})" for name, n in labels.most_common(5))
        raise InvalidInput(
            f"{path} needs rows labelled “{positive}” and others; its labels are {seen}."
        )
    return found


def _records(path: Path) -> Iterator[Mapping[str, Any]]:
    csv.field_size_limit(_LONGEST)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        if path.suffix.lower() in {".jsonl", ".ndjson"}:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _object(line, f"{path}, line {number}")
            return
        try:
            yield from csv.DictReader(lines, dialect=_dialect(path))
        except csv.Error as error:
            raise InvalidInput(f"{path} can't be read as a table: {error}") from error


def _dialect(path: Path) -> type[csv.Dialect]:
    return csv.excel_tab if path.suffix.lower() in {".tsv", ".tab"} else csv.excel


def _object(line: str, where: str) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise InvalidInput(f"{where}: that is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise InvalidInput(f"{where}: it should be an object with the two fields.")
    return found

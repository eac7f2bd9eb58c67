"""Partners from a CSV file: all of them, or none and every problem by row."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.db import Session
from bot.errors import InvalidInput
from bot.products.catalogue import decode, unguarded
from bot.suppliers.models import Role, Supplier
from bot.suppliers.partners import add_supplier, cover, edit_supplier

COLUMNS = ("name", "email", "role", "zone", "answer_within_hours", "brands", "products")
_REQUIRED = COLUMNS[:2]


@dataclass(slots=True)
class Imported:
    """How many partners were added, and how many were there and are as the file says now."""

    added: int = 0
    changed: int = 0


def suppliers(session: Session, data: bytes, *, by: str) -> Imported:
    """Add or change the partners of the file; several brands or SKUs stand between ``|``.

    Raises `InvalidInput` with every problem; then nothing of it must be committed.
    """
    done, problems = Imported(), list[str]()
    for number, row in _rows(decode(data)):
        try:
            with session.begin_nested():
                _take_in(session, row, done, by)
        except InvalidInput as wrong:
            problems += [f"Row {number}: {problem}" for problem in wrong.problems]
    if problems:
        raise InvalidInput(*problems)
    return done


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    first = text.lstrip().partition("\n")[0]
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=max(",;\t", key=first.count), strict=True)
    headings: list[str] = []
    try:
        for number, cells in enumerate(reader, 1):
            if not headings:
                headings = [cell.strip().lower() for cell in cells]
                _check(headings)
            elif any(cells):
                row = zip(headings, (unguarded(cell).strip() for cell in cells), strict=False)
                yield number, dict(row)
    except csv.Error as error:
        raise InvalidInput(
            f"The file can't be read from line {reader.line_num} on: {error}."
        ) from None
    if not headings:
        raise InvalidInput("The file is empty.")


def _check(headings: list[str]) -> None:
    if missing := [name for name in _REQUIRED if name not in headings]:
        raise InvalidInput(
            f"The first row must name the columns; missing: {', '.join(missing)}. "
            f"Known columns are {', '.join(COLUMNS)}."
        )


def _take_in(session: Session, row: dict[str, str], done: Imported, by: str) -> None:
    given = {"name": row["name"], "email": row.get("email", ""), **_chosen(row)}
    brands, skus = (_several(row.get(name, "")) for name in ("brands", "products"))
    known = session.scalar(sa.select(Supplier).where(Supplier.name == row["name"]))
    if known is None:
        add_supplier(session, **given, brands=brands, products=skus, by=by)
        done.added += 1
    else:
        edit_supplier(session, known, by=by, **given)
        cover(session, known, brands=brands, products=skus, by=by)
        done.changed += 1


def _chosen(row: dict[str, str]) -> dict[str, Any]:
    """What may be left away, where it is given."""
    chosen: dict[str, Any] = {}
    if zone := row.get("zone"):
        chosen["zone"] = zone
    if role := row.get("role"):
        if role not in list(Role):
            raise InvalidInput(f"There is no role {role}; there are {', '.join(Role)}.")
        chosen["role"] = Role(role)
    if hours := row.get("answer_within_hours"):
        if not hours.isdecimal():
            raise InvalidInput(f"answer_within_hours must be a number, not {hours}.")
        chosen["answer_within_hours"] = int(hours)
    return chosen


def _several(cell: str) -> list[str]:
    return [name.strip() for name in cell.split("|") if name.strip()]

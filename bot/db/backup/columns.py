"""How each kind of value stands in a back-up: the same from both engines, into both engines."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import sqlalchemy as sa


class Kind(StrEnum):
    """What a column holds, and as what JSON it is written."""

    ID = "id"  # 32 hexadecimal digits
    TEXT = "text"
    INTEGER = "integer"
    REAL = "real"
    YES_NO = "yes_no"  # 0 or 1
    TIME = "time"  # 2026-03-02 09:00:00.000000; an instant in UTC, or a time on the wall
    DATE = "date"  # 2026-03-02
    BYTES = "bytes"  # hexadecimal
    JSON = "json"  # as text, exactly as it is stored


def kind_of(type_: sa.types.TypeEngine[Any]) -> Kind:
    """What a column of a reflected type holds. Raises `TypeError` for one that is not known."""
    match type_:
        case sa.CHAR(length=32) | sa.Uuid():  # SQLite has no type for ids
            return Kind.ID
        case sa.JSON():
            return Kind.JSON
        case sa.Boolean():
            return Kind.YES_NO
        case sa.DateTime():
            return Kind.TIME
        case sa.Date():
            return Kind.DATE
        case sa.LargeBinary() | sa.BINARY():
            return Kind.BYTES
        case sa.Integer():
            return Kind.INTEGER
        case sa.Float():
            return Kind.REAL
        case sa.String():
            return Kind.TEXT
    raise TypeError(f"back-ups know no columns of the type {type_!r}")


_SQLITE = {Kind.BYTES: "CASE WHEN {0} IS NULL THEN NULL ELSE lower(hex({0})) END"}
# The connection's time zone is UTC meanwhile.
_POSTGRESQL = {
    Kind.ID: "replace({0}::text, '-', '')",
    Kind.YES_NO: "{0}::int",
    Kind.TIME: "to_char({0}, 'YYYY-MM-DD HH24:MI:SS.US')",
    Kind.DATE: "to_char({0}, 'YYYY-MM-DD')",
    Kind.BYTES: "encode({0}, 'hex')",
    Kind.JSON: "{0}::text",
}


def reading(name: str, kind: Kind, *, sqlite: bool) -> str:
    """The expression that reads a column as it stands in a back-up."""
    return (_SQLITE if sqlite else _POSTGRESQL).get(kind, "{0}").format(quoted(name))


def ordering(name: str, kind: Kind, *, sqlite: bool) -> str:
    """How to order by a column so that both engines agree."""
    return quoted(name) + (' COLLATE "C"' if kind is Kind.TEXT and not sqlite else "")


def writing(kind: Kind, *, sqlite: bool) -> Callable[[Any], Any] | None:
    """What a value from a back-up has to go through before the engine takes it, if anything."""
    if kind is Kind.BYTES:
        return bytes.fromhex if sqlite else "\\x{}".format
    return None


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

"""Column types that behave alike on SQLite and PostgreSQL."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import msgspec
from sqlalchemy import DateTime, Dialect, Text, TypeDecorator
from sqlalchemy.dialects import sqlite

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def storable(text: str) -> str:
    """The text with what no database takes (NUL, lone surrogates) shown as U+FFFD."""
    if text.isascii():
        return text.replace("\0", REPLACEMENT) if "\0" in text else text
    # "replace" writes "?" when encoding; a round trip through utf-16 gives U+FFFD instead.
    return (
        text.encode("utf-16", "surrogatepass")
        .decode("utf-16", "replace")
        .replace("\0", REPLACEMENT)
    )


def storable_all(texts: list[str | None]) -> list[str | None]:
    """`storable` for many: nearly always plain ASCII, which is seen at once for all of them."""
    together = "".join(filter(None, texts))
    if together.isascii() and "\0" not in together:
        return texts
    return [text and storable(text) for text in texts]


def dump_json(value: Any) -> str:
    """JSON that both databases take: texts `storable`, numbers that are none as null.

    msgspec writes such numbers as null by itself, and is several times quicker than `json`.
    """
    try:
        text = msgspec.json.encode(value).decode()
    except (UnicodeEncodeError, TypeError):  # half a character; something that is not plain data
        return json.dumps(_clean(value), ensure_ascii=False)
    # Perhaps a NUL, perhaps only words about one.
    return json.dumps(_clean(value), ensure_ascii=False) if "\\u0000" in text else text


def _clean(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case float():
            return value if isfinite(value) else None
        case dict():
            return {_clean(key): _clean(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_clean(inner) for inner in value]
    return value


class Words(TypeDecorator[str]):
    """Text as people write it; anything Python can hold can be stored."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class _Text(sqlite.DATETIME):
    """The same text as SQLAlchemy's own, ``2026-03-02 09:00:00.000000``, written by Python's C."""

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], str | None]:
        def process(value: datetime | None) -> str | None:
            return None if value is None else value.isoformat(" ", "microseconds")

        return process


class Utc(TypeDecorator[datetime]):
    """An instant: aware, in UTC, on both sides. Naive values are refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(_Text())  # type: ignore[no-untyped-call]  # SQLAlchemy's own __init__
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        if value.tzinfo is not UTC:
            value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class WallTime(TypeDecorator[datetime]):
    """A local time as a clock on the wall shows it: naive on both sides."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is not None:
            raise ValueError("a wall time has no time zone")
        return value

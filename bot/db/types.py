"""Column types that behave alike on SQLite and PostgreSQL."""

import json
import re
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from sqlalchemy import DateTime, Dialect, Text, TypeDecorator

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


# Perhaps a NUL, or a number that JSON does not know; perhaps only words about them.
_SUSPICIOUS = re.compile(r"\\u0000|NaN|Infinity")


def dump_json(value: Any) -> str:
    """JSON that both databases take: texts `storable`, numbers that are none as null."""
    text = storable(json.dumps(value, ensure_ascii=False))
    return json.dumps(_clean(value), ensure_ascii=False) if _SUSPICIOUS.search(text) else text


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


class Utc(TypeDecorator[datetime]):
    """An instant: aware, in UTC, on both sides. Naive values are refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
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

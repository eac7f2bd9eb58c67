"""Every call checked against Discord's own description of its HTTP API, where that is there."""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.stand_ins.discord import Call

SPECS = Path(__file__).parents[3].parent / "shared" / "specs" / "discord" / "openapi.json"


@cache
def api() -> Any:
    if not SPECS.exists():
        pytest.skip("the official description of Discord's API is not at ../shared/specs")
    return json.loads(SPECS.read_text("utf-8"))


@cache
def _paths() -> list[tuple[re.Pattern[str], Any]]:
    """Those without a gap first: "/users/@me" is none of "/users/{id}"."""
    paths = sorted(api()["paths"].items(), key=lambda one: one[0].count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), what) for path, what in paths]


def problems(calls: Iterable[Call]) -> list[str]:
    """What is wrong with them: unknown, missing, or of another type; empty when all are right."""
    return [f"{call.method} {call.path}: {problem}" for call in calls for problem in _of_call(call)]


def _of_call(call: Call) -> Iterator[str]:
    method = call.method.lower()
    operation = next(
        (
            what[method]
            for path, what in _paths()
            if method in what and path.fullmatch(call.path.removeprefix("/api/v10"))
        ),
        None,
    )
    if operation is None:
        yield "no such method"
        return
    known = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
    yield from (f"{name} is no parameter" for name in call.query.keys() - known)
    described = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if call.body is not None and described is None:
        yield "it takes no body"
    elif call.body is not None:
        yield from _of_value(call.body, described["schema"], "body")


_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def _of_value(value: Any, schema: Any, where: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = api()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            fits = [one for one in schema[choice] if value is None or one.get("type") != "null"]
            found = [list(_of_value(value, one, where)) for one in fits]
            if all(found):
                yield min(found, key=len)[0]
            return
    if "type" in schema and not _is(value, schema["type"]):
        yield f"{where} is {value!r:.60}, which is no {schema['type']}"
        return
    yield from _of_size(value, schema, where)
    if isinstance(value, dict):
        yield from _of_fields(value, schema, where)
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from _of_value(one, schema.get("items", {}), f"{where}[{at}]")


def _is(value: Any, types: str | list[str]) -> bool:
    names = [types] if isinstance(types, str) else types
    if isinstance(value, bool):
        return "boolean" in names
    return any(isinstance(value, _TYPES[name]) for name in names)


def _of_size(value: Any, schema: Any, where: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where} is {value!r}, which is none of {schema['enum']}"
    if _is(value, "number") and not _between(value, schema, "imum"):
        yield f"{where} is {value}, which is out of bounds"
    if isinstance(value, str) and not _between(len(value), schema, "Length"):
        yield f"{where} has {len(value)} characters"
    if isinstance(value, list) and not _between(len(value), schema, "Items"):
        yield f"{where} has {len(value)} items"


def _between(size: float, schema: Any, what: str) -> bool:
    least, most = schema.get(f"min{what}", size), schema.get(f"max{what}", size)
    return bool(least <= size <= most)


def _of_fields(value: dict[str, Any], schema: Any, where: str) -> Iterator[str]:
    known = schema.get("properties")
    if known is None:
        return
    yield from (
        f"{where}.{name} is missing" for name in schema.get("required", ()) if name not in value
    )
    for name, one in value.items():
        if name in known:
            yield from _of_value(one, known[name], f"{where}.{name}")
        else:
            yield f"{where}.{name} is unknown"

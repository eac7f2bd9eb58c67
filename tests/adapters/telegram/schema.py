"""Every call checked against Telegram's own description of its Bot API, where that is there."""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.stand_ins.telegram import Call

SPECS = Path(__file__).parents[3].parent / "shared" / "specs" / "telegram" / "api.json"


@cache
def api() -> Any:
    if not SPECS.exists():
        pytest.skip("the official description of the Bot API is not at ../shared/specs")
    return json.loads(SPECS.read_text("utf-8"))


def problems(calls: Iterable[Call]) -> list[str]:
    """What is wrong with them: unknown, missing, or of another type; empty when all are right."""
    return [
        f"{call.method}: {problem}"
        for call in calls
        for problem in _of_method(call, api()["methods"].get(call.method))
    ]


def _of_method(call: Call, method: Any) -> Iterator[str]:
    if method is None:
        yield "no such method"
        return
    yield from _of_fields(call.asked, method.get("fields", []), set(call.files))


def _of_fields(given: dict[str, Any], fields: list[Any], files: set[str]) -> Iterator[str]:
    known = {field["name"]: field for field in fields}
    yield from (f"{name} is unknown" for name in given.keys() - known.keys() - files)
    for name, field in known.items():
        if name not in given:
            if field["required"]:
                yield f"{name} is missing"
        elif not any(_fits(given[name], kind, files) for kind in field["types"]):
            yield f"{name} is {given[name]!r}, which is none of {field['types']}"


def _fits(value: Any, kind: str, files: set[str]) -> bool:
    match kind:
        case "Integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "Float":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "Boolean":
            return isinstance(value, bool)
        case "String":
            return isinstance(value, str)
        case "InputFile":
            return value in files
    if kind.startswith("Array of "):
        inner = kind.removeprefix("Array of ")
        return isinstance(value, list) and all(_fits(one, inner, files) for one in value)
    described = api()["types"].get(kind)
    if described is None or not isinstance(value, dict):
        return False
    if "subtypes" in described:
        return any(_fits(value, one, files) for one in described["subtypes"])
    return not list(_of_fields(value, described.get("fields", []), files))

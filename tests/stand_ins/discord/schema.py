"""Requests against Discord's own description of its interface, where that lies beside us."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.stand_ins.discord import Call

PATH = Path(__file__).parents[3].parent / "shared" / "specs" / "discord" / "openapi.json"
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
# What discord.py adds everywhere: Discord ignores it.
_OF_THE_LIBRARY = {"tts", "flags", "type"}


@cache
def described() -> Any:
    return json.loads(PATH.read_text("utf-8"))


def problems(calls: Sequence[Call]) -> list[str]:
    """What Discord's description does not know in these requests."""
    return [problem for call in calls for problem in _problems(call)]


def _problems(call: Call) -> Iterator[str]:
    for path, methods in described()["paths"].items():
        pattern = re.sub(r"\\{[^/]*?\\}", "[^/]+", re.escape(path))
        if call.method.lower() in methods and re.fullmatch(pattern, call.path):
            body = methods[call.method.lower()].get("requestBody")
            if body is not None and call.body is not None:
                schema = body["content"][call.content_type]["schema"]
                yield from _check(call.body, schema, f"{call.method} {path}")
            return
    yield f"{call.method} {call.path}: unknown"


def _check(value: Any, schema: Any, at: str) -> Iterator[str]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name == "SnowflakeType" and isinstance(value, int):
            return  # discord.py sends them as numbers, which Discord takes
        yield from _check(value, described()["components"]["schemas"][name], at)
        return
    if "allOf" in schema:  # a message and its files
        yield from _check(value, schema["allOf"][0], at)
        return
    for word in ("oneOf", "anyOf"):
        if word in schema:
            fitting = [one for one in schema[word] if one != {"type": "null"} or value is None]
            tries = [list(_check(value, one, at)) for one in fitting]
            yield from min(tries, key=len)
            return
    yield from _simple(value, schema, at)


def _simple(value: Any, schema: Any, at: str) -> Iterator[str]:
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    whole = int(value) if isinstance(value, float) and value.is_integer() else value  # 24.0 is one
    if kinds and not any(isinstance(whole, _TYPES[kind]) for kind in kinds):
        yield f"{at}: {value!r} is no {kinds}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if isinstance(value, str | list):
        most = schema.get("maxLength", schema.get("maxItems"))
        if most is not None and len(value) > most:
            yield f"{at}: {len(value)} are more than {most}"
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            yield from _check(item, schema["items"], f"{at}[{number}]")
    if isinstance(value, dict) and "properties" in schema:
        yield from _object(value, schema, at)


def _object(value: Mapping[str, Any], schema: Any, at: str) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{at}: {name} is missing"
    for name, inner in value.items():
        if name in schema["properties"]:
            yield from _check(inner, schema["properties"][name], f"{at}.{name}")
        elif name not in _OF_THE_LIBRARY:
            yield f"{at}: {name} is not known"

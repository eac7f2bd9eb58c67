"""Whether a request is one that Meta's own specification knows (../shared/specs/meta)."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tests.stand_ins.facebook import Call

SPECS = Path(__file__).resolve().parents[3].parent / "shared" / "specs" / "meta"
# Of every call: https://developers.facebook.com/docs/graph-api/guides/secure-requests,
# …/results (paging). ``fields`` names what is wanted of any object.
_ALWAYS = {"appsecret_proof", "fields", "limit", "after"}
# Documented, and missing from the specification.
_BESIDE = {
    ("POST", "messenger_profile"): {"greeting"},
    ("GET", "messenger_profile"): set(),
    ("POST", "photos"): {"source"},
}
_PAGE, _POST, _COMMENT, _NUMBER = "Page", "PagePost", "Comment", "AdVideo"


def problems(call: Call, page: str) -> Iterator[str]:
    """What of the call the specification does not know, as sentences."""
    if call.path == "debug_token":
        yield from (f"debug_token: {name}?" for name in set(call.sent) - {*_ALWAYS, "input_token"})
        return
    what, _, edge = call.path.partition("/")
    node = _node(what, page)
    api = _api(node, call.method, edge)
    if api is None:
        yield f"{node} has no {call.method} {edge or 'of its own'}"
        return
    params = {one["name"]: one["type"] for one in api["params"]}
    beside = _BESIDE.get((call.method, edge), set())
    for name in [*call.sent, *call.files]:
        if name in params:
            yield from _value(f"{call.method} {call.path} {name}", params[name], call, name)
        elif name not in _ALWAYS | beside:
            yield f"{call.method} {call.path}: {node} does not know {name}"
    for one in api["params"]:
        if one["required"] and one["name"] not in call.sent:
            yield f"{call.method} {call.path}: {one['name']} is missing"
    if "fields" in call.sent:
        yield from _fields(call, str(api["return"]) if edge else node)


def _node(what: str, page: str) -> str:
    if what == page:
        return _PAGE
    if "_" not in what:
        return _NUMBER
    return _POST if what.startswith(f"{page}_") else _COMMENT


@cache
def _spec(node: str) -> Any:
    return json.loads((SPECS / f"{node}.json").read_bytes())


@cache
def _enums() -> dict[str, list[str]]:
    found = json.loads((SPECS / "enum_types.json").read_bytes())
    return {one["name"]: one["values"] for one in found}


def _api(node: str, method: str, edge: str) -> Any:
    for api in _spec(node)["apis"]:
        if api["method"] == method and api.get("endpoint", "") == edge:
            return api
    return None


def _value(where: str, kind: str, call: Call, name: str) -> Iterator[str]:
    value = call.sent.get(name)
    if value is None:
        return
    several = re.fullmatch(r"list<(.+)>", kind)
    if several and value.startswith("["):
        values = json.loads(value)
        if not isinstance(values, list):
            yield f"{where} is no list: {value}"
    else:
        values = value.split(",") if several else [value]
    inner = several[1] if several else kind
    allowed = _enums().get(inner)
    if allowed is not None:
        yield from (f"{where}: {one} is none of {allowed}" for one in values if one not in allowed)
    elif inner == "bool" and value not in {"true", "false"}:
        yield f"{where} is no truth: {value}"
    elif inner in {"unsigned int", "int"} and not value.isdigit():
        yield f"{where} is no number: {value}"
    elif inner == "Object" and not several and not isinstance(_object(value), dict):
        yield f"{where} is no object: {value}"


def _object(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _fields(call: Call, node: str) -> Iterator[str]:
    """Names at the outermost level: objects have these, or edges of that name."""
    if not (SPECS / f"{node}.json").exists():
        return
    spec = _spec(node)
    known = {one["name"] for one in spec["fields"]} | {
        one.get("endpoint") for one in spec["apis"] if one["method"] == "GET"
    }
    flat, before = call.sent["fields"], ""
    while flat != before:
        flat, before = re.sub(r"\{[^{}]*\}", "", flat), flat
    for name in re.sub(r"\([^)]*\)", "", flat).split(","):
        if name.partition(".")[0] not in known:
            yield f"{call.method} {call.path}: {node} has no field {name}"

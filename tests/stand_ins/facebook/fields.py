"""``fields=id,comments.limit(5){id,message}``, as the Graph API has it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.stand_ins.facebook.wall import No

_ONE = re.compile(r"\s*([a-z_]+)((?:\.[a-z_]+\([^)]*\))*)")
_ARGUMENT = re.compile(r"\.([a-z_]+)\(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    arguments: Mapping[str, str]
    inner: str | None


def parsed(text: str) -> Iterator[Field]:
    """Raises `No` where it is no such list."""
    at = 0
    while at < len(text):
        found = _ONE.match(text, at)
        if found is None:
            raise No(2500, f"Syntax error at character {at} of fields: {text[at : at + 20]}")
        at, inner = found.end(), None
        if text[at : at + 1] == "{":
            end = _closing(text, at)
            inner, at = text[at + 1 : end], end + 1
        yield Field(found[1], dict(_ARGUMENT.findall(found[2])), inner)
        if text[at : at + 1] not in {"", ","}:
            raise No(2500, f"Syntax error at character {at} of fields: {text[at : at + 20]}")
        at += 1


def _closing(text: str, at: int) -> int:
    depth = 0
    for place in range(at, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place
    raise No(2500, "Syntax error: expected } in fields")


def chosen(thing: Mapping[str, Any], fields: str) -> dict[str, Any]:
    """What of it is asked for; the id always, plain values that aren't there never."""
    names = [one.name for one in parsed(fields)] if fields else ["id", "message", "created_time"]
    return {name: thing[name] for name in ["id", *names] if name in thing}


def page_of(
    things: list[dict[str, Any]], arguments: Mapping[str, str], fields: str
) -> dict[str, Any]:
    """``limit`` and ``after`` of a list, with the cursor of the next page."""
    limit, after = int(arguments.get("limit", "25")), arguments.get("after", "")
    if not 0 < limit <= 100:
        raise No(100, "(#100) The limit must be between 1 and 100")
    start = int(after) if after else 0
    some = things[start : start + limit]
    answer: dict[str, Any] = {"data": [chosen(one, fields) for one in some]}
    if some:
        answer["paging"] = {"cursors": {"before": str(start), "after": str(start + len(some))}}
        if start + limit < len(things):
            answer["paging"]["next"] = "https://graph.facebook.com/…access_token=SHOULD-NOT-BE-USED"
    return answer

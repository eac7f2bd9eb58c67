"""No regular expression of the product can be made to run for long (RELIABILITY: ReDoS)."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from pkgutil import walk_packages
from time import process_time
from typing import Any

import regex

LENGTH = 2_000
MOST = 0.25  # seconds of CPU for one search in so many characters
# Beside floods of what a pattern itself speaks of: what breaks patterns in general.
FLOODS = ("a", " ", "a ", "1 ", "a-", "@a.", "x" * 40 + " ", "Ää")
LITERAL = re.compile(r"[a-zäöüß@#:/=<\"'-]{1,12}", re.I)


def patterns() -> dict[str, Any]:
    """Every compiled pattern that some module of the product holds, by where it stands."""
    found: dict[str, Any] = {}
    for name in ("bot", "adapters", "content_calendar"):
        package = import_module(name)
        for info in walk_packages(package.__path__, f"{name}."):
            if ".migrations" not in info.name:
                for variable, value in vars(import_module(info.name)).items():
                    for pattern in within(value, 4):
                        found.setdefault(pattern.pattern, (f"{info.name}.{variable}", pattern))
    return {f"{place}: {text[:50]}": pattern for text, (place, pattern) in found.items()}


def within(value: Any, depth: int) -> Iterator[Any]:
    match value:
        case re.Pattern() | regex.Pattern():
            yield value
        case dict() if depth:
            for inner in value.values():
                yield from within(inner, depth - 1)
        case list() | tuple() | set() | frozenset() if depth:
            for inner in value:
                yield from within(inner, depth - 1)
        case _ if depth and is_dataclass(value) and not isinstance(value, type):
            for field in fields(value):
                yield from within(getattr(value, field.name), depth - 1)


def adversaries(pattern: str) -> Iterator[str]:
    """Long repeats of the pattern's own words, alone and after one another, that never end as it
    wants."""
    own = [word for word in LITERAL.findall(pattern) if word.strip()][:4]
    for flood in (*FLOODS, *own, " ".join(own), "".join(own), *(f"{word} a " for word in own)):
        if flood:
            body = (flood * (LENGTH // len(flood) + 1))[:LENGTH]
            yield f"{own[0] if own else ''} {body}\0"


def slowest(pattern: Any) -> tuple[float, str]:
    worst = (0.0, "")
    for text in adversaries(pattern.pattern):
        taken = seconds(pattern, text)
        if taken > MOST:  # a busy machine, or a bad pattern: look again
            taken = min(taken, seconds(pattern, text), seconds(pattern, text))
        worst = max(worst, (taken, text[:40]))
    return worst


def seconds(pattern: Any, text: str) -> float:
    began = process_time()
    pattern.search(text)
    pattern.fullmatch(text)
    return process_time() - began


def test_every_pattern_of_the_product_stays_quick() -> None:
    known = patterns()
    assert len(known) > 80
    slow = {}
    for name, pattern in known.items():
        taken, text = slowest(pattern)
        if taken > MOST:
            slow[name] = f"{taken:.2f} s for {text!r}"
    assert slow == {}


def test_a_bad_pattern_would_be_found() -> None:
    """Its time grows with the cube; that of one that is worse would not end."""
    assert seconds(re.compile(r"^\w*\w*\w*:"), "a" * 700 + "!") > MOST

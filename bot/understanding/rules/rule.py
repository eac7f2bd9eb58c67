"""A rule: words that call it, a pattern that decides, and how much it then says."""

import re
from dataclasses import dataclass

from bot.understanding.kinds import Kind

GAP = r"(?:\S+ ){0,3}?"
"""Up to three words in between."""
FAR = r"(?:\S+ ){0,8}?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`pattern` reads a clause as ` ^ lower case words , apart ? $ ` and matches whole words."""

    name: str
    kind: Kind
    weight: float
    """How sure it makes us, 0 to 1. Below 0 it takes its kind back ("leak" in "does not leak")."""
    cues: frozenset[str]
    pattern: re.Pattern[str]


def rule(name: str, kind: Kind, weight: float, cues: str, pattern: str) -> Rule:
    """`cues`: one of these words must stand in the clause before the pattern is even tried."""
    return Rule(
        name=name,
        kind=kind,
        weight=weight,
        cues=frozenset(cues.split()),
        pattern=re.compile(f"(?<= )(?:{pattern})(?:(?= )|(?<= ))"),
    )


def words(name: str, kind: Kind, weight: float, alternatives: str) -> Rule:
    """The rule for single words that each decide by themselves."""
    return rule(name, kind, weight, alternatives, "|".join(map(re.escape, alternatives.split())))

"""All rules, found by the words that call them."""

from collections import defaultdict
from dataclasses import dataclass

from bot.understanding.kinds import Kind
from bot.understanding.rules import english, german, suggesting
from bot.understanding.rules.rule import Rule
from bot.understanding.text import Clause

RULES = (*suggesting.RULES, *english.RULES, *german.RULES)
_LEAST = 0.3
"""What a kind must add up to before we believe it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What the rules make of one clause."""

    kind: Kind
    confidence: float
    why: tuple[str, ...]


def _index() -> dict[str, tuple[int, ...]]:
    by_cue: dict[str, list[int]] = defaultdict(list)
    for number, rule in enumerate(RULES):
        for cue in rule.cues:
            by_cue[cue].append(number)
    return {cue: tuple(numbers) for cue, numbers in by_cue.items()}


_BY_CUE = _index()


def read(clause: Clause) -> Hit | None:
    """The likeliest kind of the clause, or nothing where no rule is sure enough."""
    doubt: dict[Kind, float] = {}
    why: dict[Kind, list[str]] = defaultdict(list)
    against: dict[Kind, float] = defaultdict(float)
    for number in sorted({n for token in clause.tokens for n in _BY_CUE.get(token, ())}):
        rule = RULES[number]
        if match := rule.pattern.search(clause.norm):
            if rule.weight < 0:
                against[rule.kind] += rule.weight
            else:
                doubt[rule.kind] = doubt.get(rule.kind, 1.0) * (1 - rule.weight)
                why[rule.kind].append(_reason(rule, match[0]))
    return _likeliest({kind: 1 - left + against[kind] for kind, left in doubt.items()}, why)


def _likeliest(sure: dict[Kind, float], why: dict[Kind, list[str]]) -> Hit | None:
    kind = max(sure, key=sure.__getitem__, default=Kind.CHATTER)
    if not sure or sure[kind] < _LEAST:
        return None
    return Hit(kind=kind, confidence=round(sure[kind], 3), why=tuple(why[kind]))


def _reason(rule: Rule, seen: str) -> str:
    seen = seen.strip(" ^$")
    return f"{rule.name}: {seen}" if seen else rule.name

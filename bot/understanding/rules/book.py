"""All rules, found by the words that call them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.understanding.kinds import Kind
from bot.understanding.rules import english, german, suggesting
from bot.understanding.rules.rule import Rule
from bot.understanding.text import Clause

RULES = (*suggesting.RULES, *english.RULES, *german.RULES)


def _index() -> dict[str, tuple[int, ...]]:
    by_cue: dict[str, list[int]] = defaultdict(list)
    for number, rule in enumerate(RULES):
        for cue in rule.cues:
            by_cue[cue].append(number)
    return {cue: tuple(numbers) for cue, numbers in by_cue.items()}


_BY_CUE = _index()


KINDS = tuple(Kind)
_RECOMMENDS = "recommends it"
"""Praise for a shop; advice to other customers for who counts suggestions (SemEval-2019 Task 9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the rules say of several clauses together. ``scores``: per `KINDS`, 0 to 1, of the
    clause that is surest. ``names``: of the rules that spoke, with those against ("-name")."""

    scores: tuple[float, ...]
    names: tuple[str, ...]
    why: tuple[str, ...]

    @property
    def recommends(self) -> bool:
        return _RECOMMENDS in self.names


def verdict(clauses: Iterable[Clause]) -> Verdict:
    """What every rule makes of the clauses, without deciding for one kind."""
    scores = dict.fromkeys(KINDS, 0.0)
    names: list[str] = []
    why: list[str] = []
    for clause in clauses:
        spoken = [*_spoken(clause)]
        for kind, sure in _sure(spoken).items():
            scores[kind] = max(scores[kind], sure)
        names += [rule.name if rule.weight >= 0 else f"-{rule.name}" for rule, _ in spoken]
        why += [_reason(rule, seen) for rule, seen in spoken if rule.weight >= 0]
    return Verdict(scores=tuple(scores.values()), names=tuple(names), why=tuple(why))


def _spoken(clause: Clause) -> Iterator[tuple[Rule, str]]:
    """The rules that find something in it, with what they found."""
    for number in sorted({n for token in clause.tokens for n in _BY_CUE.get(token, ())}):
        if match := RULES[number].pattern.search(clause.norm):
            yield RULES[number], match[0]


def _sure(spoken: Sequence[tuple[Rule, str]]) -> dict[Kind, float]:
    """Rules for a kind add up as independent witnesses do; rules against it take away."""
    doubt: dict[Kind, float] = {}
    against: dict[Kind, float] = defaultdict(float)
    for rule, _ in spoken:
        if rule.weight < 0:
            against[rule.kind] += rule.weight
        else:
            doubt[rule.kind] = doubt.get(rule.kind, 1.0) * (1 - rule.weight)
    return {kind: 1 - left + against[kind] for kind, left in doubt.items()}


def _reason(rule: Rule, seen: str) -> str:
    seen = seen.strip(" ^$")
    return f"{rule.name}: {seen}" if seen else rule.name

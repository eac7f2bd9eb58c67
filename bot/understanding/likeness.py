"""The same thing said twice: how like two messages are in what they ask, not in how they ask it."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import nlargest

from rapidfuzz import fuzz

from bot.understanding.stems import OPPOSITES, SAYS_NOTHING, stem

_LOOKED_AT = 600
_WORD = re.compile(r"[^\W_]+(?:n't)?")
_NEGATIONS = frozenset("not no never without nicht kein keine keinen nie ohne cannot dont".split())
_TYPO = 84.0
"""rapidfuzz ratio from which two words of five letters or more are one word misspelt."""
_CONTRADICTION = 0.5
_TRIED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gist:
    stems: frozenset[str]
    weight: float
    negated: bool


def likeness(a: str, b: str) -> float:
    """0 to 1: share of the telling words that both have; halved where they contradict."""
    one, two = _gist(a), _gist(b)
    if not one.stems or not two.stems:
        return 0.0
    shared = _weight(one.stems & two.stems) + _misspelt(one.stems, two.stems)
    dice = 2 * shared / (one.weight + two.weight)
    contained = shared / min(one.weight, two.weight)
    # One shared word is a topic, not a matter: only from two words on may a short text be "part".
    few = min(len(one.stems), len(two.stems)) < 2
    score = dice if few else 0.65 * dice + 0.35 * contained
    return min(1.0, score * (_CONTRADICTION if _contradict(one, two) else 1.0))


def gist(text: str) -> str:
    """The telling words, the same for every way of saying exactly that; "" where none tells.

    Two texts of one gist are the same matter without comparing them with anything else.
    """
    found = _gist(text)
    return " ".join(["not"] * found.negated + sorted(found.stems)) if found.stems else ""


def best_match(
    text: str, candidates: Sequence[tuple[Hashable, str]]
) -> tuple[Hashable, float] | None:
    """The candidate most like `text` with its likeness; nothing where none shares a word."""
    mine = _gist(text).stems
    near = [pair for pair in candidates if not mine.isdisjoint(_gist(pair[1]).stems)]
    return _best(text, nlargest(_TRIED, near, key=lambda pair: len(mine & _gist(pair[1]).stems)))


@dataclass(slots=True)
class LikenessIndex:
    """Remembers what was said, by word, so that the best of thousands costs little."""

    _said: dict[Hashable, str] = field(default_factory=dict)
    _by_stem: defaultdict[str, dict[Hashable, None]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def add(self, key: Hashable, text: str) -> None:
        """A key that is already known gets the new text."""
        self.discard(key)
        self._said[key] = text
        for word in _gist(text).stems:
            self._by_stem[word][key] = None

    def discard(self, key: Hashable) -> None:
        """An unknown key is no error."""
        if (text := self._said.pop(key, None)) is not None:
            for word in _gist(text).stems:
                self._by_stem[word].pop(key, None)

    def best(self, text: str) -> tuple[Hashable, float] | None:
        """The key whose text is most like `text`, with the likeness."""
        return _best(text, [(key, self._said[key]) for key in self._shortlist(text)])

    def _shortlist(self, text: str) -> Iterable[Hashable]:
        """Rare shared words first: a word that everybody uses tells little."""
        votes: dict[Hashable, float] = defaultdict(float)
        for word in _gist(text).stems:
            having = self._by_stem.get(word, {})
            for key in having:
                votes[key] += len(word) / (1 + len(having))
        return sorted(votes, key=votes.__getitem__, reverse=True)[:_TRIED]


def _best(text: str, candidates: Iterable[tuple[Hashable, str]]) -> tuple[Hashable, float] | None:
    scored = ((key, likeness(text, said)) for key, said in candidates)
    best = max(scored, key=lambda pair: pair[1], default=None)
    return best if best and best[1] > 0 else None


@lru_cache(maxsize=50_000)
def _gist(text: str) -> _Gist:
    found = _WORD.findall(text[:_LOOKED_AT].lower().replace("’", "'"))
    negated = any(word in _NEGATIONS or word.endswith("n't") for word in found)
    telling = frozenset(stem(word) for word in found if word not in SAYS_NOTHING)
    return _Gist(stems=telling, weight=_weight(telling), negated=negated)


def _weight(stems: Iterable[str]) -> float:
    return float(sum(min(len(word), 8) for word in stems))


def _misspelt(one: frozenset[str], two: frozenset[str]) -> float:
    left, right = [w for w in one - two if len(w) > 4], [w for w in two - one if len(w) > 4]
    pairs = ((fuzz.ratio(a, b, score_cutoff=_TYPO), a) for a in left for b in right)
    return _weight({a for ratio, a in pairs if ratio})


def _contradict(one: _Gist, two: _Gist) -> bool:
    if one.negated != two.negated:
        return True
    mine, theirs = one.stems - two.stems, two.stems - one.stems
    return any(not group.isdisjoint(mine) and not group.isdisjoint(theirs) for group in OPPOSITES)

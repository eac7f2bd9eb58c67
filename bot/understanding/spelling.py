"""Misspelt words of a small vocabulary: those one slip away (two in long words)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from rapidfuzz.distance import OSA

_SHORTEST = 4
"""Letters; in shorter words a slip makes another word ("cup", "cap")."""
_LONG = 8
_LONGEST = 24


class Spelling:
    """Finds by dropping one letter on both sides, so looking up costs the same in any size."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._by_rest: dict[str, list[str]] = defaultdict(list)
        for word in vocabulary:
            if _SHORTEST <= len(word) <= _LONGEST and word.isalpha():
                for rest in _rests(word):
                    self._by_rest[rest].append(word)

    def correct(self, word: str) -> str | None:
        """The one known word that is meant; none where two are equally near."""
        if not _SHORTEST <= len(word) <= _LONGEST:
            return None
        near = {right for rest in _rests(word) for right in self._by_rest.get(rest, ())}
        allowed = 2 if len(word) >= _LONG else 1
        ranked = sorted((OSA.distance(word, right), right) for right in near)
        ranked = [pair for pair in ranked if pair[0] <= allowed]
        if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
            return None
        return ranked[0][1]


def _rests(word: str) -> Iterator[str]:
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]

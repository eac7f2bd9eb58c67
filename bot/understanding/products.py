"""Which product of the catalogue a text is about: exact names, then misspelt ones, then context."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.understanding.spelling import Spelling
from bot.understanding.stems import SAYS_NOTHING
from bot.understanding.text import ANALYSED, tokens_of

_LONGEST = 8
"""Words of a name that are compared; shop titles go on much longer than people do."""
_FLOOR = 0.6
_MARGIN = 0.1
_HEAD = 0.65
_FROM_THREAD = 0.5
_TYPO_COST = 0.9
_COMMON = 2_000
"""A word in more names than this finds nothing by itself."""
_DESCRIBES = frozenset(
    "small large big mini medium set pack new old black white red blue green grey gray pink "
    "yellow orange brown beige classic pro plus max kit for pieces ml cl l cm mm kg g oz xl xs "
    "klein groß mittel neu schwarz weiß rot blau grün grau rosa gelb braun stück".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductName:
    key: Hashable
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    key: Hashable
    score: float
    words: str
    """What named it, in lower case; empty where only the thread says so."""
    exact: bool


Words = tuple[str, ...]


class ProductFinder:
    """Built once per catalogue; `find` is pure and safe to share between threads."""

    def __init__(self, names: Iterable[ProductName]) -> None:
        self._aliases: dict[Words, set[Hashable]] = defaultdict(set)
        self._having: dict[str, set[Hashable]] = defaultdict(set)
        self._named: dict[Hashable, tuple[Words, ...]] = {}
        for product in names:
            self._learn(product)
        self._spelling = Spelling(self._having)

    def find(self, text: str, *, context: Sequence[Hashable] = ()) -> tuple[Candidate, ...]:
        """Up to three, best first; none rather than a guess.

        `context` are the products that the thread is about: they win ties, own generic words
        ("the lid"), and a lone one is meant where the text names none.
        """
        said = tokens_of(text[:ANALYSED])
        exact = list(self._exact(said, context))
        if exact:
            return tuple(exact[:3])
        fuzzy = self._clear(sorted(self._fuzzy(said, context), key=lambda found: -found.score))
        if fuzzy:
            return tuple(fuzzy[:3])
        if len(context) == 1 and context[0] in self._named:
            return (Candidate(key=context[0], score=_FROM_THREAD, words="", exact=False),)
        return ()

    def _learn(self, product: ProductName) -> None:
        spoken = [tokens_of(name)[:_LONGEST] for name in (product.name, *product.aliases)]
        self._named[product.key] = tuple(words for words in spoken if words)
        for words in self._named[product.key]:
            self._aliases[words].add(product.key)
            for word in words:
                self._having[word].add(product.key)

    def _exact(self, said: Words, context: Sequence[Hashable]) -> Iterator[Candidate]:
        """Longest names first, left to right; a word belongs to one name only."""
        at = 0
        while at < len(said):
            length = self._longest_at(said, at)
            if length:
                words = said[at : at + length]
                if (key := self._owner(words, context)) is not None:
                    yield Candidate(key=key, score=1.0, words=" ".join(words), exact=True)
            at += length or 1

    def _longest_at(self, said: Words, at: int) -> int:
        longest = min(_LONGEST, len(said) - at)
        return next((n for n in range(longest, 0, -1) if said[at : at + n] in self._aliases), 0)

    def _owner(self, words: Words, context: Sequence[Hashable]) -> Hashable | None:
        owners = self._aliases[words]
        if len(owners) > 1:
            owners = owners.intersection(context)
        return next(iter(owners)) if len(owners) == 1 else None

    def _fuzzy(self, said: Words, context: Sequence[Hashable]) -> Iterator[Candidate]:
        meant = {word: (word, 1.0) for word in said if word in self._having}
        for word in said:
            if word not in meant and (right := self._spelling.correct(word)):
                meant.setdefault(right, (word, _TYPO_COST))
        telling = {word: how for word, how in meant.items() if word not in SAYS_NOTHING}
        for key in self._touched(telling, context):
            best = max((self._score(words, telling, key in context) for words in self._named[key]))
            if best >= _FLOOR:
                mine = {word for words in self._named[key] for word in words}
                words = " ".join(how[0] for word, how in telling.items() if word in mine)
                yield Candidate(key=key, score=best, words=words, exact=False)

    def _touched(self, telling: Iterable[str], context: Sequence[Hashable]) -> set[Hashable]:
        touched: set[Hashable] = {key for key in context if key in self._named}
        for word in telling:
            if len(self._having[word]) <= _COMMON:
                touched |= self._having[word]
        return touched

    def _score(
        self, words: Words, telling: dict[str, tuple[str, float]], in_context: bool
    ) -> float:
        """Share of the name that was said; rare words weigh more."""
        weights = {word: self._weight(word) for word in words}
        said = sum(weights[word] * telling[word][1] for word in weights if word in telling)
        score = said / (sum(weights.values()) or 1.0)
        heads = [word for word in words if word in telling and word not in _DESCRIBES]
        if in_context and heads:
            return max(score, _HEAD) + 2 * _MARGIN
        if len(heads) < 2:
            head = words[-1]
            alone = head in heads and len(self._having[head]) == 1
            return max(score, _HEAD * telling[head][1] / 1.0) if alone else score * 0.5
        return score

    def _weight(self, word: str) -> float:
        rare = 1.0 / len(self._having[word]) ** 0.5
        return rare * (0.5 if word in _DESCRIBES or word in SAYS_NOTHING else 1.0)

    def _clear(self, found: list[Candidate]) -> list[Candidate]:
        """Nothing where two products are about as likely for the same words."""
        if len(found) < 2 or found[0].score - found[1].score >= _MARGIN:
            return found
        same = set(found[0].words.split()) & set(found[1].words.split())
        return [] if same else found

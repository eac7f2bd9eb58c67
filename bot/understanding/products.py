"""Which product of the catalogue a text is about: exact names, then misspelt ones, then context."""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest

from bot.understanding.spelling import Spelling
from bot.understanding.stems import SAYS_NOTHING
from bot.understanding.text import ANALYSED, tokens_of

_LONGEST = 8
"""Words of a name that are compared; shop titles go on much longer than people do."""
_WHOLE = 24
"""Words of a name by which it is told apart from others."""
_LARGE = 200
"""Products from which on rare words tell them apart; in fewer, everyday words are rare too."""
_ALIKE = 0.05
"""How much likelier than the second the first must be, as a share of its own score; chosen on half
of 10,000 shop titles."""
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
Meant = dict[str, tuple[str, float]]
"""Known word: how it was written, and how sure we are."""


class ProductFinder:
    """Built once per catalogue; `find` is pure and safe to share between threads."""

    def __init__(self, names: Iterable[ProductName]) -> None:
        self._aliases: dict[Words, set[Hashable]] = defaultdict(set)
        self._having: dict[str, set[Hashable]] = defaultdict(set)
        self._named: dict[Hashable, tuple[Words, ...]] = {}
        self._whole: dict[Hashable, frozenset[str]] = {}
        for product in names:
            self._learn(product)
        self._spelling = Spelling(self._having)
        self._length = {key: self._length_of(words) for key, words in self._whole.items()}

    def find(self, text: str, *, context: Sequence[Hashable] = ()) -> tuple[Candidate, ...]:
        """Up to three, best first; none rather than a guess.

        `context` are the products that the thread is about: they win ties, own generic words
        ("the lid"), and a lone one is meant where the text names none.
        """
        if not self._named:
            return ()
        said = tokens_of(text[:ANALYSED])
        exact = list(self._exact(said, context))
        if exact:
            return tuple(exact[:3])
        if apart := self._apart(said):
            return apart
        fuzzy = self._clear(sorted(self._fuzzy(said, context), key=lambda found: -found.score))
        if fuzzy:
            return tuple(fuzzy[:3])
        if len(context) == 1 and context[0] in self._named:
            return (Candidate(key=context[0], score=_FROM_THREAD, words="", exact=False),)
        return ()

    def _learn(self, product: ProductName) -> None:
        spoken = [tokens_of(name)[:_LONGEST] for name in (product.name, *product.aliases)]
        names = tuple(words for words in spoken if words)
        if names:
            self._named[product.key] = names
        for words in names:
            self._aliases[words].add(product.key)
        whole = {word for name in (product.name, *product.aliases) for word in _all_of(name)}
        self._whole[product.key] = frozenset(whole)
        for word in whole:
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
        """Under a post about the Trail Mug, "mug" is that one, whoever else is called so."""
        owners = self._aliases[words]
        owners = owners.intersection(context) or self._in_thread(words, context) or owners
        return next(iter(owners)) if len(owners) == 1 else None

    def _in_thread(self, words: Words, context: Sequence[Hashable]) -> set[Hashable]:
        named = {key: self._named.get(key, ()) for key in context} if len(words) == 1 else {}
        return {key for key, names in named.items() if any(words[0] in name for name in names)}

    def _apart(self, said: Words) -> tuple[Candidate, ...]:
        """What the rare words of a large catalogue tell apart: two at least, which together say as
        much as it takes to name one product of all, and no other that is nearly as like."""
        if len(self._named) < _LARGE:
            return ()
        meant = {word: how for word, how in self._meant(said).items() if self._narrows(word)}
        votes: dict[Hashable, float] = defaultdict(float)
        told: dict[Hashable, float] = defaultdict(float)
        words: Counter[Hashable] = Counter()
        for word, (_, sure) in meant.items():
            tells = self._tells(word)
            for key in self._having[word]:
                votes[key] += sure * tells * tells
                told[key] += sure * tells
                words[key] += 1
        scores = {key: vote / self._length[key] for key, vote in votes.items()}
        best = nlargest(3, scores, key=scores.__getitem__)
        if not best or words[best[0]] < 2 or told[best[0]] < math.log(len(self._named)):
            return ()
        if len(best) > 1 and scores[best[0]] - scores[best[1]] < _ALIKE * scores[best[0]]:
            return ()
        whole = self._length_of(meant)
        return tuple(
            Candidate(
                key=key,
                score=min(1.0, scores[key] / whole),
                words=" ".join(how[0] for word, how in meant.items() if word in self._whole[key]),
                exact=False,
            )
            for key in best
        )

    def _narrows(self, word: str) -> bool:
        telling = word[0].isalnum() and word not in _DESCRIBES
        return telling and len(self._having[word]) <= _COMMON

    def _tells(self, word: str) -> float:
        """In nats: how much it narrows down which product is meant."""
        return math.log((1 + len(self._named)) / len(self._having[word]))

    def _length_of(self, words: Iterable[str]) -> float:
        return math.sqrt(sum(self._tells(word) ** 2 for word in words)) or 1.0

    def _fuzzy(self, said: Words, context: Sequence[Hashable]) -> Iterator[Candidate]:
        telling = self._meant(said)
        for key in self._touched(telling, context):
            best = max(
                self._in_context(words, telling)
                if key in context
                else self._by_itself(words, telling, alone=not context)
                for words in self._named[key]
            )
            if best >= _FLOOR:
                mine = {word for words in self._named[key] for word in words}
                words = " ".join(how[0] for word, how in telling.items() if word in mine)
                yield Candidate(key=key, score=best, words=words, exact=False)

    def _meant(self, said: Words) -> Meant:
        """The words of names that were said, as one, as several ("mugs"), or misspelt."""
        meant: Meant = {}
        for word in said:
            if word in self._having:
                meant[word] = (word, 1.0)
            elif (one := word.removesuffix("s")) in self._having:
                meant.setdefault(one, (word, 1.0))
            elif right := self._spelling.correct(word):
                meant.setdefault(right, (word, _TYPO_COST))
        return {word: how for word, how in meant.items() if word not in SAYS_NOTHING}

    def _touched(self, telling: Iterable[str], context: Sequence[Hashable]) -> set[Hashable]:
        """Products of the thread, those with two of the words, and sole owners of one."""
        votes: Counter[Hashable] = Counter()
        touched: set[Hashable] = {key for key in context if key in self._named}
        for word in telling:
            having = self._having[word]
            if len(having) == 1:
                touched |= having
            if len(having) <= _COMMON:
                votes.update(having)
        return touched | {key for key, count in votes.items() if count > 1}

    def _in_context(self, words: Words, telling: Meant) -> float:
        """Any telling word of its name is enough."""
        heads = _heads(words, telling)
        return min(1.0, max(self._share(words, telling), _HEAD) + 2 * _MARGIN) if heads else 0.0

    def _by_itself(self, words: Words, telling: Meant, *, alone: bool) -> float:
        """Two telling words of the name, or its last word where no other product has it."""
        heads = _heads(words, telling)
        share, last = self._share(words, telling), words[-1]
        if len(heads) >= 2:
            return share
        if alone and last in heads and len(self._having[last]) == 1:
            return max(share, _HEAD * telling[last][1])
        return 0.0

    def _share(self, words: Words, telling: Meant) -> float:
        """How much of the name was said; rare words weigh more, misspelt ones less."""
        weights = {word: self._weight(word) for word in words}
        said = sum(weights[word] * telling[word][1] for word in weights if word in telling)
        return said / sum(weights.values())

    def _weight(self, word: str) -> float:
        quiet = word in _DESCRIBES or word in SAYS_NOTHING
        return (0.5 if quiet else 1.0) / math.sqrt(len(self._having[word]))

    def _clear(self, found: list[Candidate]) -> list[Candidate]:
        """Nothing where two products are about as likely for the same words."""
        if len(found) < 2 or found[0].score - found[1].score >= _MARGIN:
            return found
        same = set(found[0].words.split()) & set(found[1].words.split())
        return [] if same else found


def _all_of(name: str) -> Words:
    return tokens_of(name)[:_WHOLE]


def _heads(words: Words, telling: Meant) -> list[str]:
    return [word for word in words if word in telling and word not in _DESCRIBES]

"""What the recogniser sees of a stretch of text: n-grams that know where sentences begin, the
rules that speak, and a few counts.

Mood and modality carry the signal, so grammar words stay, and `^` marks each beginning: “make it
longer” asks, “they make it longer” tells.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from bot.understanding.kinds import Context
from bot.understanding.lexicon import GROUPS, told
from bot.understanding.polarity import heard_by
from bot.understanding.rules import KINDS as RULED
from bot.understanding.rules import Verdict, verdict
from bot.understanding.text import ANALYSED, Clause, tokens_of

Vector = npt.NDArray[np.float32]

_DIGITS = re.compile(r"\d+")
_EMOJI = re.compile(r"[\u2600-\u27bf\U0001f300-\U0001faff]")
_LONGEST_WORD = 24
_MOST_TOKENS = 120
"""Of a stretch; what comes after is not looked at, so that time is bounded."""
_CHARACTERS = (3, 4)

_ME = frozenset(
    "i i'd i'm i've i'll me my we we'd our us ich mir mich mein meine wir uns je moi mon nous yo "
    "mi nosotros io mi mio noi ik mij mijn wij ons ja mi mój my".split()
)
_YOU = frozenset(
    "you your you'd u ihr euch euer eure sie ihre vous votre vos tu te vosotros ustedes su voi "
    "vostro jullie je uw u wy wasz wam".split()
)
_MODAL = frozenset(
    "would could should might may can must need needs wish hope please sollte solltet könnte "
    "könntet könnten würde wäre müsste bitte hoffe wünsche faudrait serait pourrait pourriez "
    "devrait souhaite deberían podrían podríais sería ojalá dovreste potreste sarebbe vorrei "
    "dovrebbe zou zouden moeten kunnen graag powinni moglibyście można byłoby warto proszę".split()
)
_NOT = frozenset(
    "not no never don't didn't doesn't isn't can't won't nicht kein keine nie pas jamais no nunca "
    "non mai niet geen nooit nie nigdy".split()
)
_MORE = frozenset(
    "more better less longer bigger smaller mehr besser länger größer kleiner plus mieux moins más "
    "mejor menos più meglio meno meer beter minder bardziej lepiej więcej".split()
)
_IF = frozenset("if wenn falls si se als jeśli gdyby".split())
_IDEAS = frozenset(
    "would improve change better wish idea ideas suggest suggestion missing next want should "
    "verbessern ändern besser fehlt wünscht idee ideen wünschen würdet améliorer changer idées "
    "manque mejorar cambiar ideas falta migliorare cambiare manca verbeteren veranderen ideeën "
    "poprawić zmienić brakuje pomysły".split()
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A stretch of text as the recogniser reads it: its clauses, and how it stands in the whole."""

    text: str
    clauses: tuple[Clause, ...]
    language: str
    context: Context | None = None
    place: float = 0.0
    """0: it begins the message, 1: it ends it."""
    alone: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """``grams``: names of what is there. ``dense``: as long as `DENSE`."""

    grams: tuple[str, ...]
    dense: Vector
    verdict: Verdict

    @property
    def words(self) -> tuple[str, ...]:
        """Its words, once each; a single letter is none."""
        return tuple(gram for gram in self.grams if len(gram) > 1 and gram.isalpha())

    @property
    def told(self) -> bool:
        """Whether a rule or a word that we wrote down speaks."""
        return bool(self.verdict.names) or bool(self.dense[_LEXICON].any())


DENSE = (
    *(f"rule {kind.value}" for kind in RULED),
    "recommends", "textblob", "vader", "german", "post", "asked", "asked for ideas", "short answer",
    "words", "question", "exclaims", "capitals", "emoji", "me", "you", "modal", "not", "more", "if",
    "place", "alone", "first is modal", "digits", *GROUPS,
)  # fmt: skip

_LEXICON = slice(-len(GROUPS), None)
RULES = len(RULED) + 1
"""So many of `DENSE`, the first, are what the rules say."""


def see(unit: Unit) -> Seen:
    """Everything that is looked at, in one pass. Never raises."""
    tokens = [token for clause in unit.clauses for token in ("^", *clause.tokens)][:_MOST_TOKENS]
    ruled = verdict(unit.clauses)
    asked = _asked(unit.context)
    grams = [*_words(tokens), *_characters(tokens), *(f"rule:{name}" for name in ruled.names)]
    if unit.context is not None:
        grams += [f"{name}:{len(tokens) < 8}" for name, there in asked if there]
    return Seen(
        grams=tuple(dict.fromkeys(grams)),
        dense=np.array([*_dense(unit, tokens, ruled, [there for _, there in asked])], np.float32),
        verdict=ruled,
    )


def _words(tokens: Sequence[str]) -> Iterator[str]:
    flat = [_DIGITS.sub("0", token[:_LONGEST_WORD]) for token in tokens] + ["$"]
    yield from flat[:-1]
    for one, two in pairwise(flat):
        yield f"{one} {two}"
    for one, two, three in zip(flat, flat[1:], flat[2:], strict=False):
        yield f"{one} {two} {three}"


def _characters(tokens: Sequence[str]) -> Iterator[str]:
    for token in tokens:
        if token.isalpha():
            word = f"_{token[:_LONGEST_WORD]}_"
            for size in _CHARACTERS:
                for at in range(len(word) - size + 1):
                    yield f"~{word[at : at + size]}"


def _asked(context: Context | None) -> list[tuple[str, bool]]:
    above = (context.question or context.post or "")[:ANALYSED] if context else ""
    ideas = "?" in above and not _IDEAS.isdisjoint(tokens_of(above))
    return [("post", bool(above)), ("asked", "?" in above), ("ideas", ideas)]


def _dense(
    unit: Unit, tokens: Sequence[str], ruled: Verdict, asked: Sequence[bool]
) -> Iterator[float]:
    yield from ruled.scores
    yield float(ruled.recommends)
    yield from heard_by(unit.text, language=unit.language)
    yield from map(float, asked)
    words = [token for token in tokens if token[0].isalnum()]
    yield float(asked[2] and len(words) < 8)
    yield math.log1p(len(words))
    yield float("?" in unit.text)
    yield min(unit.text.count("!"), 3)
    letters = sum(map(str.isalpha, unit.text)) or 1
    yield sum(map(str.isupper, unit.text)) / letters if letters > 8 else 0.0
    yield min(len(_EMOJI.findall(unit.text)), 3)
    for group in (_ME, _YOU, _MODAL, _NOT, _MORE, _IF):
        yield min(sum(word in group for word in words), 3)
    yield unit.place
    yield float(unit.alone)
    yield float(bool(words) and words[0] in _MODAL)
    yield float(any(map(str.isdigit, unit.text)))
    yield from (min(count, 3) for count in told(words))

"""From a message to its signals."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from bot.understanding.features import Seen, Unit, see
from bot.understanding.kinds import FACETED, TOPIC_OF, Context, Facet, Kind, Signal, Topic
from bot.understanding.language import language_of
from bot.understanding.learning.layer import Layer, inputs_of
from bot.understanding.polarity import polarity
from bot.understanding.recogniser import Head, Matrix, Recogniser, shipped
from bot.understanding.text import ANALYSED, clauses

_MOST = 8
"""Signals per message."""
_TOGETHER = frozenset({Kind.PROBLEM, Kind.DELIVERY, Kind.PRAISE, Kind.ABOUT_BOT})
"""Kinds that, said in two neighbouring clauses, are one thing said at more length."""
_STRENGTH = {Kind.QUESTION: 0.9, Kind.PRAISE: 0.6}
_NOTHING_GOOD = -0.3
_NOTHING_KNOWN = np.array([0.5 if kind is Kind.CHATTER else 0.0 for kind in Kind], np.float32)
_ELSEWHERE = 0.6
"""How likely a topic must be before the matter is not the product's. Own test split: of 934 matters
of a product 7 go elsewhere, of 183 others 22 go where they belong."""
_RULES = 0.35
"""How much say the rules have."""


def understand(
    text: str,
    *,
    context: Context | None = None,
    language: str | None = None,
    layer: Layer | None = None,
) -> tuple[Signal, ...]:
    """What the message does, strongest first; CHATTER where it does nothing. Never raises.

    ``layer``: what the installation's staff have taught it.
    """
    language = language or language_of(text)
    heard = _signals(pieces(text, language, context), shipped(), layer)
    telling = list(_joined(text, [one for one in heard if one.kind is not Kind.CHATTER]))
    telling.sort(key=lambda signal: -signal.confidence * _STRENGTH.get(signal.kind, 1.0))
    return tuple(telling[:_MOST]) or (_chatter(text, heard, language),)


def pieces(text: str, language: str, context: Context | None = None) -> list[Unit]:
    """The message's clauses, each a stretch of its own."""
    found = list(clauses(text))
    last = max(len(found) - 1, 1)
    return [
        Unit(
            text=text[clause.start : clause.end],
            clauses=(clause,),
            language=language,
            context=context,
            place=at / last,
            alone=len(found) == 1,
        )
        for at, clause in enumerate(found)
    ]


def whole(text: str, language: str = "en", context: Context | None = None) -> Unit:
    """The message as one stretch."""
    found = tuple(clauses(text))
    return Unit(text=text, clauses=found, language=language, context=context)


def thought(
    text: str, start: int, end: int, *, language: str, context: Context | None = None
) -> tuple[Matrix, Matrix]:
    """What is thought of the clauses in ``text[start:end]`` without a layer, and what a layer looks
    at to think otherwise; a row a clause, none where nothing stands there."""
    units = [
        unit
        for unit in pieces(text, language, context)
        if unit.clauses[0].start < end and unit.clauses[0].end > start
    ]
    if not units:
        return np.empty((0, len(Kind)), np.float32), np.empty((0, 0), np.float32)
    seen = [see(unit) for unit in units]
    before = _kinds(shipped(), seen, shipped().inputs(seen))
    return before, inputs_of(before, seen)


def _signals(
    units: Sequence[Unit], recogniser: Recogniser, layer: Layer | None = None
) -> list[Signal]:
    """One signal per clause, in the order in which they were said."""
    if not units:
        return []
    seen = [see(unit) for unit in units]
    inputs = recogniser.inputs(seen)
    kinds, how_sure = _named(recogniser.head("kind"), _kinds(recogniser, seen, inputs, layer))
    facet, topic = recogniser.head("facet"), recogniser.head("topic")
    facets = facet.named(facet.stacker.probabilities(inputs))
    topics = _topics(topic.labels, topic.stacker.probabilities(inputs))
    feelings = recogniser.head("feeling").stacker.probabilities(inputs)
    return [
        Signal(
            kind=(kind := Kind(kinds[at])),
            facet=Facet(facets[at]) if kind in FACETED else Facet.NONE,
            topic=TOPIC_OF.get(kind) or topics[at],
            polarity=_feeling(kind, float(feelings[at, 2] - feelings[at, 0])),
            words=unit.text,
            start=unit.clauses[0].start,
            end=unit.clauses[0].end,
            confidence=round(how_sure[at], 3),
            why=seen[at].verdict.why or _sounds(recogniser, seen[at].grams, kind),
        )
        for at, unit in enumerate(units)
    ]


def _kinds(
    recogniser: Recogniser, seen: Sequence[Seen], inputs: Matrix, layer: Layer | None = None
) -> Matrix:
    """``n × kinds``: what the recogniser has learnt, and what the rules say where they speak.

    Rules were written, not learnt: in a shop whose talk is new to the recogniser they are as right
    as anywhere.
    """
    learnt = recogniser.head("kind").stacker.probabilities(inputs)
    ruled = np.array([one.verdict.scores for one in seen], np.float32).clip(0, 1)
    ruled /= np.maximum(ruled.sum(axis=1, keepdims=True), 1)
    silent = 1 - ruled.sum(axis=1, keepdims=True)
    mixed: Matrix = (1 - _RULES) * learnt + _RULES * (ruled + silent * learnt)
    if layer:
        mixed = layer.probabilities(mixed, inputs_of(mixed, seen))
    mixed[[not recogniser.knows(one) for one in seen]] = _NOTHING_KNOWN
    return mixed


def _named(head: Head, found: Matrix) -> tuple[list[str], list[float]]:
    """Per row the answer to name and its probability."""
    named = head.named(found)
    sure = [float(row[head.labels.index(name)]) for row, name in zip(found, named, strict=True)]
    return named, sure


def _topics(labels: Sequence[str], found: Matrix) -> list[Topic]:
    """The topic of each row; the product where nothing else is likely. It decides who hears of it,
    and a supplier's matter in another's hands is worse than the other way round."""
    likeliest = zip(found.argmax(axis=1), found.max(axis=1), strict=True)
    return [Topic(labels[at]) if sure >= _ELSEWHERE else Topic.PRODUCT for at, sure in likeliest]


def _sounds(recogniser: Recogniser, grams: Sequence[str], kind: Kind) -> tuple[str, ...]:
    """The words that spoke loudest for it, for staff to read."""
    loudest = recogniser.loudest(grams, "kind", kind.value)
    return (f"sounds like it: {', '.join(loudest)}",) if loudest else ("no word is known",)


def _feeling(kind: Kind, heard: float) -> float:
    """ "The handle snapped" has no feeling word in it and is still nothing good."""
    heard = round(heard, 3)
    if kind is Kind.PROBLEM:
        return min(heard, _NOTHING_GOOD)
    return max(heard, -_NOTHING_GOOD) if kind is Kind.PRAISE else heard


def _joined(text: str, found: Sequence[Signal]) -> Iterator[Signal]:
    """Neighbouring clauses that say the same kind of thing become one."""
    pending: Signal | None = None
    for signal in found:
        if pending and pending.kind is signal.kind and signal.kind in _TOGETHER:
            pending = replace(
                pending,
                words=text[pending.start : signal.end],
                end=signal.end,
                polarity=min(pending.polarity, signal.polarity, key=lambda felt: -abs(felt)),
                confidence=max(pending.confidence, signal.confidence),
                why=(*pending.why, *signal.why),
            )
            continue
        if pending:
            yield pending
        pending = signal
    if pending:
        yield pending


def _chatter(text: str, heard: Sequence[Signal], language: str) -> Signal:
    words = text[:ANALYSED]
    return Signal(
        kind=Kind.CHATTER,
        facet=Facet.NONE,
        topic=Topic.PRODUCT,
        polarity=polarity(words, language=language),
        words=words,
        start=0,
        end=len(words),
        confidence=min((signal.confidence for signal in heard), default=0.5),
        why=tuple(why for signal in heard for why in signal.why) or ("nothing was said",),
    )

"""From a message to its signals."""

from collections.abc import Iterator, Sequence

from bot.understanding.facets import facet_of
from bot.understanding.kinds import Context, Facet, Kind, Signal
from bot.understanding.language import language_of
from bot.understanding.polarity import polarity
from bot.understanding.rules import Hit, read
from bot.understanding.text import ANALYSED, Clause, clauses, tokens_of

_MOST = 8
"""Signals per message."""
_TOGETHER = frozenset({Kind.PROBLEM, Kind.DELIVERY, Kind.PRAISE, Kind.ABOUT_BOT})
"""Kinds that, said in two neighbouring clauses, are one thing said at more length."""
_TELLING = frozenset(Kind) - {Kind.CHATTER}
_STRENGTH = {Kind.QUESTION: 0.9, Kind.PRAISE: 0.6}
_STRONG_FEELING = 0.45
_ASKS_FOR_IDEAS = frozenset(
    "would improve change better wish idea ideas suggest suggestion missing next want should "
    "verbessern ändern besser fehlt wünscht idee ideen wünschen würdet".split()
)
_ANSWERS = 2
"""Words; a shorter answer to our question ("yes") is no idea yet."""

Found = tuple[Clause, Hit]


def understand(
    text: str, *, context: Context | None = None, language: str | None = None
) -> tuple[Signal, ...]:
    """What the message does, strongest first; CHATTER where it does nothing. Never raises."""
    language = language or language_of(text)
    found = [(clause, _hit(clause, text, context, language)) for clause in clauses(text)]
    telling = _joined([(clause, hit) for clause, hit in found if hit and hit.kind in _TELLING])
    signals = [_signal(text, clause, hit, language) for clause, hit in telling]
    signals.sort(key=lambda signal: -signal.confidence * _STRENGTH.get(signal.kind, 1.0))
    return tuple(signals[:_MOST]) or (_chatter(text, found, language),)


def _hit(clause: Clause, text: str, context: Context | None, language: str) -> Hit | None:
    if hit := read(clause):
        return hit
    if context and _is_idea(clause, context):
        return Hit(kind=Kind.SUGGESTION, confidence=0.5, why=("answers our question",))
    feeling = polarity(text[clause.start : clause.end], language=language)
    if abs(feeling) < _STRONG_FEELING:
        return None
    kind = Kind.PRAISE if feeling > 0 else Kind.PROBLEM
    return Hit(kind=kind, confidence=0.35, why=("sounds good" if feeling > 0 else "sounds bad",))


def _is_idea(clause: Clause, context: Context) -> bool:
    asked = context.question or ""
    return (
        len(clause.tokens) >= _ANSWERS
        and "?" in asked
        and not _ASKS_FOR_IDEAS.isdisjoint(tokens_of(asked[:ANALYSED]))
    )


def _joined(found: list[Found]) -> Iterator[Found]:
    """Neighbouring clauses that say the same kind of thing become one."""
    pending: Found | None = None
    for clause, hit in found:
        if pending and pending[1].kind is hit.kind and hit.kind in _TOGETHER:
            pending = _both(pending, (clause, hit))
            continue
        if pending:
            yield pending
        pending = (clause, hit)
    if pending:
        yield pending


def _both(first: Found, second: Found) -> Found:
    (one, hit), (two, more) = first, second
    clause = Clause(
        start=one.start, end=two.end, norm=one.norm + two.norm, tokens=one.tokens + two.tokens
    )
    sure = max(hit.confidence, more.confidence)
    return clause, Hit(kind=hit.kind, confidence=sure, why=(*hit.why, *more.why))


def _signal(text: str, clause: Clause, hit: Hit, language: str) -> Signal:
    words = text[clause.start : clause.end]
    return Signal(
        kind=hit.kind,
        facet=facet_of(hit.kind, clause.tokens, hit.why),
        polarity=_feeling(hit.kind, polarity(words, language=language)),
        words=words,
        start=clause.start,
        end=clause.end,
        confidence=hit.confidence,
        why=hit.why,
    )


def _feeling(kind: Kind, heard: float) -> float:
    """ "The handle snapped" has no feeling word in it and is still nothing good."""
    if kind is Kind.PROBLEM:
        return min(heard, -0.3)
    return max(heard, 0.3) if kind is Kind.PRAISE else heard


def _chatter(text: str, found: Sequence[tuple[Clause, Hit | None]], language: str) -> Signal:
    words = text[:ANALYSED]
    return Signal(
        kind=Kind.CHATTER,
        facet=Facet.NONE,
        polarity=polarity(words, language=language),
        words=words,
        start=0,
        end=len(words),
        confidence=0.5,
        why=tuple(reason for _, hit in found if hit for reason in hit.why) or ("no rule spoke",),
    )

"""From labelled messages to what the recipe learns from."""

from collections.abc import Iterator, Mapping, Sequence

from bot.understanding.features import see
from bot.understanding.kinds import FACETED, Context, Facet, Kind, Topic
from bot.understanding.learning.corpus import Example, Span
from bot.understanding.learning.recipe import Labelled
from bot.understanding.reading import pieces
from bot.understanding.text import Clause

QUESTIONS: Mapping[str, Sequence[str]] = {
    "kind": [kind.value for kind in Kind],
    "facet": [facet.value for facet in Facet],
    "feeling": ["-1", "0", "1"],
    "topic": [topic.value for topic in Topic if topic is not Topic.BOT],
}
"""What the shipped recogniser is asked about each clause."""
_HALF = 0.5


def labelled(examples: Sequence[Example]) -> Iterator[Labelled]:
    """The clauses of the examples, each with what the span on it says."""
    for example in examples:
        context = Context(post=example.post) if example.post else None
        for unit in pieces(example.text, example.language, context):
            span = _span(unit.clauses[0], example.spans)
            yield Labelled(seen=see(unit), group=example.idea, labels=_labels(span))


def _span(clause: Clause, spans: Sequence[Span]) -> Span | None:
    """The span that fills half of the clause, or of which half stands in it."""
    shared = [
        (min(clause.end, span.end) - max(clause.start, span.start), -at, span)
        for at, span in enumerate(spans)
    ]
    most, _, span = max(shared, default=(0, 0, None), key=lambda each: each[:2])
    if span is None or most <= 0:
        return None
    shorter = min(clause.end - clause.start, span.end - span.start)
    return span if most >= _HALF * shorter else None


def _labels(span: Span | None) -> dict[str, str]:
    if span is None:
        return {"kind": Kind.CHATTER.value}
    found = {"kind": span.kind.value, "feeling": str(span.feeling)}
    if span.kind in FACETED:
        found["facet"] = span.facet.value
    if span.kind not in (Kind.CHATTER, Kind.ABOUT_BOT):
        found["topic"] = span.topic.value
    return found

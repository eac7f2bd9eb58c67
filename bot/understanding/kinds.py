"""What a message can be about: the vocabulary of understanding."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What somebody does with a sentence. Each kind has its own way through the shop."""

    SUGGESTION = "suggestion"
    PROBLEM = "problem"
    WISH = "wish"
    QUESTION = "question"
    PRAISE = "praise"
    DELIVERY = "delivery"
    ABOUT_BOT = "about_bot"
    CHATTER = "chatter"


class Facet(StrEnum):
    """Which side of a product it is about."""

    QUALITY = "quality"
    USEFULNESS = "usefulness"
    IMPROVEMENT = "improvement"
    NONE = "none"


class Topic(StrEnum):
    """Which part of the shop it is about: this decides who can act."""

    PRODUCT = "product"
    DELIVERY = "delivery"
    STORE = "store"
    WEB = "web"
    SERVICE = "service"
    BOT = "bot"


FACETED = frozenset({Kind.SUGGESTION, Kind.WISH, Kind.PROBLEM, Kind.PRAISE})
"""Kinds that are about a side of a product."""
TOPIC_OF = {Kind.DELIVERY: Topic.DELIVERY, Kind.ABOUT_BOT: Topic.BOT}
"""Kinds that have their topic by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One thing said. `words` is exactly `text[start:end]` of the message."""

    kind: Kind
    facet: Facet
    topic: Topic
    polarity: float
    """-1 (bad) to 1 (good)."""
    words: str
    start: int
    end: int
    confidence: float
    """0 to 1: a calibrated probability."""
    why: tuple[str, ...]
    """The rules that decided and the words they saw, for staff to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the message answers: the post above it, and the question that we asked."""

    post: str | None = None
    question: str | None = None

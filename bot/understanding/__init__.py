"""What a text says, decided from the text alone: no database, no network, no clock."""

from bot.understanding.kinds import TOPIC_OF, Context, Facet, Kind, Signal, Topic
from bot.understanding.language import language_of
from bot.understanding.likeness import LikenessIndex, best_match, gist, likeness
from bot.understanding.masks import mask
from bot.understanding.polarity import polarity
from bot.understanding.products import Candidate, ProductFinder, ProductName
from bot.understanding.reading import understand

__all__ = [
    "TOPIC_OF",
    "Candidate",
    "Context",
    "Facet",
    "Kind",
    "LikenessIndex",
    "ProductFinder",
    "ProductName",
    "Signal",
    "Topic",
    "best_match",
    "gist",
    "language_of",
    "likeness",
    "mask",
    "polarity",
    "understand",
]

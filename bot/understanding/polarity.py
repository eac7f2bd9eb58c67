"""How good or bad a text sounds, from -1 to 1.

English: TextBlob and VADER together. VADER knows emoji, capitals, boosters and slang, so it
leads (.6 against .4). TextBlob says exactly 0 for every third opinionated text: its 0 is silence,
not an opinion, and then VADER speaks alone; where only TextBlob speaks it counts half.
German: neither speaks it, so a short list of our own does (`german_feeling`).
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any

from bot.understanding.german_feeling import german_polarity
from bot.understanding.language import language_of

_VADER_SHARE = 0.6
_ALONE = 0.5
_FELT = 600
"""Characters; VADER's time grows with the square of the length."""
_WORD = re.compile(r"n't\b|[^\W\d_]+?(?=n't\b)|[^\W_]+|[!?]")
_EDGE = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def polarity(text: str, *, language: str | None = None) -> float:
    """-1 to 1; 0 where nothing is felt. The first 600 characters decide."""
    felt = text[:_FELT]
    return _heard(felt, language or language_of(felt))


def heard_by(text: str, *, language: str) -> tuple[float, float, float]:
    """What TextBlob, VADER and our German list each hear; 0 from who does not speak it."""
    felt = text[:_FELT]
    if language == "de":
        return 0.0, _vader_says(felt) if not felt.isascii() else 0.0, german_polarity(felt)
    if language != "en":
        return 0.0, _vader_says(felt) if not felt.isascii() else 0.0, 0.0
    return _textblob_says(felt), _vader_says(felt), 0.0


@lru_cache(maxsize=256)  # a message is heard as a clause and then again as a whole
def _heard(felt: str, language: str) -> float:
    if language == "de":
        return german_polarity(felt)
    textblob, vader = _textblob_says(felt), _vader_says(felt)
    if not textblob:
        return vader
    if not vader:
        return _ALONE * textblob
    return _VADER_SHARE * vader + (1 - _VADER_SHARE) * textblob


def _textblob_says(text: str) -> float:
    """TextBlob's own lexicon and arithmetic, given words: its tokenizer costs three times more."""
    words = _WORD.findall(text.lower().replace("’", "'"))
    sentiment, known = _textblob()
    return 0.0 if known.isdisjoint(words) else float(sentiment(words)[0])


def _vader_says(text: str) -> float:
    analyser = _vader()
    words = text.lower().split()
    known = not analyser.lexicon.keys().isdisjoint(words)
    known = known or not analyser.lexicon.keys().isdisjoint(word.strip(_EDGE) for word in words)
    if not known and (text.isascii() or analyser.emojis.keys().isdisjoint(text)):
        return 0.0
    return float(analyser.polarity_scores(text)["compound"])


@cache
def _textblob() -> tuple[Callable[[list[str]], Any], frozenset[str]]:
    """What it says about words, and the words about which it says anything."""
    # Imported on first use: it brings nltk along, a second that `hubbub --help` need not pay.
    with _hidden("sklearn", "scipy"):
        from textblob.en import sentiment

    sentiment.load()
    return sentiment, frozenset(dict.keys(sentiment))


@contextmanager
def _hidden(*packages: str) -> Iterator[None]:
    """nltk loads scikit-learn and scipy wherever it finds them: 100 MB that no message needs."""
    away = [package for package in packages if package not in sys.modules]
    sys.modules |= dict.fromkeys(away)  # type: ignore[arg-type]  # None: Python's way to say no
    try:
        yield
    finally:
        for package in away:
            del sys.modules[package]


@cache
def _vader() -> Any:
    from vaderSentiment.vaderSentiment import (
        SentimentIntensityAnalyzer,
    )

    return SentimentIntensityAnalyzer()

"""Cutting a message into clauses, with offsets into the original text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

ANALYSED = 4_000
"""Characters of a message that are looked at: no honest message is longer, and time is bounded."""
LONGEST_CLAUSE = 600

_END = re.compile(r"[.!?…]+[\"'”’)]*(?=\s|$)|\n+|[。！？]+")
_TURN = re.compile(
    r"[,;–—-]?\s+(?=(?:but|however|although|though|except|aber|allerdings|jedoch|nur leider)\s)",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[?!]+|[.,;:]+")
_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'"})
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe0f\x00]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A stretch of the message: `norm` is what rules read, ` ^ word word ? `."""

    start: int
    end: int
    norm: str
    tokens: tuple[str, ...]


def tokens_of(text: str) -> tuple[str, ...]:
    """Lower-case words and runs of punctuation, without characters that nobody sees."""
    plain = _INVISIBLE.sub("", text).translate(_STRAIGHT).lower()
    return tuple(_TOKEN.findall(plain))


def clauses(text: str) -> Iterator[Clause]:
    """The sentences of the first `ANALYSED` characters, cut again where the speaker turns."""
    text = text[:ANALYSED]
    for start, end in _sentences(text):
        cuts = [start, *(turn.end() for turn in _TURN.finditer(text, start, end)), end]
        for left, right in pairwise(cuts):
            yield from _clause(text, left, right)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for stop in _END.finditer(text):
        yield from _pieces(start, stop.end())
        start = stop.end()
    yield from _pieces(start, len(text))


def _pieces(start: int, end: int) -> Iterator[tuple[int, int]]:
    for left in range(start, end, LONGEST_CLAUSE):
        yield left, min(left + LONGEST_CLAUSE, end)


def _clause(text: str, start: int, end: int) -> Iterator[Clause]:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    words = piece.strip()
    tokens = tokens_of(words)
    if tokens:
        norm = f" ^ {' '.join(tokens)} $ "
        yield Clause(start=start, end=start + len(words), norm=norm, tokens=tokens)

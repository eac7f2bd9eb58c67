"""The same, or nearly the same, said again too soon. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from rapidfuzz import fuzz

from bot.understanding.likeness import likeness

SAME = 1.0
NEARLY = 0.9
"""From this `likeness` on two posts are nearly the same. It looks at the telling words alone and
leaves out numbers' and names' order, so the spelling has to be near as well, see `ALIKE`."""

ALIKE = 80.0
"""The rapidfuzz ratio of the words, sorted, from which the spelling is near: a changed greeting or
date stays above it, another question about the same product falls below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A post on one channel, planned or gone out."""

    title: str
    text: str
    at: datetime
    post_id: UUID | None = None
    broadcast: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """``days`` between the two, and whether the words are the same or nearly so."""

    of: Said
    exactly: bool
    days: int


def plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def is_alike(one: str, other: str) -> float:
    """1.0 for the same words but for case and spaces, `NEARLY` and more for nearly the same, else
    0.0. Short texts that share no telling word are compared by spelling alone."""
    one, other = plain(one), plain(other)
    if not one or not other:
        return 0.0
    if one == other:
        return SAME
    spelled = fuzz.token_sort_ratio(one, other, score_cutoff=ALIKE)
    return NEARLY if spelled >= 95.0 or (spelled and likeness(one, other) >= NEARLY) else 0.0


def repeated(text: str, said: Iterable[Said], at: datetime, within: timedelta) -> Repeat | None:
    """The nearest in time of what says the same within that time before or after; else None."""
    near = sorted((it for it in said if abs(at - it.at) <= within), key=lambda it: abs(at - it.at))
    for it in near:
        if score := is_alike(text, it.text):
            return Repeat(of=it, exactly=score == SAME, days=abs(at - it.at).days)
    return None

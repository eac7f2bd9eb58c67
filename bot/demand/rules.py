"""Whether a week is unlike the weeks before it: a test that is honest for small numbers. Pure.

Of ``n`` people heard this week ``k`` said it; of ``N`` in the weeks before, ``K``. If nothing had
changed, the ``k + K`` would be spread over the people by chance: the hypergeometric distribution,
which is exact for any size (Fisher's exact test; R. A. Fisher, 1922). Many products and weeks are
looked at together, so a single one has to be far more unlikely. Those whose numbers are too small
to ever show anything are left out of that count (R. E. Tarone, 1990: "A modified Bonferroni method
for discrete data"). Together: a table in which nothing changed shows a change at most one time in
twenty.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma
from typing import TypeVar

BEFORE = 8  # weeks that a week is compared with
ALPHA = 0.05  # how often a table in which nothing changed may show a change
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """``said`` of the ``heard`` people said it; each person counts once."""

    said: int = 0
    heard: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A week unlike those before. ``p``: how likely chance alone does as much, uncorrected."""

    week: int
    is_more: bool
    p: float
    now: Count
    before: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tested:
    change: Change
    least: float  # the smallest p that these sums allow


def changes(series: Mapping[Key, Sequence[Count]]) -> dict[Key, list[Change]]:
    """The weeks of each series that changed, oldest first. The first `BEFORE` are only compared
    with. All series count as looked at together."""
    tested = {
        key: [_test(week, weeks) for week in range(BEFORE, len(weeks))]
        for key, weeks in series.items()
    }
    limit = threshold(one.least for each in tested.values() for one in each)
    found = {
        key: [one.change for one in each if one.change.p <= limit] for key, each in tested.items()
    }
    return {key: each for key, each in found.items() if each}


def threshold(least: Iterable[float], alpha: float = ALPHA) -> float:
    """How unlikely one must be, where the smallest possible p of each is ``least`` (Tarone)."""
    able = sorted(least)
    for number in range(1, len(able) + 1):
        if bisect_right(able, alpha / number) <= number:
            return alpha / number
    return alpha


def _test(week: int, weeks: Sequence[Count]) -> _Tested:
    now, earlier = weeks[week], weeks[week - BEFORE : week]
    before = Count(said=sum(w.said for w in earlier), heard=sum(w.heard for w in earlier))
    p, least = fisher(now, before)
    is_more = now.said * before.heard > before.said * now.heard
    return _Tested(
        change=Change(week=week, is_more=is_more, p=p, now=now, before=before), least=least
    )


def fisher(now: Count, before: Count) -> tuple[float, float]:
    """The two-sided p (twice the smaller tail, at most 1), and the smallest that is possible."""
    said, heard = now.said + before.said, now.heard + before.heard
    low, high = max(0, now.heard - (heard - said)), min(now.heard, said)
    if low == high:
        return 1.0, 1.0

    def chance(number: int) -> float:
        ways = _choose(said, number) + _choose(heard - said, now.heard - number)
        return exp(ways - _choose(heard, now.heard))

    above = sum(chance(number) for number in range(now.said, high + 1))
    below = sum(chance(number) for number in range(low, now.said + 1))
    return min(1.0, 2 * min(above, below)), min(1.0, 2 * min(chance(low), chance(high)))


def _choose(of: int, number: int) -> float:
    """The logarithm of how many ways there are."""
    return lgamma(of + 1) - lgamma(number + 1) - lgamma(of - number + 1)

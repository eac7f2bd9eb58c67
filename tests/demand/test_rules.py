"""The change test: exact, quiet where nothing changed, and awake where something did."""

from collections.abc import Sequence
from math import comb
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demand.rules import ALPHA, BEFORE, Change, Count, changes, fisher, threshold

WEEKS = BEFORE + 12
PEOPLE = 200
TABLES = 60


def test_the_tea_tasting_comes_out_as_fisher_had_it() -> None:
    """Eight cups, four of each, all told apart: 1 in 70 (The Design of Experiments, 1935)."""
    p, least = fisher(Count(said=4, heard=4), Count(said=0, heard=4))
    assert p == pytest.approx(2 / 70)
    assert least == pytest.approx(2 / 70)


SMALL = st.integers(0, 12)


@settings(deadline=None)
@given(SMALL, SMALL, SMALL, SMALL)
def test_it_is_exact_for_small_numbers(
    said: int, not_said: int, before: int, not_before: int
) -> None:
    now, then = (
        Count(said=said, heard=said + not_said),
        Count(said=before, heard=before + not_before),
    )
    p, least = fisher(now, then)
    assert p == pytest.approx(slowly(now, then))
    assert least <= p * (1 + 1e-9) <= 1 + 1e-6


def slowly(now: Count, before: Count) -> float:
    """The same by whole numbers."""
    said, heard = now.said + before.said, now.heard + before.heard
    ways = [comb(said, n) * comb(heard - said, now.heard - n) for n in range(now.heard + 1)]
    tails = sum(ways[now.said :]), sum(ways[: now.said + 1])
    return min(1.0, 2 * min(tails) / comb(heard, now.heard))


def test_what_can_never_show_anything_does_not_weigh_on_the_others() -> None:
    assert threshold([1.0] * 1000 + [0.001]) == ALPHA
    assert threshold([0.001] * 10) == pytest.approx(ALPHA / 10)
    assert threshold([]) == ALPHA


def quiet_table(random: Random, rates: Sequence[float]) -> dict[int, list[Count]]:
    """Products of which people speak as they always did; a busy week is busy for all."""
    heard = [random.randint(PEOPLE // 2, PEOPLE * 2) for _ in range(WEEKS)]
    return {
        product: [Count(said=binomial(random, n, rate), heard=n) for n in heard]
        for product, rate in enumerate(rates)
    }


def binomial(random: Random, n: int, rate: float) -> int:
    return sum(random.random() < rate for _ in range(n))


def test_where_nothing_changed_at_most_one_table_in_twenty_cries() -> None:
    random = Random(1)
    rates = [0.0005, 0.002, 0.005, 0.01, 0.02, 0.05]
    false = sum(bool(changes(quiet_table(random, rates))) for _ in range(TABLES))
    assert false <= 0.05 * TABLES + 3  # chance itself may add: 3 more with p < 0.04


@pytest.mark.parametrize("week", [BEFORE, BEFORE + 5, WEEKS - 1])
def test_a_planted_spike_is_found_in_its_week(week: int) -> None:
    table = quiet_table(Random(week), [0.005] * 10)
    table[3][week] = Count(said=18, heard=table[3][week].heard)
    found = changes(table)
    assert list(found) == [3]
    first = found[3][0]
    assert (first.week, first.is_more, first.now.said) == (week, True, 18)


def test_a_busy_week_of_the_whole_shop_is_no_change() -> None:
    weeks = [Count(said=4, heard=100)] * (WEEKS - 1) + [Count(said=40, heard=1000)]
    assert changes({"kettle": weeks}) == {}


def test_what_ends_is_found_too() -> None:
    weeks = [Count(said=20, heard=100)] * (WEEKS - 1) + [Count(said=0, heard=100)]
    [change] = changes({"kettle": weeks})["kettle"]
    assert isinstance(change, Change)
    assert (change.week, change.is_more) == (WEEKS - 1, False)

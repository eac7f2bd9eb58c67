"""Ids are ordered by time, whatever the clock does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from bot.clock import FrozenClock, Ids
from tests.rooms import START

YEARS = timedelta(days=3 * 365)


def made(moves: list[timedelta], seed: int = 0) -> list[UUID]:
    clock = FrozenClock(START)
    ids = Ids(clock, Random(seed).randbytes)
    found = []
    for by in moves:
        clock.advance(by)
        found.append(ids.new())
    return found


@given(st.lists(st.timedeltas(-YEARS, YEARS) | st.just(timedelta()), min_size=1, max_size=50))
def test_each_is_greater_than_the_one_before(moves: list[timedelta]) -> None:
    clock = FrozenClock(START + YEARS * 60)
    ids = Ids(clock)
    found = []
    for by in moves:
        clock.advance(by)
        found.append(ids.new())
    assert all(one < next_one for one, next_one in pairwise(found))
    assert all(id.version == 7 and id.variant == "specified in RFC 4122" for id in found)


def test_a_clock_that_stands_still_runs_out_of_nothing() -> None:
    found = made([timedelta()] * 10_000)  # more than a millisecond counts
    assert all(one < next_one for one, next_one in pairwise(found))


def test_they_tell_when_they_were_made() -> None:
    (id,) = made([timedelta(milliseconds=7)])
    assert id.int >> 80 == int(START.timestamp() * 1000) + 7


def test_the_same_chance_gives_the_same_ids() -> None:
    moves = [timedelta(seconds=1)] * 5
    assert made(moves, seed=1) == made(moves, seed=1) != made(moves, seed=2)


def test_threads_never_get_the_same_one() -> None:
    ids = Ids(FrozenClock(START))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: ids.new(), range(4_000)))
    assert len(set(found)) == 4_000

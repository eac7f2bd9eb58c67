"""Simulated months on the real core: nothing lost, nothing twice; and what is planted is found.

`make simulate` runs more of them; see `tests.proof.simulate`.
"""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bot.main import warm_up
from tests.proof.simulation.planted import Bug, all_bugs
from tests.proof.simulation.run import simulate
from tests.proof.simulation.shop import House, house

SEEDS = int(os.environ.get("HUBBUB_SIMULATED_SEEDS", "20"))
BLOCK = 5
# Where a hunt begins, so that it is short: bugs that not every month brings to light.
FIRST = {
    "an unclear COMMIT is run again": 28,
    "burst guard removed": 6,
    "lease without fencing": 10,
    "refused the second time counts as refused": 4,
    "tokens stay in what people are shown": 19,
}
MOST = 60  # seeds of a hunt
# Not every day: these come to light in few months. `make simulate ARGS=--planted` hunts them too.
RARE = {
    "a post that was called off leaves",
    "merges counted twice",
    "offset before store",
    "overdue posts fired in a burst",
}
EVERY_DAY = [bug for bug in all_bugs() if bug.name not in RARE]


@pytest.fixture(scope="module")
def home() -> Iterator[House]:
    warm_up()
    with house() as home:
        yield home


@pytest.mark.parametrize("first", range(0, SEEDS, BLOCK))
def test_months_in_which_nothing_is_lost_and_nothing_happens_twice(home: House, first: int) -> None:
    for seed in range(first, min(first + BLOCK, SEEDS)):
        outcome = simulate(home, seed)
        assert outcome.violation is None, f"make simulate ARGS='--seed {seed}'"
        assert outcome.days >= 30


@pytest.mark.parametrize("bug", EVERY_DAY, ids=lambda bug: bug.name)
def test_a_planted_bug_is_found(home: House, bug: Bug) -> None:
    first = FIRST.get(bug.name, 0)
    for seed in range(first, first + MOST):
        with bug.planted():
            if simulate(home, seed, prepare=bug.prepare).violation:
                return
    pytest.fail(f"The simulator is blind to this: {bug.name}")


def test_there_are_enough_planted_bugs() -> None:
    assert len(EVERY_DAY) >= 20
    assert {bug.name for bug in all_bugs()} >= RARE | FIRST.keys()


def test_the_same_seed_gives_the_same_trace(home: House) -> None:
    for seed in range(3):
        assert simulate(home, seed).digest == simulate(home, seed).digest


def test_the_trace_does_not_hang_on_how_python_hashes_words(home: House) -> None:
    program = (
        "from tests.proof.simulate import one\noutcome = one((4, 30, ''))\nprint(outcome.digest)\n"
    )
    there = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "77"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.split()[-1] == simulate(home, 4).digest

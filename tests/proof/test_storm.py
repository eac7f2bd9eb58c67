"""Killed at any moment under load, Hubbub loses nothing and says nothing twice.

The small kill storm; `make kill-test N=500` is the large one.
"""

import sys
from pathlib import Path
from random import Random

import pytest

from tests import databases
from tests.proof.storm import Run, empty, kills, storm, summary

pytestmark = pytest.mark.timeout(600)  # real processes, on a machine that may be busy

KILLS = 20


@pytest.mark.parametrize("engine", databases.ENGINES)
def test_nothing_is_lost_and_nothing_comes_twice(
    engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(engine=engine, workers=1 if engine == "sqlite" else 4, kills=KILLS)
    with empty(engine, tmp_path) as url:
        survived = storm(run, url, tmp_path, kills(run, Random(2)))
    tally = survived.tally
    assert tally.wrong == ()
    assert (tally.lost, tally.repeated) == (0, 0)
    assert tally.taken > KILLS, "there was load"
    with capsys.disabled():
        sys.stdout.write(f"\n{run}: {summary([survived])}\n")

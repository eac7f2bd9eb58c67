"""A process that stands still for longer than its leases harms nobody when it goes on."""

import os
from pathlib import Path
from random import Random

import pytest

from tests.proof.nursery import Nursery
from tests.proof.storm import Run, empty, storm
from tests.proof.worker import LEASE

pytestmark = pytest.mark.timeout(600)  # real processes, on a machine that may be busy

# `make fault-test` freezes more often.
FREEZES = int(os.environ.get("HUBBUB_TEST_FREEZES", "3"))
LOAD = 30  # most lines that are heard of the workers before each
LONGER = LEASE.total_seconds() * 1.5


def test_who_was_frozen_writes_nothing_after_its_lease(tmp_path: Path) -> None:
    """Wherever it stands: between claiming and sending, while sending, in the middle of a write."""
    chance = Random(4)
    run = Run(engine="postgresql", workers=2, kills=0)

    def freezes(workers: Nursery) -> None:
        workers.keep(run.workers)
        for _ in range(FREEZES):
            for _ in range(chance.randint(1, LOAD)):
                workers.hear()
            with workers.frozen(chance.choice(workers.alive)):
                assert workers.listen(LONGER), "the other one goes on"

    with empty("postgresql", tmp_path) as url:
        tally = storm(run, url, tmp_path, freezes).tally
    assert tally.wrong == ()
    assert (tally.lost, tally.repeated) == (0, 0)

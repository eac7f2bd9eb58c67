"""PostgreSQL stopped and started again and again under four workers loses and repeats nothing."""

import os
from pathlib import Path
from random import Random

import pytest

from tests import databases
from tests.proof.nursery import Nursery
from tests.proof.storm import Run, storm

pytestmark = pytest.mark.timeout(600)  # real processes, on a machine that may be busy

# `make fault-test` stops it more often.
STOPS = int(os.environ.get("HUBBUB_TEST_STOPS", "3"))
LOAD = 30  # lines that are heard of the workers before each stop
UP, DOWN = (0.0, 1.5), (0.0, 1.0)  # seconds, between these


def test_a_database_that_stops_again_and_again(tmp_path: Path) -> None:
    chance = Random(3)
    run = Run(engine="postgresql", workers=4, kills=0)
    with (
        databases.stoppable_postgresql() as server,
        databases.fresh_database(server.url) as url,
    ):

        def stops(workers: Nursery) -> None:
            for _ in range(STOPS):
                workers.keep(run.workers)
                for _ in range(LOAD):
                    workers.hear()
                workers.listen(chance.uniform(*UP))
                server.stop()
                workers.listen(chance.uniform(*DOWN))
                server.start()
            workers.hear()

        tally = storm(run, url, tmp_path, stops).tally
    assert tally.wrong == ()
    assert (tally.lost, tally.repeated) == (0, 0)

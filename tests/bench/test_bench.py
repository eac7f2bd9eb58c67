"""Every measurement runs, in sizes too small to mean anything."""

from importlib.util import find_spec

import pytest

from bot.bench import BARS, QUICK, measure

# What is measured against, and lies in the dependency group `bench`.
NEEDS = {
    "deliver_vs_procrastinate": "procrastinate",
    "deliver_vs_dbos": "dbos",
    "webhook_vs_starlette": "starlette",
    "facebook_webhook_vs_starlette": "starlette",
}
# Two figures that come out of the same turns are measured once.
TOGETHER = {
    "ingest_sqlite_vs_orm": "ingest_sqlite_vs_ptb",
    "ingest_postgresql_vs_orm": "ingest_postgresql_vs_ptb",
    "deliver_vs_dbos": "deliver_vs_procrastinate",
    "acknowledge_p99_ms": "acknowledge_median_ms",
}


@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("default")  # theirs are not ours to mend
@pytest.mark.parametrize("key", [bar.key for bar in BARS if bar.key not in TOGETHER])
def test_each_figure_is_measured(key: str) -> None:
    both = {key, *(other for other, first in TOGETHER.items() if first == key)}
    if missing := {NEEDS[one] for one in both & NEEDS.keys() if not find_spec(NEEDS[one])}:
        pytest.skip(f"{', '.join(sorted(missing))} is not installed: run `make bench` once")
    said: list[str] = []
    found = measure(QUICK, [key], lambda share, what: said.append(f"{share:.0%} {what}"))
    assert found.keys() == both
    assert all(one.figure > 0 and one.how for one in found.values())
    assert said[-1] == "100% done"


def test_a_bar_knows_which_way_is_better() -> None:
    bars = {bar.key: bar for bar in BARS}
    assert bars["ingest_sqlite_vs_ptb"].reached(4.0)
    assert not bars["ingest_sqlite_vs_ptb"].reached(3.9)
    assert bars["ready_seconds"].reached(3.0)
    assert not bars["ready_seconds"].reached(3.1)

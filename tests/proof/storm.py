"""The kill storm: real processes, killed at random instants under load, again and again.

    python -m tests.proof.storm --kills 500 --engine both

One worker on SQLite; on PostgreSQL first one, then four at once. Each worker is Hubbub's core
between real networks and a real database that flushes to disk; the network's own memory lies in
a process that survives. Afterwards a person looks at what only a person can tell, and both sides
are compared. Ends with 1 when anything was lost or repeated.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests import databases, rooms
from tests.proof.audit import Tally, count, look_after, open_shop
from tests.proof.nursery import Nursery, ledger, nursery

# Between two kills: so many lines of the workers, then so many seconds more.
MOST_LINES, MOST_SECONDS = 30, 0.02
# With several processes, what is written so closely together has no order of its own.
APART = 5.0

Weather = Callable[[Nursery], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One engine under one number of workers."""

    engine: str
    workers: int
    kills: int

    def __str__(self) -> str:
        return f"{self.engine}, {self.workers} worker{'s' * (self.workers > 1)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survived:
    run: Run
    tally: Tally
    seconds: float


def plan(engine: str, kills: int) -> Iterator[Run]:
    """SQLite with one worker; PostgreSQL with one for half of the kills, then with four."""
    if engine in {"sqlite", "both"}:
        yield Run(engine="sqlite", workers=1, kills=kills)
    if engine in {"postgresql", "both"}:
        yield Run(engine="postgresql", workers=1, kills=kills // 2)
        yield Run(engine="postgresql", workers=4, kills=kills - kills // 2)


def kills(run: Run, chance: Random, killed: Callable[[], object] = lambda: None) -> Weather:
    """Kill one worker after the other, wherever it happens to be."""

    def weather(workers: Nursery) -> None:
        for _ in range(run.kills):
            workers.keep(run.workers)
            for _ in range(chance.randint(0, MOST_LINES)):
                workers.hear()
            workers.listen(chance.uniform(0, MOST_SECONDS))
            workers.kill(chance.choice(workers.alive))
            killed()

    return weather


def storm(run: Run, url: str, folder: Path, weather: Weather) -> Survived:
    """The whole of one run on an empty database: storm, a person's look, and the count."""
    file, began = folder / "sent.jsonl", monotonic()
    file.touch()
    database = rooms.open_database(url)
    try:
        open_shop(database)
        with ledger(file) as address, nursery(url, address) as workers:
            weather(workers)
            workers.rest()
            unknown = look_after(database, file)
            workers.rest()
            apart = APART if run.workers > 1 else 0.0
            tally = count(workers.took, database, file, unknown, apart=apart)
    finally:
        database.close()
    return Survived(run=run, tally=tally, seconds=monotonic() - began)


@contextmanager
def empty(engine: str, folder: Path) -> Iterator[str]:
    """The URL of a database as a shop has it: what is committed is on the disk."""
    if engine == "sqlite":
        yield databases.sqlite_url(folder)
    else:
        with databases.postgresql(durable=True) as server, databases.fresh_database(server) as url:
            yield url


def summary(survived: list[Survived]) -> str:
    """All of it in one sentence."""
    tallies = [one.tally for one in survived]
    arrived = sum(sum(one.unknown.values()) for one in tallies)
    return (
        f"{sum(one.run.kills for one in survived)} kills,"
        f" {sum(one.taken for one in tallies)} things taken,"
        f" {sum(one.sent for one in tallies)} sent,"
        f" {sum(one.lost for one in tallies)} lost,"
        f" {sum(one.repeated for one in tallies)} repeated,"
        f" {sum(len(one.unknown) for one in tallies)} unknown and listed"
        f" ({arrived} of them had arrived)."
    )


def table(survived: list[Survived]) -> Table:
    found = Table(box=None, pad_edge=False)
    found.add_column("storm", style="bold")
    for name in ("kills", "taken", "events", "sent", "lost", "repeated", "unknown", "seconds"):
        found.add_column(name, justify="right")
    for one in survived:
        tally = one.tally
        numbers = (one.run.kills, tally.taken, tally.events, tally.sent, tally.lost)
        more = (tally.repeated, len(tally.unknown), round(one.seconds))
        found.add_row(str(one.run), *(f"{number:,}" for number in (*numbers, *more)))
    return found


def details(survived: list[Survived]) -> Iterator[str]:
    """Every delivery that only a person could settle, and every broken promise."""
    for one in survived:
        for key, arrived in one.tally.unknown.items():
            yield f"unknown, {one.run}: {key} {'had arrived' if arrived else 'had not arrived'}"
    for one in survived:
        for sentence in one.tally.wrong:
            yield f"[red]✗[/] {one.run}: {sentence}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--kills", type=int, default=500, help="per engine (default: 500)")
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--seed", type=int, default=1, help="of the instants; processes add theirs")
    given = parser.parse_args()
    out, survived = Console(), []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bar:
        for number, run in enumerate(plan(given.engine, given.kills)):
            task = bar.add_task(str(run), total=run.kills)
            chance = Random(given.seed * 1000 + number)
            with (
                tempfile.TemporaryDirectory(prefix="hubbub-storm-") as folder,
                empty(run.engine, Path(folder)) as url,
            ):
                weather = kills(run, chance, partial(bar.advance, task))
                survived.append(storm(run, url, Path(folder), weather))
                bar.console.print(f"{run}: {summary(survived[-1:])}", soft_wrap=True)
    out.print(table(survived))
    for sentence in details(survived):
        out.print(sentence, soft_wrap=True, highlight=False)
    out.print(summary(survived), soft_wrap=True, highlight=False)
    sys.exit(any(one.tally.wrong for one in survived))


if __name__ == "__main__":
    main()

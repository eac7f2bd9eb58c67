"""Run Hubbub's core through simulated months, and look for what must never happen.

make simulate                                    300 seeds of 30 days
make simulate SEEDS=20000 ARGS="--processes 4"
make simulate ARGS="--seed 17"                   one seed, and everything that happened in it
make simulate ARGS="--planted"                   does it find bugs at all?
make simulate SEEDS=200 ARGS="--replay"          the same seed twice: the same trace (I8)
"""

import atexit
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from statistics import median
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bot.main import warm_up
from tests.proof.simulation.planted import all_bugs
from tests.proof.simulation.run import Outcome, simulate
from tests.proof.simulation.shop import House, house

T = TypeVar("T")

# A planted bug has to be found within so many seeds, in the median of all.
MOST_SEEDS = 500
_LINES = 60  # of the trace, before the end

_console = Console(highlight=False)
_homes: list[House] = []  # one for each process of the pool


def one(job: tuple[int, int, str]) -> Outcome:
    """A seed, for so many days, with the bug of that name planted (empty: none)."""
    seed, days, name = job
    if not _homes:
        warm_up()
        context = house()
        _homes.append(context.__enter__())
        atexit.register(context.__exit__, None, None, None)
    if not name:
        return simulate(_homes[0], seed, days=days)
    (bug,) = (each for each in all_bugs() if each.name == name)
    with bug.planted():
        return simulate(_homes[0], seed, days=days, prepare=bug.prepare)


def hunt(job: tuple[str, int, int, int]) -> tuple[str, int, str]:
    """The bug's name, how many seeds from the first on it took to find it (0: not found), and
    what was seen of it."""
    name, first, most, days = job
    for number in range(most):
        outcome = one((first + number, days, name))
        if outcome.violation:
            return name, number + 1, str(outcome.violation)
    return name, 0, ""


def both(job: tuple[int, int]) -> tuple[int, bool]:
    """Whether a seed gives the same trace and the same tables twice."""
    seed, days = job
    return seed, one((seed, days, "")).digest == one((seed, days, "")).digest


def tell(outcome: Outcome, lines: int | None) -> None:
    """The trace as a table of when, who and what; ``lines``: only so many, before the end."""
    found = outcome.trace.lines[-lines:] if lines else outcome.trace.lines
    table = Table("day", "time", "who", "what", box=None, pad_edge=False)
    for seconds, who, what in found:
        clock = f"{int(seconds % 86400) // 3600:02}:{int(seconds % 3600) // 60:02}"
        table.add_row(
            f"{int(seconds // 86400)}", f"{clock}:{seconds % 60:06.3f}", escape(who), escape(what)
        )
    _console.print(table)
    if outcome.violation:
        _console.print(f"\nSeed {outcome.seed} violates {outcome.violation}", markup=False)
        _console.print(f'All of it: make simulate ARGS="--seed {outcome.seed}"', markup=False)


def _watched(what: str, found: Iterable[T], total: int) -> Iterator[T]:
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_console) as progress:
        task = progress.add_task(what, total=total)
        for each in found:
            yield each
            progress.advance(task)


def main(
    seeds: Annotated[int, typer.Option(min=1, help="How many.")] = 300,
    days: Annotated[int, typer.Option(min=30, help="Simulated days of each.")] = 30,
    first: Annotated[int, typer.Option(help="The first seed.")] = 0,
    processes: Annotated[int, typer.Option(min=1, help="How many run at once.")] = 1,
    seed: Annotated[int | None, typer.Option(help="Only this one, with its whole trace.")] = None,
    planted: Annotated[bool, typer.Option("--planted", help="Find the planted bugs.")] = False,
    bug: Annotated[str, typer.Option(help="Plant the bug of this name.")] = "",
    replay: Annotated[bool, typer.Option("--replay", help="Each twice, comparing them.")] = False,
) -> None:
    """Simulate Hubbub's core on a virtual clock, with faults, crashes and several processes.

    Ends with 1 when an invariant of the design was violated: then the seed, what happened and the
    command that replays it are printed.
    """
    if seed is not None:
        outcome = one((seed, days, bug))
        tell(outcome, None)
        raise typer.Exit(1 if outcome.violation else 0)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        if planted:
            names = [each.name for each in all_bugs() if bug in each.name]
            jobs = [(name, first, min(seeds, MOST_SEEDS), days) for name in names]
            found = list(_watched("hunting", pool.imap(hunt, jobs), len(jobs)))
            good = _bugs(found)
        elif replay:
            pairs = [(first + number, days) for number in range(seeds)]
            differ = [
                number
                for number, same in _watched("replaying", pool.imap(both, pairs), seeds)
                if not same
            ]
            _console.print(f"{seeds} seeds, each twice: {len(differ)} differ. {differ or ''}")
            good = not differ
        else:
            work = [(first + number, days, bug) for number in range(seeds)]
            good = _months(_watched("simulating", pool.imap(one, work, chunksize=4), seeds))
    raise typer.Exit(0 if good else 1)


def _months(outcomes: Iterable[Outcome]) -> bool:
    began, total, lived, count, bad = time.monotonic(), Counter[str](), 0.0, 0, list[Outcome]()
    for outcome in outcomes:
        count, lived = count + 1, lived + outcome.days
        total.update(outcome.counts)
        if outcome.violation:
            bad.append(outcome)
    for outcome in bad[:3]:
        tell(outcome, _LINES)
    table = Table("what", "how often")
    table.add_row("seeds", f"{count:,}")
    table.add_row("simulated days", f"{lived:,.0f}")
    for name, times in total.items():
        table.add_row(name, f"{times:,}")
    table.add_row("seconds", f"{time.monotonic() - began:,.0f}")
    table.add_row("seeds that violate an invariant", f"{len(bad)}")
    _console.print(table)
    if bad:
        listed = ", ".join(f"{outcome.seed}" for outcome in bad)
        _console.print(f"Seeds: {listed}")
    return not bad


def _bugs(found: list[tuple[str, int, str]]) -> bool:
    table = Table("planted bug", "found at seed", "by")
    for name, seeds, seen in found:
        table.add_row(name, f"{seeds - 1}" if seeds else "not found", escape(seen[:90]))
    _console.print(table)
    needed = [seeds for _, seeds, _ in found if seeds]
    missed = len(found) - len(needed)
    half = f"{median(needed):.0f}" if needed else "none"
    _console.print(
        f"{len(found)} bugs planted, {len(needed)} found, {missed} missed;"
        f" seeds needed: {half} in the median, {max(needed, default=0)} at most."
    )
    return not missed


if __name__ == "__main__":
    typer.run(main)

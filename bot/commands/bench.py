"""`hubbub bench`: how fast Hubbub is, and how well it understands, measured."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot import logs
from bot.commands.terminal import err, out
from bot.errors import InvalidInput

if TYPE_CHECKING:
    from bot.bench import Measured

app = typer.Typer(help="How good it is, in numbers.")


@app.callback(invoke_without_command=True)
def speed(
    context: typer.Context,
    only: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Only this figure; may be repeated.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Tiny sizes: shows that it runs, not how fast.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One object for programs.")] = False,
) -> None:
    """How good it is, in numbers. Without a command: how fast, beside what others would have taken.

    Each pair of sides takes turns in one run and their medians are compared, so the figures hold
    on a busy machine as well; give it a quiet one all the same. It takes about ten minutes.
    Everything happens in databases that are thrown away. `make bench` installs what it needs.
    """
    if context.invoked_subcommand is not None:
        return
    from bot.bench import BARS, FULL, QUICK, measure  # what others it needs is not always there

    keys = [bar.key for bar in BARS]
    if unknown := [key for key in only or () if key not in keys]:
        raise InvalidInput(f"There is no figure {unknown[0]}. There are: {', '.join(keys)}.")
    logs.set_up(level="error")
    with _bar() as bar:
        task = bar.add_task("", total=1.0)
        found = measure(
            QUICK if quick else FULL,
            only or (),
            lambda share, what: bar.update(task, completed=share, description=what),
        )
    if as_json:
        typer.echo(json.dumps({key: round(one.figure, 3) for key, one in found.items()}, indent=2))
        return
    out.print(_table(found))


def _table(found: "Mapping[str, Measured]") -> Table:
    from bot.bench import BARS

    table = Table(box=None, padding=(0, 2, 1, 0))
    table.add_column("Figure", no_wrap=True)
    table.add_column("What")
    for name in ("Bar", "Measured", ""):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("Medians")
    for one in BARS:
        if measured := found.get(one.key):
            bound = f"{'≤' if one.at_most else '≥'} {one.bound:,g}"
            reached = "[green]✓[/]" if one.reached(measured.figure) else "[red]✗[/]"
            table.add_row(
                one.key, one.what, bound, f"{measured.figure:,.2f}", reached, measured.how
            )
    return table


def _bar() -> Progress:
    columns = (BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())
    return Progress(*columns, TextColumn("{task.description}"), console=err)


@app.command()
def understanding(
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Holds semeval2019-task9/ and product-titles/, not ours."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """How well messages are understood: on our own test split, and on the sets in FOLDER.

    Set A of SemEval-2019 Task 9 is weighed as if one message in ten were a suggestion, as in real
    talk; set B as it is.
    """
    from bot.understanding.bench import bench

    with _bar() as progress:
        task = progress.add_task("reading", total=None)
        rows = bench(data, on_step=lambda what: progress.update(task, description=what))
    if as_json:
        typer.echo(json.dumps({row.key: round(row.figure, 4) for row in rows}, indent=2))
        return
    table = Table("What", "Figure", "Bar", "", "How", box=None)
    for row in rows:
        bar = "" if row.bar is None else f"{'≤' if row.most else '≥'} {row.bar:.2f}"
        mark = {None: "", True: "reached", False: "missed"}[row.reached]
        table.add_row(row.what, f"{row.figure:.3f}", bar, mark, row.how)
    out.print(table)

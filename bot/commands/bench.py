"""`hubbub bench`: how well Hubbub understands, measured."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bot.commands.terminal import out
from bot.understanding.bench import bench

app = typer.Typer(help="How good it is, in numbers.", no_args_is_help=True)


@app.callback()
def _bench() -> None:
    """Keeps `understanding` a command of its own while it is the only one."""


@app.command()
def understanding(
    data: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Holds semeval2019-task9/, which is not ours.")
    ] = Path("../shared/data"),
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Precision, recall and F1 of recognising suggestions, on the labelled sets in FOLDER.

    Set A is weighed as if one message in ten were a suggestion, as in real talk; set B as it is.
    """
    rows = bench(data)
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], indent=2))
        return
    table = Table(
        "Set", "System", "Messages", "Share", "Precision", "Recall", "F1", "ms each", box=None
    )
    for row in rows:
        scores = (f"{score:.3f}" for score in (row.precision, row.recall, row.f1))
        share = f"{row.share:.0%}"
        table.add_row(row.data, row.system, f"{row.n:,}", share, *scores, f"{row.ms:.2f}")
    out.print(table)

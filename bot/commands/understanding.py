"""`hubbub understanding`: train the recogniser, and judge it by labelled messages."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.commands.terminal import err, out
from bot.errors import InvalidInput
from bot.understanding.learning import shipped, yes_or_no
from bot.understanding.learning.files import Row, rows
from bot.understanding.learning.recipe import OnStep
from bot.understanding.recogniser import Recogniser, load, save
from bot.understanding.recogniser import shipped as shipped_one

app = typer.Typer(help="How messages are understood: train the recogniser, and judge it.")

MODEL = "recogniser.zip"

TextColumnName = Annotated[
    str, typer.Option("--text-column", metavar="T", help="Holds the message.")
]
LabelColumnName = Annotated[
    str, typer.Option("--label-column", metavar="L", help="Holds what a person called it.")
]
Positive = Annotated[
    str, typer.Option("--positive", metavar="VALUE", help="The label of what is to be found.")
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command()
def score(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, TSV or JSON lines.")],
    text_column: TextColumnName = "text",
    label_column: LabelColumnName = "label",
    positive: Positive = "1",
    model: Annotated[
        Path | None,
        typer.Option(
            "--model", metavar="DIR", help="What `train` made; the one that ships if left out."
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="The probability that counts as yes; the model's own."),
    ] = None,
    share: Annotated[
        float | None,
        typer.Option(min=0.001, max=0.999, help="Weigh as if this share were positive."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Precision, recall and F1 of finding suggestions in FILE, with how sure that is.

    The model that ships calls a suggestion what asks for a change or a product, or advises
    other customers.
    """
    labelled = rows(file, text=text_column, label=label_column, positive=positive)
    recogniser = load(model / MODEL) if model else shipped_one()
    with _bar("Reading the messages", len(labelled)) as step:
        found = yes_or_no.score(
            labelled, recogniser, threshold=threshold, share=share, on_step=step
        )
    _show(found, as_json=as_json)


def _show(found: yes_or_no.Score, *, as_json: bool) -> None:
    if as_json:
        told = asdict(found.figures) | {
            "threshold": found.threshold,
            "expected_share": found.expected,
            "ms": found.ms,
        }
        typer.echo(json.dumps({name: _rounded(value) for name, value in told.items()}))
        return
    table = Table(
        "Messages", "Share", "Precision", "Recall", "F1", "95 %", "AP", "ms each", box=None
    )
    of = found.figures
    table.add_row(
        f"{of.n:,}", f"{of.share:.1%}", f"{of.precision:.3f}", f"{of.recall:.3f}", f"{of.f1:.3f}",
        f"{of.f1_low:.3f}–{of.f1_high:.3f}", f"{of.average_precision:.3f}", f"{found.ms:.2f}",
    )  # fmt: skip
    out.print(table)
    why = f"the texts let {found.expected:.0%} be expected" if found.expected else "as it was told"
    out.print(f"Called positive from a probability of {found.threshold:.2f} on: {why}.")


def _rounded(value: float | None) -> float | None:
    return round(value, 4) if isinstance(value, float) else value


@app.command()
def train(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", help="CSV, TSV or JSON lines; Hubbub's own corpus if left out."
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", metavar="DIR", help="Where the model is put.")
    ] = Path("model"),
    text_column: TextColumnName = "text",
    label_column: LabelColumnName = "label",
    positive: Positive = "1",
    seed: Annotated[int, typer.Option(help="The same seed gives the same file.")] = 0,
) -> None:
    """Train the recipe: on Hubbub's own corpus, or to tell yes from no as FILE does.

    `hubbub understanding score FILE --model DIR` then judges it, on messages it has not seen.
    """
    labelled: list[Row] | None = None
    if file is not None:
        labelled = rows(file, text=text_column, label=label_column, positive=positive)
    if output.exists() and not output.is_dir():
        raise InvalidInput(f"{output} is a file; --output wants a folder.")
    with _steps() as step:
        made: Recogniser = (
            shipped.train(seed=seed, on_step=step)
            if labelled is None
            else yes_or_no.learn(labelled, seed=seed, on_step=step)
        )
    output.mkdir(parents=True, exist_ok=True)
    save(made, output / MODEL)
    size = (output / MODEL).stat().st_size / 1024
    out.print(f"The model is in {output / MODEL} ({size:,.0f} kB).")


@contextmanager
def _steps() -> Iterator[OnStep]:
    with _progress() as progress:
        task = progress.add_task("Reading")

        def step(what: str, done: int, all: int) -> None:
            progress.update(task, description=what, completed=done, total=all)

        yield step


@contextmanager
def _bar(what: str, all: int) -> Iterator[Callable[[int], None]]:
    with _progress() as progress:
        task = progress.add_task(what, total=all)
        yield lambda done: progress.update(task, completed=done)


def _progress() -> Progress:
    columns = (BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())
    return Progress(*columns, TextColumn("{task.description}"), console=err)

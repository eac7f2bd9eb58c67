"""`hubbub replay`: recorded messages through the front door, and what came out."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot import logs
from bot.commands.terminal import Config, err, out, settings_from, writing
from bot.engagement.telling import Voices
from bot.errors import InvalidInput
from bot.replay import Columns, Played, Records, Replay
from bot.settings import Settings


def replay(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV or JSON lines.")
    ],
    text_column: Annotated[str, typer.Option(metavar="NAME", help="Where the message stands.")],
    author_column: Annotated[
        str, typer.Option(metavar="NAME", help="Who said it; else everybody is somebody else.")
    ] = "",
    time_column: Annotated[
        str, typer.Option(metavar="NAME", help="When it was said, as 2026-03-01T10:00; else now.")
    ] = "",
    limit: Annotated[int, typer.Option(min=0, help="Only the first so many; 0: all.")] = 0,
    database: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep the result in this SQLite file, to look at it."),
    ] = None,
    into_database: Annotated[
        bool, typer.Option("--into-database", help="Into the installation's own database.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
    config: Config = None,
) -> None:
    """Take recorded messages through the front door and show what Hubbub makes of them.

    They go into a database of their own that is thrown away afterwards, unless --database or
    --into-database says otherwise. Nobody is answered and nothing is sent. The same file again
    into the same database is all repeats.
    """
    settings = settings_from(config)
    logs.set_up(level="warning")
    records = Records(file, Columns(text=text_column, author=author_column, time=time_column))
    with _place(settings, database, into_database, yes) as settings, writing(settings) as writer:
        voices = Voices(languages=settings.shop.languages, shop=settings.shop.name)
        total = min(limit or records.count, records.count)
        with _bar() as bar:
            task = bar.add_task("Replaying", total=total)
            played = Replay(writer, voices).play(
                islice(records, total), lambda more: bar.advance(task, more)
            )
    out.print(_table(played))


@contextmanager
def _place(
    settings: Settings, database: Path | None, into_database: bool, yes: bool
) -> Iterator[Settings]:
    """The settings with the database that it goes into."""
    if into_database and database:
        raise InvalidInput("Say either --database or --into-database.")
    if into_database:
        if not yes:
            err.print(
                "[yellow]The messages become part of this installation[/]: its inbox, suggestions "
                "and numbers will hold them, and there is no command to take them out again."
            )
            typer.confirm("Go on?", abort=True, err=True)
        yield settings
    elif database:
        yield _with(settings, database)
    else:
        with tempfile.TemporaryDirectory(prefix="hubbub-replay-") as folder:
            yield _with(settings, Path(folder) / "replay.db")


def _with(settings: Settings, file: Path) -> Settings:
    return settings.model_copy(update={"database": SecretStr(f"sqlite:///{file.resolve()}")})


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=err)


def _table(played: Played) -> Table:
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    for name, number in (
        ("read", played.read),
        ("repeated", played.repeated),
        ("quarantined", played.quarantined),
        *((f"  {kind.value.replace('_', ' ')}", n) for kind, n in played.kinds.most_common()),
        ("suggestions opened", played.opened),
        ("suggestions joined", played.joined),
    ):
        table.add_row(name, f"{number:,}")
    table.add_row("seconds", f"{played.seconds:.1f}")
    table.add_row("  of the processor", f"{played.processor_seconds:.1f}")
    table.add_row("messages a second", f"{played.a_second:,.0f}")
    return table

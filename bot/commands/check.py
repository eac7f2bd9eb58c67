"""`hubbub check`: what is missing, in plain words."""

from pathlib import Path

import typer
from rich.markup import escape
from rich.table import Table

from bot import checkup
from bot.checkup import Level
from bot.clock import SystemClock
from bot.commands.terminal import DEFAULT_CONFIG, Config, complain, out, settings_from
from bot.errors import InvalidInput

_MARKS = {Level.FINE: "[green]✓[/]", Level.NOTE: "[yellow]•[/]", Level.BAD: "[red]✗[/]"}


def check(config: Config = None) -> None:
    """Say what is missing or wrong here, and where each package was loaded from.

    Looks at the configuration, packages, networks, database, clock, disk and secrets, and changes
    nothing. Ends with 1 where something has to be mended; what is marked • is only good to know.
    """
    _list_packages()
    try:
        settings = settings_from(config)
    except InvalidInput as wrong:
        complain(*wrong.problems)
        raise typer.Exit(1) from None
    bad = 0
    for finding in checkup.findings(settings, _file(config), SystemClock()):
        bad += finding.level is Level.BAD
        what = f"[bold]{finding.what:<10}[/]"
        out.print(_MARKS[finding.level], what, escape(finding.sentence), soft_wrap=True)
    out.print(f"\n{bad} to mend." if bad else "\nEverything needed is here.")
    raise typer.Exit(1 if bad else 0)


def _file(config: Path | None) -> Path | None:
    return config or (DEFAULT_CONFIG if DEFAULT_CONFIG.exists() else None)


def _list_packages() -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    for package in checkup.packages():
        version = package.version or "[red]missing[/]"
        table.add_row(package.name, version, f"[dim]{escape(package.path)}[/]")
    out.print(table, soft_wrap=True)
    out.print()

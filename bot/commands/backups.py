"""`hubbub db backup`, `backups`, `verify`, `restore` and `release`: nothing is lost for good."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bot.clock import SystemClock
from bot.commands.terminal import Config, err, out, say, settings_from, writing
from bot.db import Database, Session
from bot.db.backup import make
from bot.db.backup.keeping import keep, kept
from bot.db.backup.making import Progress as Told
from bot.db.backup.manifest import HOLDS, Manifest
from bot.outbox import quiet
from bot.restoring import put_back, try_out
from bot.settings import Settings

File = Annotated[Path, typer.Argument(metavar="FILE", help="A back-up.", show_default=False)]


def backup(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="Where to; by default the folder of back-ups."),
    ] = None,
    config: Config = None,
) -> None:
    """Make a back-up while Hubbub runs: one file, which restores on SQLite and PostgreSQL alike.

    It holds every row of the database as it is now, and neither the installation's key
    (secret.key) nor the configuration: keep those apart. It can be read by its owner only.
    """
    settings = settings_from(config)
    with _database(settings) as database, _bar("Backing up") as told:
        if file is None:
            file = keep(database, settings.backups, most=settings.backup.keep, progress=told)
        else:
            make(database, file, told)
    say(f"{file} ({file.stat().st_size / 1e6:,.1f} MB)")
    say(HOLDS)


def backups(config: Config = None) -> None:
    """List the back-ups in their folder, newest first."""
    settings = settings_from(config)
    found = kept(settings.backups)
    if not found:
        say(f"None in {settings.backups} yet. Make one: hubbub db backup")
        return
    table = Table("Made (UTC)", "MB", "File", box=None, pad_edge=False)
    for one in found:
        size = one.path.stat().st_size / 1e6
        table.add_row(f"{one.made_at:%Y-%m-%d %H:%M}", f"{size:,.1f}", str(one.path))
    out.print(table, soft_wrap=True)


def verify(file: File, config: Config = None) -> None:
    """Really restore a back-up beside your data, compare every row, and throw it away again.

    Ends with 0 where everything came out as it went in, and every check holds.
    """
    with _database(settings_from(config)) as database, _bar("Restoring to try it") as told:
        manifest = try_out(file, database, told)
    say(f"{file} is whole: {_told(manifest)}")


def restore(
    file: File,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Also where there are data: they are kept aside."),
    ] = False,
    config: Config = None,
) -> None:
    """Put a back-up in the place of the database, all of it or nothing. Stop Hubbub first.

    It starts quiet: nothing leaves until an owner has looked at what waits, since it may have
    been sent after the back-up was made. Everybody signs in anew.
    """
    settings = settings_from(config)
    with _database(settings) as database, _bar("Restoring") as told:
        restored = put_back(
            file, database, replace=replace, backups=settings.backups, progress=told
        )
    say(f"Restored: {_told(restored.manifest)}")
    if restored.aside:
        say(f"What was there before is kept as {restored.aside}")
    say("It is quiet: nothing leaves until you have looked. Start Hubbub, open /quiet, or run:")
    say("  hubbub db release")
    say("Everybody signs in anew. For a link of your own: hubbub user link YOUR-ADDRESS")


def release(
    let_go: Annotated[
        bool,
        typer.Option(
            "--let-overdue-go",
            help="Let also go what was due before the restore, which may have been sent already; "
            "posts by their channel's rule for late ones.",
        ),
    ] = False,
    config: Config = None,
) -> None:
    """Let a restored Hubbub speak again; what may have been sent already is held for you.

    What is held waits under "Needs a look", to be sent or dropped one by one.
    """

    def run(session: Session) -> tuple[bool, int]:
        held = 0 if let_go else quiet.hold(session, "terminal")
        return quiet.release(session, "terminal"), held

    with writing(settings_from(config)) as writer:
        released, held = writer.run_blocking(run)
    if not released:
        say("Nothing is held back: this Hubbub may speak.")
        return
    say("Hubbub speaks again.")
    if held:
        say(f'{held} that may have gone out already wait for your word under "Needs a look".')


def _told(manifest: Manifest) -> str:
    return (
        f"{manifest.rows:,} rows in {len(manifest.tables)} tables, made "
        f"{manifest.made_at:%d %B %Y, %H:%M} UTC by Hubbub {manifest.hubbub} "
        f"(schema {manifest.revision}, {manifest.engine})."
    )


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    """The installation's database as it is, up to date or not."""
    database = Database(settings.database_url, clock=SystemClock())
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _bar(what: str) -> Iterator[Told]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=err, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, all_: bar.update(task, completed=done, total=all_)

"""`hubbub db`: the database's schema, and its back-ups."""

from typing import Annotated

import typer

from bot.commands import backups
from bot.commands.terminal import Config, say, settings_from
from bot.db import Database
from bot.db.damage import refuse_damaged
from bot.db.upgrade import is_current, upgrade

app = typer.Typer(
    help="The database: is it up to date, bring it there, back it up and restore it.",
    no_args_is_help=True,
)
for command in (backups.backup, backups.backups, backups.verify, backups.restore, backups.release):
    app.command()(command)


@app.command("upgrade")
def upgrade_(
    without_copy: Annotated[
        bool, typer.Option("--without-copy", help="Make no back-up first. Not advised.")
    ] = False,
    config: Config = None,
) -> None:
    """Bring the database to the schema of this Hubbub, all or nothing; made where there is none.

    What it holds is put into the folder of back-ups first; where that fails, nothing is changed.
    """
    settings = settings_from(config)
    database = Database(settings.database_url)
    try:
        upgrade(database, copies=None if without_copy else settings.backups)
    finally:
        database.close()
    say("The database is up to date.")


@app.command()
def status(config: Config = None) -> None:
    """Say where the database is and whether it is up to date; ends with 1 where it is not."""
    database = Database(settings_from(config).database_url)
    try:
        refuse_damaged(database)
        current = is_current(database)
    finally:
        database.close()
    say(database.url.render_as_string(hide_password=True))
    say("It is up to date." if current else "It is not up to date. Run: hubbub db upgrade")
    raise typer.Exit(0 if current else 1)

"""`hubbub db`: the database's schema."""

import typer

from bot.commands.terminal import Config, say, settings_from
from bot.db import Database
from bot.db.damage import refuse_damaged
from bot.db.upgrade import is_current, upgrade

app = typer.Typer(help="The database: is it up to date, and bring it there.", no_args_is_help=True)


@app.command("upgrade")
def upgrade_(config: Config = None) -> None:
    """Bring the database to the schema of this Hubbub, all or nothing; made where there is none."""
    database = Database(settings_from(config).database_url)
    try:
        upgrade(database)
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

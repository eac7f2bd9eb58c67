"""`hubbub secrets`: the keys to what is sealed in the database."""

import typer
from rich.progress import Progress

from bot.commands.terminal import Config, database_of, err, say, settings_from
from bot.db import resealing
from bot.errors import NotFound

app = typer.Typer(
    help="What is secret at rest, such as the second factors of staff, and the keys to it.",
    no_args_is_help=True,
)


@app.command()
def rotate(config: Config = None) -> None:
    """Make a new key, seal everything secret with it, and forget the old keys.

    Hubbub may be running. Whenever this is stopped, everything can still be opened; run it again
    and it goes on. Keep a copy of the new file of keys apart from the backups of the database:
    older backups need the file as it was before.
    """
    settings = settings_from(config)
    with database_of(settings) as database:
        resealing.prepare(database)
        keys = database.keys
        if keys is None or not keys.path.exists():
            raise NotFound(f"{settings.key_file} is missing. Put it back first; see: hubbub check")
        with Progress(console=err, transient=True) as bar:
            task = bar.add_task("Sealing with a new key", total=None)
            sealed = resealing.rotate(
                database, keys, lambda done, total: bar.update(task, completed=done, total=total)
            )
    say(f"There is a new key in {settings.key_file}; {sealed} secrets are sealed with it.")

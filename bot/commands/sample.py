"""`hubbub sample`: the sample shop, once it has been looked at."""

import typer

from bot import sample
from bot.commands.terminal import Config, say, settings_from, writing

app = typer.Typer(help="The sample shop that `hubbub run --sample` puts in.", no_args_is_help=True)


@app.callback()
def _sample() -> None:
    """Keeps `remove` a command of its own while it is the only one."""


@app.command()
def remove(config: Config = None) -> None:
    """Take out everything that the sample shop put in; what is your own stays."""
    with writing(settings_from(config)) as writer:
        gone = writer.run_blocking(sample.remove)
    say(f"The sample shop is gone: {gone} rows." if gone else "There is no sample shop here.")

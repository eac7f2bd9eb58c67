"""The command line: `hubbub`. Each command stands in `bot.commands`."""

import typer

from bot.commands import sample
from bot.commands.demo import demo
from bot.commands.replay import replay
from bot.commands.run import run
from bot.commands.terminal import PlainErrors

app = typer.Typer(
    cls=PlainErrors,
    name="hubbub",
    help="A community bot for retailers: it keeps a community fresh, listens, and brings the "
    "answer back.",
    no_args_is_help=True,
    add_completion=False,
    # Local variables may hold tokens and people's words.
    pretty_exceptions_enable=False,
)
app.command()(run)
app.command()(demo)
app.command()(replay)
app.add_typer(sample.app, name="sample")


def main() -> None:
    app()

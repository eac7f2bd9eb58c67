"""The command line: `hubbub`. Each command stands in `bot.commands`."""

import typer

from bot.commands import bench, channels, db, sample, secrets, understanding, user
from bot.commands.check import check
from bot.commands.demo import demo
from bot.commands.exchange import export, importing
from bot.commands.explain import explain
from bot.commands.networks import networks
from bot.commands.replay import replay
from bot.commands.retention import retention
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
for command in (run, check, explain, demo, replay, export, networks, retention):
    app.command()(command)
for name, group in (
    ("import", importing),
    ("user", user.app),
    ("channels", channels.app),
    ("db", db.app),
    ("sample", sample.app),
    ("secrets", secrets.app),
    ("bench", bench.app),
    ("understanding", understanding.app),
):
    app.add_typer(group, name=name)


def main() -> None:
    app()

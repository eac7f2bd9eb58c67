"""What every command shares: where the configuration is, and how things are said."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

from bot.db import Database, KeyRing, Writer
from bot.db.damage import refuse_damaged
from bot.db.troubles import as_unavailable
from bot.db.upgrade import is_current, upgrade
from bot.errors import HubbubError, InvalidInput
from bot.logs import mask
from bot.settings import Settings, load

DEFAULT_CONFIG = Path("config.toml")

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="PATH",
        help="The configuration; ./config.toml where there is one.",
        show_default=False,
    ),
]

_AWAY = "The database can't be used right now"

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class PlainErrors(TyperGroup):
    """Says what went wrong in sentences: 2 where something given can't be used, else 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except HubbubError as error:
            complain(*getattr(error, "problems", (str(error),)))
            raise typer.Exit(2 if isinstance(error, InvalidInput) else 1) from None
        except sa.exc.DBAPIError as error:
            complain(str(as_unavailable(error, _AWAY) or f"{_AWAY}: {str(error.orig).strip()}"))
            raise typer.Exit(1) from None
        except BrokenPipeError:
            raise
        except OSError as error:
            complain(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}.")
            raise typer.Exit(1) from None


def complain(*sentences: str) -> None:
    for sentence in sentences:
        err.print(f"[red]✗[/] {escape(mask(sentence))}", soft_wrap=True)


def say(text: str) -> None:
    """A line that holds no markup of ours."""
    out.print(escape(text), soft_wrap=True)


def settings_from(config: Path | None, **overrides: Any) -> Settings:
    """The configuration named, or ./config.toml, or only defaults and the environment."""
    if config is None and DEFAULT_CONFIG.exists():
        config = DEFAULT_CONFIG
    return load(config, **overrides)


@contextmanager
def database_of(settings: Settings) -> Iterator[Database]:
    """The installation's database, made where there is none.

    Raises `InvalidInput` for one that is not up to date: that is `hubbub db upgrade`'s to do.
    """
    database = Database(settings.database_url, keys=KeyRing(settings.key_file))
    try:
        refuse_damaged(database)
        if not sa.inspect(database.readers).has_table("alembic_version"):
            upgrade(database, copies=settings.backups)
        elif not is_current(database):
            raise InvalidInput("The database is not up to date. Run: hubbub db upgrade")
        yield database
    finally:
        database.close()


@contextmanager
def writing(settings: Settings) -> Iterator[Writer]:
    """A running writer over the installation's database."""
    with database_of(settings) as database, Writer(database) as writer:
        yield writer

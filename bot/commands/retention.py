"""`hubbub retention`: what is past the days for which the shop keeps it."""

import asyncio
from typing import Annotated

import typer

from bot import retaining
from bot.commands.terminal import Config, database_of, say, settings_from, writing


def retention(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how much it would be.")
    ] = False,
    config: Config = None,
) -> None:
    """Let go now of what is past its days, as every night. The configuration says under "retention"
    how long each kind is kept."""
    settings = settings_from(config)
    if dry_run:
        with database_of(settings) as database, database.reading() as session:
            counts = {k: len(d.ids) for k, d in retaining.due(session, settings.retention).items()}
    else:
        with writing(settings) as writer:
            counts = asyncio.run(retaining.apply(writer, settings.retention))
    for kind, count in counts.items():
        say(f"{count:,} {kind} {'would go' if dry_run else 'are gone'}.")
    if not counts:
        say("Everything is kept for good: [retention] gives no kind any days.")

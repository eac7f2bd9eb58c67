"""`hubbub channels`: where the bot can speak."""

import asyncio
from typing import Annotated

import typer
from rich.markup import escape

from bot.channels.service import ensure
from bot.clock import SystemClock
from bot.commands.terminal import Config, complain, out, say, settings_from, writing
from bot.errors import NetworkError, NotFound
from bot.main import sections
from bot.networks import Adapter, Health, Place, Services, installed
from bot.settings import Settings

app = typer.Typer(help="Places where the bot speaks.", no_args_is_help=True)
_MARKS = {Health.OK: "[green]✓[/]", Health.WARN: "[yellow]•[/]", Health.OFF: "[red]✗[/]"}
_PATIENCE = 60.0  # seconds for one account


@app.callback()
def channels() -> None:
    """Places where the bot speaks."""


@app.command()
def discover(
    add: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Speak there too; may come again.")
    ] = None,
    config: Config = None,
) -> None:
    """List where every configured account can speak, and what is missing there.

    With --add and the id from that list, the place becomes a channel that posts can go to.
    """
    settings = settings_from(config)
    found = asyncio.run(_ask_all(settings))
    for adapter, places in found:
        out.print(f"[bold]{escape(adapter.network)}/{escape(adapter.account)}[/]")
        for place in places:
            _show(place)
        if not places:
            say("  It tells of no place. Invite the bot there, and say something to it.")
    if add:
        _add(settings, found, add)


Found = list[tuple[Adapter, list[Place]]]


async def _ask_all(settings: Settings) -> Found:
    services, found = Services(clock=SystemClock()), []
    for plugin, section in sections(settings, installed()):
        adapter = plugin.build(section, services)
        try:
            async with asyncio.timeout(_PATIENCE):
                found.append((adapter, list(await adapter.places())))
        except (NetworkError, TimeoutError) as error:
            complain(f"{adapter.network}/{adapter.account}: {str(error) or 'It did not answer.'}")
    return found


def _show(place: Place) -> None:
    kind = f" ({escape(place.kind)})" if place.kind else ""
    out.print(f"  [bold]{escape(place.channel)}[/]  {escape(place.name)}{kind}", soft_wrap=True)
    for it in place.findings:
        out.print("   ", _MARKS[it.health], escape(f"{it.says} {it.then}".strip()), soft_wrap=True)


def _add(settings: Settings, found: Found, wanted: list[str]) -> None:
    """Raises `NotFound` before anything is added where one is none of the places."""
    known = {place.channel: (adapter, place) for adapter, places in found for place in places}
    if missing := [one for one in wanted if one not in known]:
        raise NotFound(f"No account can speak at {', '.join(missing)}. Take an id of the list.")
    with writing(settings) as writer:
        for one in wanted:
            adapter, place = known[one]
            writer.run_blocking(
                lambda session, adapter=adapter, place=place: ensure(  # type: ignore[misc]  # lambda defaults
                    session,
                    network=adapter.network,
                    account=adapter.account,
                    remote_id=place.channel,
                    name=place.name,
                )
            )
            say(f"Posts can go to {place.name} now.")

"""`hubbub networks`: what is installed."""

from importlib.metadata import entry_points

from rich.table import Table

from bot.commands.terminal import Config, out, settings_from
from bot.networks import installed
from bot.networks.registry import GROUP


def networks(config: Config = None) -> None:
    """The networks that are installed, ours and others', and which of them are switched on."""
    chosen = settings_from(config).networks
    homes = {point.name: point.dist for point in entry_points(group=GROUP)}
    table = Table("Name", "Network", "From", "Here", box=None, pad_edge=False)
    for name, plugin in sorted(installed().items()):
        home = homes.get(name)
        where = f"{home.name} {home.version}" if home else ""
        here = "on" if plugin.always_on or name in chosen else f"off: add [networks.{name}]"
        table.add_row(name, plugin.title, where, here.replace("[", r"\["))
    out.print(table)

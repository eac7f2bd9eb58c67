"""Which networks are installed: an entry point each, ours and third parties' alike."""

from importlib.metadata import entry_points

from bot.errors import InvalidInput
from bot.networks.port import Plugin

GROUP = "hubbub.networks"


def installed() -> dict[str, Plugin]:
    """Every installed network by name. Raises `InvalidInput` when one can't be loaded."""
    found: dict[str, Plugin] = {}
    for point in entry_points(group=GROUP):
        try:
            plugin = point.load()
        except Exception as error:
            raise InvalidInput(
                f'The network "{point.name}" can\'t be loaded from {point.value}: {error}. '
                "Reinstall the package that brings it, or remove it."
            ) from error
        if not isinstance(plugin, Plugin) or plugin.name != point.name:
            raise InvalidInput(
                f'The network "{point.name}" is not a Hubbub plugin ({point.value} gives '
                f"{type(plugin).__name__})."
            )
        found[plugin.name] = plugin
    return found

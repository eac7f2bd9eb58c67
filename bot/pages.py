"""Every page that Hubbub serves."""

from importlib import import_module
from typing import Any

from bot.networks import Plugin
from bot.web.house import House

# Rooms that have pages; each gives `routes`.
_VIEWS = (
    "bot.inbox.webhooks",
    "bot.inbox.views",
    "bot.suggestions.views",
    "bot.engagement.views",
    "bot.engagement.closing.views",
    "bot.board.views",
    "bot.channels.views",
    "bot.media.views",
    "bot.suppliers.views",
    "bot.demand.views",
    "bot.products.stage_views",
    "bot.reviewing.views",
    "content_calendar.views",
    "content_calendar.api.views",
    "content_calendar.exchange.views",
    "bot.export_views",
    "bot.watching.needs_look",
    "bot.watching.networks_views",
    "bot.watching.quiet_views",
    "bot.watching.explain_views",
)


def routes(plugins: dict[str, Plugin], house: House) -> list[Any]:
    """Every page of every room, and of the networks whose client is a page of ours."""
    found: list[Any] = []
    for name in _VIEWS:
        found += import_module(name).routes
    for plugin in plugins.values():
        if plugin.routes is not None:
            found += plugin.routes(house)
    return found

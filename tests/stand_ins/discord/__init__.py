"""A local server that speaks Discord's HTTP API and its gateway, in a thread of its own."""

from tests.stand_ins.discord.routes import Call
from tests.stand_ins.discord.server import DiscordStandIn

__all__ = ["Call", "DiscordStandIn"]

"""How Discord is put through the contract: against a server of ours."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from adapters.discord import plugin
from bot.clock import SystemClock
from bot.networks import Adapter, Plugin, Services
from tests.stand_ins.discord import DiscordStandIn


@cache
def server() -> DiscordStandIn:
    """One for the whole process; its thread ends with it."""
    return DiscordStandIn().start()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDiscord:
    plugin: Plugin = plugin
    channel: str = DiscordStandIn.channel
    recipient: str | None = None

    def validated(self) -> Any:
        return self.plugin.settings.model_validate(server().settings())

    def build(self) -> Adapter:
        return self.plugin.build(self.validated(), Services(clock=SystemClock()))


def candidate() -> OnDiscord:
    return OnDiscord()

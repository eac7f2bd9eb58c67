"""How Discord is put through the contract: against a stand-in of ours."""

import atexit
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from adapters.discord import plugin
from bot.clock import SystemClock
from bot.networks import Adapter, Plugin, Services
from tests.stand_ins.discord import DiscordStandIn, running


@cache
def stand_in() -> DiscordStandIn:
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(running())


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDiscord:
    plugin: Plugin = plugin
    channel: str = field(default_factory=lambda: stand_in().channel)
    recipient: str | None = None

    def validated(self) -> Any:
        return self.plugin.settings.model_validate(stand_in().settings())

    def build(self) -> Adapter:
        return self.plugin.build(self.validated(), Services(clock=SystemClock()))


def candidate() -> OnDiscord:
    return OnDiscord()

"""How Telegram is put through the contract: against a Bot API of ours."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from adapters.telegram import plugin
from bot.clock import SystemClock
from bot.networks import Adapter, Plugin, Services
from tests.stand_ins.telegram import TelegramStandIn


@cache
def server() -> TelegramStandIn:
    """One for the whole process; its thread ends with it."""
    return TelegramStandIn().start()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTelegram:
    plugin: Plugin = plugin
    channel: str = TelegramStandIn.channel
    recipient: str | None = None

    def validated(self) -> Any:
        return self.plugin.settings.model_validate({**server().settings(), "webhook": True})

    def build(self) -> Adapter:
        settings = self.plugin.settings.model_validate(server().settings())
        return self.plugin.build(settings, Services(clock=SystemClock()))


def candidate() -> OnTelegram:
    return OnTelegram()

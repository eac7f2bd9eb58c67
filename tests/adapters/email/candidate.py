"""How mail is put through the contract: letters are kept, answers are handed over signed."""

from dataclasses import dataclass
from typing import Any

from adapters.email import plugin
from bot.clock import SystemClock
from bot.networks import Adapter, Plugin, Services, signing

SECRET = signing.new_secret()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnMail:
    plugin: Plugin = plugin
    channel: str = "ada@shop.example"
    recipient: str | None = None

    def validated(self) -> Any:
        given = {"reply_address": "cases@shop.example", "webhook_secret": SECRET}
        return self.plugin.settings.model_validate(given)

    def build(self) -> Adapter:
        return self.plugin.build(self.validated(), Services(clock=SystemClock()))


def candidate() -> OnMail:
    return OnMail()

"""How Facebook is put through the contract: against a Graph API of ours, empty for each test."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from adapters.facebook import plugin
from bot.clock import SystemClock
from bot.networks import Adapter, Plugin, Services
from tests.stand_ins.facebook import Facebook


@cache
def graph() -> Facebook:
    """One for the whole process; its thread ends with it."""
    return Facebook().start()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnFacebook:
    plugin: Plugin = plugin
    channel: str = Facebook.channel
    recipient: str | None = None
    settings: dict[str, Any] = field(default_factory=lambda: graph().settings())

    def validated(self) -> Any:
        return self.plugin.settings.model_validate(self.settings)

    def build(self) -> Adapter:
        graph().reset()
        return self.plugin.build(self.validated(), Services(clock=SystemClock()))


def candidate() -> OnFacebook:
    return OnFacebook()

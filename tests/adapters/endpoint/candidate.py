"""How partners' programs are put through the contract: against one of ours."""

from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from typing import Any

from adapters.endpoint import Endpoints, EndpointSettings, plugin
from bot.clock import SystemClock
from bot.networks import Adapter, Plugin, Services
from tests.stand_ins.program import Program

_OPEN = ExitStack()


@cache
def program() -> Program:
    """One for the whole process; its thread is a daemon's and ends with it."""
    return _OPEN.enter_context(Program().open())


@dataclass(frozen=True, slots=True, kw_only=True)
class OnProgram:
    plugin: Plugin = plugin
    channel: str = "partner"
    recipient: str | None = None

    def validated(self) -> Any:
        return self.plugin.settings.model_validate({})

    def build(self) -> Adapter:
        services = Services(clock=SystemClock(), callee=program().callee)
        return Endpoints(EndpointSettings(), services, program().rules)


def candidate() -> OnProgram:
    return OnProgram()

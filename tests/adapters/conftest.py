"""Every network that is put through the contract, and how to add one of your own."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from adapters.sandbox import Like
from bot.clock import SystemClock
from bot.networks import Adapter, Plugin, Services, installed

OPTION = "--network-plugin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A plugin with the settings under which it can speak in a test, to a local server or none.

    A third party names theirs, or just the plugin where its defaults will do:
    ``pytest tests/adapters/test_contract.py --network-plugin my_package.testing:candidate``
    """

    plugin: Plugin
    settings: Mapping[str, Any] = field(default_factory=dict)
    channel: str = "square"
    recipient: str | None = None

    def validated(self) -> Any:
        return self.plugin.settings.model_validate(self.settings)

    def build(self) -> Adapter:
        return self.plugin.build(self.validated(), Services(clock=SystemClock()))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        OPTION,
        action="append",
        default=[],
        metavar="MODULE:NAME",
        help="put this Plugin (or tests.adapters Candidate) through the contract, and no other",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "candidate" in metafunc.fixturenames:
        named = metafunc.config.getoption(OPTION, default=[])
        candidates = {path: _named(path) for path in named} or _installed()
        metafunc.parametrize("candidate", candidates.values(), ids=list(candidates))


def _named(path: str) -> Candidate:
    module, _, name = path.partition(":")
    found = getattr(importlib.import_module(module), name)
    return Candidate(plugin=found) if isinstance(found, Plugin) else found


def _on_stand_in(network: str) -> Any:
    """A network that needs a server to speak to brings one, in its folder of tests."""
    return importlib.import_module(f"tests.adapters.{network}.candidate").candidate()


def _installed() -> dict[str, Any]:
    plugins = installed()
    sandbox = plugins.pop("sandbox")
    served = {
        name: _on_stand_in(name)
        for name in plugins
        if (Path(__file__).parent / name / "candidate.py").exists()
    }
    return {
        **served,
        **{
            name: Candidate(plugin=plugin) for name, plugin in plugins.items() if name not in served
        },
        **{
            f"sandbox like {like}": Candidate(plugin=sandbox, settings={"like": like})
            for like in Like
        },
    }

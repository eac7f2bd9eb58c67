"""Finding the installed networks, and saying which one is broken."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import InvalidInput
from bot.networks import installed

Install = Callable[[str, str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs a package that brings the network ``name`` with this source."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(name: str, source: str) -> None:
        module = f"network_{name}"
        (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
        about = tmp_path / f"{module}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Name: {module}\nVersion: 1.0\n", encoding="utf-8")
        (about / "entry_points.txt").write_text(
            f"[hubbub.networks]\n{name} = {module}:plugin\n", encoding="utf-8"
        )
        monkeypatch.delitem(sys.modules, module, raising=False)
        importlib.invalidate_caches()

    return make


def test_our_own_are_there() -> None:
    assert {"webchat", "sandbox", "email"} <= set(installed())


def test_a_third_partys_network_is_found_by_its_entry_point(install: Install) -> None:
    install(
        "pigeon",
        "from dataclasses import replace\n"
        "from adapters.sandbox import plugin as sandbox\n"
        "plugin = replace(sandbox, name='pigeon', title='Carrier pigeon')\n",
    )
    assert installed()["pigeon"].title == "Carrier pigeon"


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("import a_module_that_is_not_there", "can't be loaded"),
        ("raise RuntimeError('no pigeons today')", "no pigeons today"),
        ("", "can't be loaded"),
        ("plugin = 7", "is not a Hubbub plugin .* gives int"),
        ("from adapters.sandbox import plugin", "is not a Hubbub plugin"),
    ],
    ids=["missing import", "raises", "no such name", "not a plugin", "another's name"],
)
def test_a_broken_one_is_named(install: Install, source: str, sentence: str) -> None:
    install("pigeon", source)
    with pytest.raises(InvalidInput, match=f'The network "pigeon".*{sentence}'):
        installed()

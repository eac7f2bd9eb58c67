"""What is ready-made for many processes: every command line and setting in it exists."""

import json
import re
import shlex
from collections.abc import Iterator
from configparser import RawConfigParser
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from bot.cli import app
from bot.processes import Part
from bot.settings import load

DOCS = Path(__file__).resolve().parents[1] / "docs"
DEPLOY = DOCS / "deploy"
PAGE = DOCS / "many-processes.md"
UNITS = sorted(DEPLOY.glob("*.service"))
CODE_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILLED_IN = re.compile(r"\$\{\w+:\?[^}]*\}")
INSTRUCTION = re.compile(r"^([A-Z]+) (.+)$", re.MULTILINE)


def parsed(words: list[str]) -> dict[str, Any]:
    """What `hubbub …` would be called with. Raises `UsageError` for words that it doesn't know."""
    command: Any = typer.main.get_command(app)
    while isinstance(command, TyperGroup):
        command, words = command.commands[words[0]], words[1:]
    given: dict[str, Any] = command.make_context(command.name, list(words)).params
    return given


def compose() -> dict[str, Any]:
    # PyYAML comes with the web framework; it ships no types.
    found: dict[str, Any] = import_module("yaml").safe_load(
        FILLED_IN.sub("filled-in", (DEPLOY / "compose.yaml").read_text())
    )
    return found


def ours() -> dict[str, dict[str, Any]]:
    """Compose's services that are Hubbub."""
    return {name: one for name, one in compose()["services"].items() if "command" in one}


def unit(path: Path) -> RawConfigParser:
    found = RawConfigParser(strict=False)
    found.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys have capitals
    found.read_string(path.read_text().replace("%i", "8080"))
    return found


def commands_of_the_page() -> Iterator[list[str]]:
    for block in CODE_BLOCK.findall(PAGE.read_text()):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == ["hubbub"]:
                yield words[1:]


def test_every_part_has_a_unit_and_a_service() -> None:
    parts = {Part.WEB, Part.WORKER, Part.CONNECT}
    assert {parsed(shlex.split(one["command"]))["role"] for one in ours().values()} == parts
    started = [shlex.split(unit(path)["Service"]["ExecStart"]) for path in UNITS]
    assert {parsed(words[1:])["role"] for words in started} == parts


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_hubbub_and_knows_its_settings(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = unit(path)["Service"]
    program, *words = shlex.split(service["ExecStart"])
    assert program.endswith("/.venv/bin/hubbub")
    assert parsed(words)["config"] == Path("/etc/hubbub/config.toml")
    assert int(service["TimeoutStopSec"]) > 5, "a stopped process takes up to 5 s"
    name, value = service["Environment"].split("=", 1)
    monkeypatch.setenv(name, value)
    assert str(load(None).data) == value == f"/var/lib/{service['StateDirectory']}"


@pytest.mark.parametrize("name", ["web", "worker", "connect"])
def test_a_service_of_compose_starts_and_knows_its_settings(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = ours()[name]
    given = parsed(shlex.split(service["command"]))
    assert given["role"] == name
    assert f":{given['port']}/readyz" in service["healthcheck"]["test"][-1]
    for key, value in service["environment"].items():
        assert key.startswith("HUBBUB_")
        monkeypatch.setenv(key, value)
    assert load(None).database_url.startswith("postgresql://")
    assert any(one.endswith(":/data") for one in service["volumes"])
    assert service["deploy"]["replicas"] >= 2


def test_compose_names_only_what_is_there() -> None:
    found = compose()
    for name, service in found["services"].items():
        named = {one.split(":")[0] for one in service["volumes"]}
        assert named <= found["volumes"].keys(), name
        assert service.get("depends_on", {}).keys() <= found["services"].keys()
    build = ours()["web"]["build"]
    root = (DEPLOY / build["context"]).resolve()
    assert root == DOCS.parent
    assert (root / build["dockerfile"]).is_file()


def test_the_image_holds_what_it_copies_and_starts_hubbub() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    instructions = INSTRUCTION.findall(text)
    for what, rest in instructions:
        if what == "COPY":
            assert (DOCS.parent / rest.split()[0]).exists()
    said = dict(instructions)
    entry, command = (json.loads(said[one]) for one in ("ENTRYPOINT", "CMD"))
    assert entry == ["hubbub"]
    assert parsed(command)["role"] is Part.ALL
    assert said["ENV"] == f"HUBBUB_DATA={said['VOLUME']}"


def test_every_command_of_the_page_exists() -> None:
    found = list(commands_of_the_page())
    assert len(found) >= 5
    for words in found:
        parsed(words)


def test_the_page_enables_units_that_are_there() -> None:
    enabled = re.findall(r"(hubbub-\w+@)\d+", PAGE.read_text())
    assert {f"{one}.service" for one in enabled} == {path.name for path in UNITS}

"""What is wrong with a configuration is said in sentences, all of it at once."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot.errors import InvalidInput
from bot.main import sections
from bot.networks import installed
from bot.settings import Settings, load
from tests.cli.conftest import Hubbub

OPTIONAL = re.compile(r"^# (\[[\w.]+\]|[a-z_]+ = .*)$")
EXAMPLE = Path(__file__).parents[2] / "config.example.toml"

WRONG = [
    ("colour = 1", "unknown key colour"),
    ("[web]\nprot = 80", "unknown key web.prot"),
    ('[web]\nport = "eighty"', "web.port"),
    ("[web]\nport = 70000", "web.port"),
    ('[shop]\nzone = "Mars"', "IANA time zone"),
    ('[shop]\nlanguages = ["fr"]', "shop.languages"),
    ('database = "change-me"', "example value"),
    ('database = "postgresql://hubbub:change-me@localhost/hubbub"', "example value"),
    ('[networks.email]\npassword = "change-me"', "example value"),
    ('[networks.myspace]\ntoken = "x"', "no such network is installed"),
    ("[networks.email]\nprot = 25", "[networks.email] prot"),
    ('[networks.email]\nhost = "mail.example"', "needs a sender"),
    ('database = "mysql://localhost/x"', "must begin with sqlite:/// or postgresql://"),
    ("shop = [", "can't be read as TOML"),
]


@pytest.mark.parametrize(("text", "said"), WRONG, ids=[said for _, said in WRONG])
def test_a_wrong_configuration_is_a_sentence(
    hubbub: Hubbub, folder: Path, text: str, said: str
) -> None:
    (folder / "config.toml").write_text(text)
    result = hubbub("run", "--port", "0")
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
    assert "Traceback" not in result.stderr


def test_every_problem_is_named_at_once(hubbub: Hubbub, folder: Path) -> None:
    (folder / "config.toml").write_text('colour = 1\n[web]\nport = "eighty"\n')
    result = hubbub("db", "status")
    assert result.stderr.count("✗") == 2


def test_a_configuration_that_is_not_there_is_said(hubbub: Hubbub) -> None:
    result = hubbub("db", "status", "--config", "nowhere.toml")
    assert result.exit_code == 2
    assert "There is no nowhere.toml" in result.stderr


def test_unreadable_bytes_are_no_configuration(hubbub: Hubbub, folder: Path) -> None:
    (folder / "config.toml").write_bytes(b"\xff\xfe\x00name")
    result = hubbub("db", "status")
    assert result.exit_code == 2
    assert "can't be read as TOML" in result.stderr


def test_secrets_are_not_repeated_in_complaints(hubbub: Hubbub, folder: Path) -> None:
    (folder / "config.toml").write_text('[networks.email]\npassword = "hunter2"\nport = "x"\n')
    result = hubbub("run", "--port", "0")
    assert result.exit_code == 2
    assert "hunter2" not in result.output


def test_the_environment_wins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "config.toml").write_text("[web]\nport = 1\n")
    monkeypatch.setenv("HUBBUB_WEB__PORT", "2")
    assert load(folder / "config.toml").web.port == 2


def test_the_example_shows_every_default() -> None:
    shown = load(EXAMPLE)
    assert shown.model_dump(exclude={"networks"}) == Settings().model_dump(exclude={"networks"})
    for plugin, section in sections(shown, installed()):
        assert section == plugin.settings()


def test_the_example_names_every_key() -> None:
    everything = tomllib.loads(uncommented(EXAMPLE.read_text("utf-8")))
    missing = set(keys(Settings)) - set(keys_in(everything))
    for name, plugin in installed().items():
        section = everything["networks"][name]
        missing |= {f"{name}.{key}" for key in set(keys(plugin.settings)) - set(keys_in(section))}
    assert missing == set()


def test_nothing_in_the_example_works_as_a_secret(tmp_path: Path) -> None:
    everything = tmp_path / "config.toml"
    everything.write_text(uncommented(EXAMPLE.read_text("utf-8")))
    with pytest.raises(InvalidInput, match="example value"):
        load(everything)


def uncommented(text: str) -> str:
    """The example with its optional lines switched on; the first of two that set one key."""
    lines, seen = [], set[str]()
    for line in text.splitlines():
        line = OPTIONAL.sub(r"\1", line)
        key = line.partition(" = ")[0]
        if line.startswith("["):
            seen.clear()
        elif line and not line.startswith("#"):
            if key in seen:
                continue
            seen.add(key)
        lines.append(line)
    return "\n".join(lines)


def keys(model: type[BaseModel], before: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from keys(field.annotation, f"{before}{name}.")
        elif name != "networks":
            yield before + name


def keys_in(table: dict[str, Any], before: str = "") -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from keys_in(value, f"{before}{name}.")
        else:
            yield before + name

"""The house's own rules, where no linter knows them."""

import ast
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import sqlalchemy as sa
import typer
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.all_models import metadata
from bot.db import Database
from bot.db.upgrade import upgrade
from bot.networks.registry import GROUP

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 400
LONGEST_FUNCTION = 45

# Written so that this file does not break its own rules.
REGISTRY = re.compile(r"\b(?:pypi|pythonhosted|npmjs|yarnpkg|unpkg|jsdelivr)\.(?:org|com|net|io)\b")
MACHINE = re.compile(r"(?<![\w.)\]}])/(?:root|work|home/\w+|Users/\w+|tmp/\w+)/\w")
EXEMPTION = re.compile(
    r"#\s*(?:noqa|type:\s*ignore)\b(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|\[[^]]*\])?"
)
CODE_BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)


@cache
def tracked() -> list[Path]:
    """What the repository holds, or would hold after `git add --all`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in sorted(names.split("\0")) if (ROOT / name).is_file()]


def sources() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py"]


def written() -> list[Path]:
    """Sources without migrations: those are generated, and records of their day."""
    return [path for path in sources() if path.parent != ROOT / "bot" / "migrations" / "versions"]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines_of(paths: list[Path]) -> Iterator[tuple[str, str]]:
    """Every line of every text, with the place where it stands."""
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a font
        for number, line in enumerate(text.splitlines(), 1):
            yield f"{name_of(path)}:{number}", line


def commands_in_readme() -> list[list[str]]:
    """Words of every `make …` and `hubbub …` line in README's code blocks."""
    blocks = CODE_BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    commands = [line.removeprefix("uv run ") for line in lines]
    return [
        shlex.split(command, comments=True)
        for command in commands
        if command.startswith(("make ", "hubbub "))
    ]


def test_imports_point_one_way() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-logo"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_has_its_place_in_the_order_of_imports() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = " ".join(settings["tool"]["importlinter"]["contracts"][0]["layers"])
    placed = set(re.findall(r"bot\.(\w+)", layers)) | {"__init__", "__main__", "migrations"}
    rooms = {
        Path(name_of(path)).parts[1] for path in sources() if path.is_relative_to(ROOT / "bot")
    }
    assert {room.removesuffix(".py") for room in rooms} - placed == set()


def test_no_file_names_a_registry_or_this_machine() -> None:
    found = [
        f"{place}: {line.strip()[:80]}"
        for place, line in lines_of(tracked())
        if REGISTRY.search(line) or MACHINE.search(line)
    ]
    assert found == []


CLIENTS = re.compile(
    r"(?:httpx|httpcore|requests|aiohttp|urllib3|ftplib|pycurl|http\.client|urllib\.request)(?:\.|$)"
)
# Who may ask the web for something, and whom.
ASKING = {
    "bot/egress.py": "addresses that people and feeds supply, each checked",
    "bot/demo/browser.py": "our own pages",
    "bot/bench/standing.py": "the same",
    **{
        f"adapters/{network}/client.py": "the network's own interface"
        for network in ("discord", "facebook", "telegram")
    },
}


def test_only_one_module_calls_addresses_that_people_supply() -> None:
    """RELIABILITY, security, 4: every other HTTP client calls one known place, and is named."""
    found = {
        f"{name_of(path)} imports {module}"
        for path in written()
        for module in imported(path)
        if CLIENTS.match(module)
        and name_of(path) not in ASKING
        and not name_of(path).startswith(("tests/", "scripts/"))
    }
    assert found == set()


def imported(path: Path) -> Iterator[str]:
    """Every module that is imported there, also as ``from urllib import request``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


# Mail is no network of a community: partners and staff are written to by it (decision 0002), and
# "email" is what everybody calls an address.
NETWORKS = {point.name for point in entry_points(group=GROUP)} - {"email"}
NETWORKS |= {"discord", "telegram", "facebook", "messenger"}
# Who may name one, and why.
NAMING = {
    "bot/bench/": "says what it measures",
    "bot/sample/": "the sample shop's people talk in the web chat, which needs no account",
    "bot/logs.py": "keeps a library from logging addresses",
    "bot/understanding/masks/": "knows a person's page wherever it is, also where the shop is not",
    "bot/media/views.py": "“sandbox” is a word of content policies",
}


def test_no_module_but_its_own_adapter_names_a_network() -> None:
    """Adding one touches its folder, an entry point and its section of the example configuration.

    Comments may say whose rule it is that is kept.
    """
    found = {
        f"{name_of(path)}: {said}"
        for path in written()
        if name_of(path).startswith(("bot/", "content_calendar/"))
        and not name_of(path).startswith(tuple(NAMING))
        for said in said_in(path)
        if NETWORKS & set(re.findall(r"[a-z]+", said.casefold()))
    }
    assert found == set()


def said_in(path: Path) -> Iterator[str]:
    """What code there imports, and every text in it that is no docstring."""
    yield from imported(path)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.value


@pytest.mark.parametrize("line", ['network == "discord"', "from adapters.telegram import plugin"])
def test_a_module_that_named_a_network_would_be_seen(tmp_path: Path, line: str) -> None:
    path = tmp_path / "module.py"
    path.write_text(f'"""Like Discord and Telegram."""\n{line}\n')
    assert len([it for it in said_in(path) if NETWORKS & set(re.findall(r"[a-z]+", it))]) > 0
    path.write_text('"""Like Discord and Telegram."""\n')
    assert list(said_in(path)) == []


def test_every_exemption_has_a_reason() -> None:
    found, previous = [], ""
    for place, line in lines_of(sources()):
        exemption = EXEMPTION.search(line)
        if exemption and place.startswith("tests/test_house.py"):
            exemption = None  # the pattern itself
        if exemption and not previous.startswith("#"):
            reason = line[exemption.end() :].strip(" #—:-")
            if len(reason.split()) < 2:
                found.append(f"{place}: {line.strip()}")
        previous = line.strip()
    assert found == []


def test_no_file_is_too_long_to_read() -> None:
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in written()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_too_long_to_read() -> None:
    found = {
        f"{name_of(path)}:{node.name}": length
        for path in written()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert found == {}


def test_the_example_configuration_loads() -> None:
    settings = pytest.importorskip("bot.settings")
    settings.load(ROOT / "config.example.toml")


@pytest.mark.parametrize("words", commands_in_readme(), ids=" ".join)
def test_every_command_in_the_readme_exists(words: list[str]) -> None:
    if words[0] == "make":
        targets = TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8"))
        assert {word for word in words[1:] if "=" not in word} <= set(targets)
    else:
        assert unknown_words(words[1:]) == []


def unknown_words(words: list[str]) -> list[str]:
    """What in `hubbub …` is neither a command, nor an option of it, nor an argument."""
    command = typer.main.get_command(import_module("bot.cli").app)
    unknown = []
    for word in words:
        options = {name for option in command.params for name in option.opts}
        children = getattr(command, "commands", None)
        if word.startswith("-"):
            unknown += [] if word.split("=")[0] in options | {"--help"} else [word]
        elif children is not None:
            if word not in children:
                return [word]
            command = children[word]
    return unknown


def test_migrations_make_what_the_models_say(database_url: str) -> None:
    """Both ways to a schema agree: no model without a migration, none that differs."""
    for path in sources():
        if path.name == "models.py":
            import_module(name_of(path.with_suffix("")).replace("/", "."))
    database = Database(database_url)
    upgrade(database)
    with database.readers.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert checks_there(connection) == checks_wanted()
    database.close()


def checks_there(connection: sa.Connection) -> set[str | None]:
    """Check constraints, which Alembic does not compare."""
    inspector = sa.inspect(connection)
    tables = inspector.get_table_names()
    return {check["name"] for table in tables for check in inspector.get_check_constraints(table)}


def checks_wanted() -> set[str | None]:
    return {
        str(constraint.name)
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, sa.CheckConstraint)
    }

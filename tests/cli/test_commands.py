"""The owner's commands, one by one, as they are typed."""

import json
import re
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from bot.cli import app
from tests.cli.conftest import Hubbub

CATALOGUE = "sku,name,brand,aliases\nK1,Brew Kettle,Alba,kettle\nA1,=cmd|'/c calc',Nord,apron|bib\n"
PARTNERS = "name,email,role,brands,products\nAlba Works,a@alba.example,supplier,Alba,\n"


def commands(group: TyperGroup, *before: str) -> list[list[str]]:
    """Every command, with the words that lead to it."""
    found = []
    for name, command in group.commands.items():
        inner = command if isinstance(command, TyperGroup) else None
        found += commands(inner, *before, name) if inner else [[*before, name]]
    return found


GROUP = typer.main.get_command(app)
assert isinstance(GROUP, TyperGroup)


@pytest.mark.parametrize("words", commands(GROUP), ids=" ".join)
def test_every_command_says_what_it_does(hubbub: Hubbub, words: list[str]) -> None:
    result = hubbub(*words, "--help")
    assert result.exit_code == 0
    assert len(result.stdout.split("Options")[0].split()) > 8


def test_a_new_database_is_made_and_up_to_date(hubbub: Hubbub) -> None:
    assert hubbub("db", "status").exit_code == 1
    assert hubbub("db", "upgrade").exit_code == 0
    result = hubbub("db", "status")
    assert (result.exit_code, "up to date" in result.stdout) == (0, True)


def test_somebody_is_invited_and_gets_a_new_link(hubbub: Hubbub) -> None:
    first = hubbub("user", "invite", "Ada", "ada@shop.example", "--role", "approver")
    assert re.fullmatch(r"http://127.0.0.1:8080/enter/[\w-]{40,}\n", first.stdout)
    again = hubbub("user", "link", "ADA@shop.example")
    assert again.stdout != first.stdout
    listed = hubbub("user", "list").stdout
    assert "Ada" in listed
    assert "approver" in listed


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("user", "invite", "Ada", "no address"), 2, "look like an e-mail address"),
        (("user", "link", "nobody@shop.example"), 1, "hubbub user list"),
        (("bench", "understanding", "--data", "nowhere"), 1, "Give --data FOLDER"),
        (("import", "products", "nowhere.csv"), 2, "nowhere.csv"),
        (("export", "secrets"), 2, "products"),
    ],
)
def test_mistakes_are_sentences(
    hubbub: Hubbub, words: tuple[str, ...], code: int, said: str
) -> None:
    result = hubbub(*words)
    assert (result.exit_code, said in result.stderr) == (code, True), result.stderr


def test_a_catalogue_goes_in_and_comes_out_harmless(hubbub: Hubbub, folder: Path) -> None:
    file = folder / "products.csv"
    file.write_text(CATALOGUE)
    assert "2 would be new" in hubbub("import", "products", file, "--dry-run").stdout
    assert "2 new" in hubbub("import", "products", file).stdout
    out = folder / "out.csv"
    assert hubbub("export", "products", out).exit_code == 0
    assert "'=cmd" in out.read_text()
    assert "2 as before" in hubbub("import", "products", out).stdout


def test_partners_go_in_after_their_brands(hubbub: Hubbub, folder: Path) -> None:
    products, partners = folder / "products.csv", folder / "partners.csv"
    partners.write_text(PARTNERS)
    refused = hubbub("import", "suppliers", partners)
    assert refused.exit_code == 2
    assert 'Row 2: There is no brand "Alba"' in refused.stderr
    products.write_text(CATALOGUE)
    hubbub("import", "products", products)
    assert "1 would be added" in hubbub("import", "suppliers", partners, "--dry-run").stdout
    assert "1 added" in hubbub("import", "suppliers", partners).stdout
    hubbub("export", "suppliers", partners)
    assert "0 added, 1 brought up to date" in hubbub("import", "suppliers", partners).stdout


def test_two_owners_for_one_product_take_nothing_in(hubbub: Hubbub, folder: Path) -> None:
    file = folder / "products.csv"
    file.write_text("sku,name,brand\nK1,Kettle,Alba\nK1,Kettle,Nord\n")
    result = hubbub("import", "products", file)
    assert result.exit_code == 2
    assert "K1 belongs to Nord here but to Alba in row 2" in result.stderr
    assert hubbub("export", "products").stdout.strip() == ""


def test_rows_come_out_as_json_too(hubbub: Hubbub, folder: Path) -> None:
    file = folder / "products.csv"
    file.write_text(CATALOGUE)
    hubbub("import", "products", file)
    rows = [
        json.loads(line)
        for line in hubbub("export", "products", "--format", "jsonl").stdout.splitlines()
    ]
    assert [row["name"] for row in rows] == ["=cmd|'/c calc'", "Brew Kettle"]


def test_networks_are_listed_with_what_switches_them_on(hubbub: Hubbub) -> None:
    said = hubbub("networks").stdout
    assert re.search(r"webchat +Web chat +hubbub [\d.]+ +on", said)
    assert "[networks.sandbox]" in said


def test_check_is_content_with_a_new_installation(hubbub: Hubbub) -> None:
    result = hubbub("check")
    assert result.exit_code == 0, result.output
    assert re.search(r"sqlalchemy +2\.1", result.stdout)
    assert "hubbub run makes it" in result.stdout
    assert "Partners get no mail" in result.stdout


def test_check_finds_what_is_wrong(hubbub: Hubbub, folder: Path) -> None:
    hubbub("db", "upgrade")
    key = folder / "hubbub-data" / "secret.key"
    key.write_bytes(b"k" * 32)
    key.chmod(0o644)
    config = folder / "config.toml"
    config.write_text('[web]\npublic_url = "http://shop.example"\n[networks.myspace]\n')
    result = hubbub("check")
    assert result.exit_code == 1
    for said in ("chmod 600", "is not encrypted", "no such network", "up to date", "2 to mend"):
        assert said in result.stdout


def test_check_says_when_the_database_is_no_database(hubbub: Hubbub, folder: Path) -> None:
    (folder / "hubbub-data").mkdir()
    (folder / "hubbub-data" / "hubbub.db").write_text("not a database, but long enough" * 100)
    result = hubbub("check")
    assert result.exit_code == 1
    assert "is damaged" in " ".join(result.stdout.split())

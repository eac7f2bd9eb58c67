"""Back-ups as an owner makes, tries and restores them in a terminal."""

import re
from pathlib import Path

import pytest
from alembic import command

from bot.db import Database
from bot.db.schema import changing, config_for
from tests.cli.conftest import Hubbub


def test_the_way_of_a_back_up(hubbub: Hubbub, folder: Path) -> None:
    hubbub("user", "invite", "Ada", "ada@shop.example")
    made = hubbub("db", "backup")
    assert made.exit_code == 0, made.output
    assert "secret.key" in made.stdout
    [path] = (folder / "hubbub-data" / "backups").glob("hubbub-*.zip")
    assert str(path.relative_to(folder)) in hubbub("db", "backups").stdout

    verified = hubbub("db", "verify", path)
    assert (verified.exit_code, "is whole:" in verified.stdout) == (0, True), verified.output

    hubbub("user", "invite", "Bo", "bo@shop.example")
    refused = hubbub("db", "restore", path)
    assert (refused.exit_code, "--replace" in refused.stderr) == (1, True)
    restored = hubbub("db", "restore", path, "--replace")
    assert restored.exit_code == 0, restored.output
    assert re.search(r"kept as .*hubbub-before-restore-\d{8}_\d{6}\.db", restored.stdout)
    assert "Bo" not in hubbub("user", "list").stdout

    assert "Hubbub speaks again." in hubbub("db", "release").stdout
    assert "Nothing is held back" in hubbub("db", "release").stdout


def test_a_back_up_goes_where_it_is_told(hubbub: Hubbub, folder: Path) -> None:
    hubbub("db", "upgrade")
    hubbub("db", "backup", "mine.zip")
    assert (folder / "mine.zip").exists()
    again = hubbub("db", "backup", "mine.zip")
    assert (again.exit_code, "is there already" in again.stderr) == (2, True)
    (folder / "config.toml").write_text('[backup]\nfolder = "other disk"\n')
    hubbub("db", "backup")
    assert len([*(folder / "other disk").glob("hubbub-*.zip")]) == 1


def test_a_copy_is_made_before_an_upgrade(hubbub: Hubbub, folder: Path) -> None:
    hubbub("db", "upgrade")
    database = Database(f"sqlite:///{folder}/hubbub-data/hubbub.db")
    with changing(database) as connection:
        command.downgrade(config_for(connection), "0001")
    database.close()
    assert hubbub("db", "upgrade").exit_code == 0
    assert "before-upgrade-0001-" in hubbub("db", "backups").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("db", "verify", "nowhere.zip"), "There is no nowhere.zip"),
        (("db", "restore", "config.toml"), "is no back-up of Hubbub"),
        (("db", "backup"), "There is no database to back up yet"),
    ],
)
def test_what_can_t_be_done_is_a_sentence(
    hubbub: Hubbub, folder: Path, words: tuple[str, ...], said: str
) -> None:
    (folder / "config.toml").write_text("")
    result = hubbub(*words)
    assert (result.exit_code, said in result.stderr) == (2, True), result.output


def test_the_check_says_how_old_the_newest_is(hubbub: Hubbub, folder: Path) -> None:
    hubbub("db", "upgrade")
    assert "There are none in" in hubbub("check").stdout
    hubbub("db", "backup")
    assert "The newest is 0 hours old" in hubbub("check").stdout
    [path] = (folder / "hubbub-data" / "backups").glob("hubbub-*.zip")
    path.rename(path.with_name("hubbub-20260101-000000.zip"))
    found = hubbub("check")
    assert (found.exit_code, "see its log why not" in found.stdout) == (1, True)

"""The whole circle, walked through the real parts."""

import re
from pathlib import Path

from tests.cli.conftest import Hubbub


def test_the_circle_goes_round(hubbub: Hubbub, folder: Path) -> None:
    result = hubbub("demo", "--once", "--keep", folder / "kept")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("✓") == 11
    [seconds] = re.findall(r"went round in ([\d.]+) s", result.stdout)
    assert float(seconds) < 30
    assert (folder / "kept" / "hubbub.db").exists()


def test_the_demo_wants_a_folder_of_its_own(hubbub: Hubbub, folder: Path) -> None:
    (folder / "mine.txt").write_text("mine")
    result = hubbub("demo", "--once", "--keep", folder)
    assert result.exit_code == 2
    assert "is not empty" in result.stderr

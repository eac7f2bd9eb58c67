"""No room: nothing is left behind, what was there stays, and it works again once there is room."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.db.backup import make, verify
from bot.db.backup.files import whole_file
from bot.errors import HubbubError
from tests.db.backup.shelf import Shelf

# What one file of the limited process may take, in bytes.
LIMIT = 20_000


def limited() -> None:
    """The kernel refuses every write beyond the limit, as a full disk does."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))


def mortal(shelf: Shelf, verb: str, path: Path) -> str:
    """What a process without room says about it."""
    url = shelf.database.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-m", "tests.db.backup.mortal", url],
        input=f"{verb} {path}\n",
        capture_output=True,
        text=True,
        preexec_fn=limited,
    )
    return done.stdout


@pytest.fixture
def filled(shelf: Shelf) -> Shelf:
    shelf.fill(*(os.urandom(40).hex() for _ in range(600)))
    return shelf


def test_without_room_there_is_no_half_back_up(filled: Shelf) -> None:
    path = filled.folder / "one.zip"
    said = mortal(filled, "backup", path)
    assert "can't be written: File too large. Nothing was left there." in said
    assert list(filled.folder.iterdir()) == []
    verify(filled.make("one.zip"), filled.database)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_room_a_restore_leaves_what_was_there(filled: Shelf) -> None:
    path = filled.make()
    names = filled.names()
    filled.fill("Lounge")
    filled.database.close()
    said = mortal(filled, "restore", path)
    assert "The back-up can't be restored: disk I/O error. Nothing was changed." in said
    assert filled.names() == names | {"Lounge"}
    leftovers = {one.name for one in Path(str(filled.database.url.database)).parent.iterdir()}
    assert not [name for name in leftovers if name.endswith((".restoring", ".part"))]
    filled.put_back(path)
    assert filled.names() == names


def test_a_disk_that_says_so_is_passed_on_in_words(tmp_path: Path) -> None:
    """Every write to this device fails with the error of a full disk."""
    target = tmp_path / "one.zip"
    (tmp_path / f".one.zip.{os.getpid()}.part").symlink_to("/dev/full")
    with (
        pytest.raises(HubbubError, match=r"No space left on device.* Make room"),
        whole_file(target) as file,
    ):
        file.write(b"something")
    assert not target.exists()


def test_too_little_room_is_seen_before(filled: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.db.backup.files.RESERVE", 10**18)  # more than any disk has
    with pytest.raises(HubbubError, match=r"too little room .*\[backup\] folder"):
        make(filled.database, filled.folder / "one.zip")
    assert not filled.folder.exists()

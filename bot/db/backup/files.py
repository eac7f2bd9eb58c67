"""Files that appear under their name whole or not at all, and room for them."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from bot.errors import HubbubError, InvalidInput

# What must stay free beside what is written, in bytes: Hubbub itself needs room to go on.
RESERVE = 100_000_000


@contextmanager
def whole_file(target: Path) -> Iterator[IO[bytes]]:
    """A new file, readable by its owner only, that gets its name once all of it is on the disk.

    Raises `InvalidInput` where there is one of that name, `HubbubError` when it can't be written.
    """
    if target.exists():
        raise InvalidInput(f"{target} is there already. Name another file, or move that one away.")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # see `sweep`
            yield file
            file.flush()
            os.fsync(file.fileno())
            part.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise HubbubError(
            f"{target} can't be written: {error.strerror or error}. Nothing was left there. "
            f"{'Make room' if error.errno == errno.ENOSPC else 'Mend that'}, or name another place."
        ) from error
    finally:
        part.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """A name that was given or taken survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(folder: Path) -> None:
    """Remove what processes that died left half written; what is being written is locked."""
    for part in folder.glob(".*.part"):
        with suppress(OSError), part.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()


def need_room(folder: Path, size: int) -> None:
    """Raises `HubbubError` where ``size`` bytes don't fit with `RESERVE` to spare."""
    there = next(place for place in (folder, *folder.resolve().parents) if place.exists())
    free = shutil.disk_usage(there).free
    if free < size + RESERVE:
        raise HubbubError(
            f"There is too little room for a back-up in {folder}: it may take "
            f"{_mb(size)} MB, {_mb(RESERVE)} MB have to stay free, and {_mb(free)} MB are left. "
            "Make room, or choose another folder: [backup] folder."
        )


def _mb(size: int) -> str:
    return f"{size / 1e6:,.0f}"

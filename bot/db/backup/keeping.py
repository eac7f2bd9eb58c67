"""The folder of back-ups: named by when they were made, the newest few kept."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.db.backup.files import sweep
from bot.db.backup.making import Progress, make, quietly
from bot.db.engine import Database

REGULAR = "hubbub-"
BEFORE_UPGRADE = "before-upgrade-"
# So many of the copies before an upgrade stay.
_UPGRADES = 3

_STAMP = "%Y%m%d-%H%M%S"
_NAMED = re.compile(rf"({REGULAR}|{BEFORE_UPGRADE}\w+-)(\d{{8}}-\d{{6}})\.zip")


@dataclass(frozen=True, slots=True)
class Kept:
    """A back-up in the folder. ``regular``: not one made before an upgrade."""

    path: Path
    made_at: datetime
    regular: bool


def kept(folder: Path) -> Sequence[Kept]:
    """What is there by its name, newest first. Whether it is whole only `verify` can say."""
    found = []
    for path in folder.glob("*.zip") if folder.is_dir() else ():
        if named := _NAMED.fullmatch(path.name):
            made_at = datetime.strptime(named[2], _STAMP).replace(tzinfo=UTC)
            found.append(Kept(path, made_at, named[1] == REGULAR))
    return sorted(found, key=lambda one: one.made_at, reverse=True)


def name_of(made_at: datetime, prefix: str = REGULAR) -> str:
    return f"{prefix}{made_at.astimezone(UTC).strftime(_STAMP)}.zip"


def keep(
    database: Database,
    folder: Path,
    prefix: str = REGULAR,
    *,
    most: int | None = None,
    progress: Progress = quietly,
) -> Path:
    """Make a back-up in the folder, then let the oldest of its kind go but for ``most`` of them.

    Raises what `make` raises; then all the old ones are still there.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sweep(folder)
    target = folder / name_of(database.clock.now(), prefix)
    make(database, target, progress)
    regular = prefix == REGULAR
    most = most if regular else _UPGRADES
    if most is not None:
        alike = [one for one in kept(folder) if one.regular is regular]
        for one in alike[most:]:
            one.path.unlink(missing_ok=True)
    return target

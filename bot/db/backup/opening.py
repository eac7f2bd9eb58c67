"""Reading a back-up, and believing nothing that its hashes don't confirm."""

import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.db.backup.manifest import FORMAT, NAME, Manifest, Table, entry
from bot.db.schema import is_known
from bot.errors import InvalidInput

# No manifest comes near this, in bytes.
_LONGEST_MANIFEST = 10_000_000


@dataclass(frozen=True, slots=True)
class Backup:
    path: Path
    manifest: Manifest
    archive: zipfile.ZipFile

    def rows(self, table: Table) -> Iterator[list[Any]]:
        """A table's rows. Raises `InvalidInput` at the latest after the last one when they are
        not those that were written."""
        name, digest, rows = table.shape.name, sha256(), 0
        try:
            with self.archive.open(entry(name)) as file:
                for line in file:
                    digest.update(line)
                    rows += 1
                    yield json.loads(line)
        except (KeyError, OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error):
            raise _damaged(self.path, name) from None
        if (rows, digest.hexdigest()) != (table.rows, table.sha256):
            raise _damaged(self.path, name)


@contextmanager
def opened(path: Path) -> Iterator[Backup]:
    """A back-up whose manifest is read and understood.

    Raises `InvalidInput` where it is none, is cut off, or was made by a newer Hubbub.
    """
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise InvalidInput(f"There is no {path}. See what there is: hubbub db backups") from None
    except PermissionError:
        raise
    except (OSError, zipfile.BadZipFile):
        raise InvalidInput(
            f"{path} is no back-up of Hubbub, or only a part of one. Take another one."
        ) from None
    with archive:
        yield Backup(path, _manifest(path, archive), archive)


def _manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    try:
        if archive.getinfo(NAME).file_size > _LONGEST_MANIFEST:
            raise ValueError
        told = json.loads(archive.read(NAME))
        newer = told["format"] > FORMAT or not is_known(told["revision"])
    except (KeyError, TypeError, ValueError, OSError, zipfile.BadZipFile, zlib.error):
        raise InvalidInput(f"{path} is no back-up of Hubbub. Take another one.") from None
    if newer:
        raise InvalidInput(
            f"{path} was made by a newer Hubbub ({told.get('hubbub')}, schema "
            f"{told['revision']}). Install that version, then restore it there."
        )
    try:
        return Manifest.model_validate(told)
    except ValidationError:
        raise _damaged(path, NAME) from None


def _damaged(path: Path, what: str) -> InvalidInput:
    return InvalidInput(
        f"{path} is damaged: {what} is not what was written. Take another one; "
        "hubbub db verify says which are whole."
    )

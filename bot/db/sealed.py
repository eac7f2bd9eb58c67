"""Texts that are secret at rest: sealed in their column, under keys that lie outside the database.

    class SecondFactor(Row):
        secret: Mapped[str] = mapped_column(Sealed)

Whoever has only the database, or its backup, reads nothing. `bot.db.resealing` changes the keys.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Dialect, LargeBinary, TypeDecorator
from sqlalchemy.exc import DontWrapMixin

from bot.errors import Conflict, DatabaseUnavailable

_ON_DIALECT = "hubbub_keys"


class CannotUnseal(DontWrapMixin, DatabaseUnavailable):
    """A secret can't be opened here. The owner of this Hubbub finds out why with: hubbub check."""


class KeyRing:
    """The keys in one file, a line each; the first one seals, each of them opens.

    Another process may change the file at any time: it is looked at again before each sealing, and
    when something can't be opened. The file is replaced whole, so it is never seen half written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._keys: list[bytes] = []
        self._seen: tuple[int, int, int] | None = None

    def seal(self, text: str) -> bytes:
        """Raises `CannotUnseal` while there is no file, or one that can't be used."""
        keys = self._now()
        return Fernet(keys[0]).encrypt(text.encode("utf-8"))

    def open(self, sealed: bytes) -> str:
        """Raises `CannotUnseal` where no key fits."""
        for keys in (self._keys, self._now()):  # perhaps there are new keys since we looked
            if keys:
                try:
                    return MultiFernet([Fernet(key) for key in keys]).decrypt(sealed).decode()
                except InvalidToken:
                    continue
        raise CannotUnseal(
            f"A secret in the database was sealed under a key that is not in {self.path}. Put back "
            "the file that belongs to this database, from the machine or backup that it came from."
        )

    def is_newest(self, sealed: bytes) -> bool:
        """Whether the first key alone opens it."""
        try:
            Fernet(self._now()[0]).decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def __len__(self) -> int:
        return len(self._now())

    def make(self) -> None:
        """The file with a first key, unless it is there already."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.held(wait=True):
            if not self.path.exists():
                self._write([Fernet.generate_key()])

    def turn(self) -> None:
        """A new key in front of the others. Call it while `held`."""
        self._write([Fernet.generate_key(), *self._now()])

    def forget_old(self) -> None:
        """Keep the first key alone. Call it while `held`, when nothing needs the others."""
        self._write(self._now()[:1])

    @contextmanager
    def held(self, *, wait: bool = False) -> Iterator[None]:
        """Nobody else changes the keys meanwhile; a process that dies lets go.

        Raises `Conflict` when another holds them already, unless it may ``wait``.
        """
        lock = self.path.with_name(f"{self.path.name}.lock")
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            yield
        except BlockingIOError:
            raise Conflict("Another process is changing the keys. Wait until it is done.") from None
        finally:
            os.close(handle)

    def _now(self) -> list[bytes]:
        with self._lock:
            try:
                found = self.path.stat()
                seen = found.st_mtime_ns, found.st_size, found.st_ino
                if seen != self._seen:
                    self._keys, self._seen = self._read(), seen
            except FileNotFoundError:
                raise CannotUnseal(
                    f"{self.path} is missing, and without it no secret in the database can be "
                    "opened. Put it back from the machine or backup that it came from."
                ) from None
            except OSError as error:
                raise CannotUnseal(f"{self.path} can't be read: {error.strerror}.") from None
            return self._keys

    def _read(self) -> list[bytes]:
        keys = self.path.read_bytes().split()
        try:
            for key in keys:
                Fernet(key)
        except ValueError:
            keys = []
        if not keys:
            raise CannotUnseal(
                f"{self.path} is damaged: it must hold a key on each line. Put it back from the "
                "machine or backup that it came from."
            )
        return keys

    def _write(self, keys: list[bytes]) -> None:
        fresh = self.path.with_name(f"{self.path.name}.new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(b"".join(key + b"\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        os.fsync(folder)  # the new name too must outlive a power cut
        os.close(folder)


def give_keys(dialect: Dialect, keys: KeyRing) -> None:
    """Let what is read and written through this dialect's engine be sealed with these keys."""
    setattr(dialect, _ON_DIALECT, keys)


class Sealed(TypeDecorator[str]):
    """A text that the database holds sealed. It can't be searched for or compared in SQL."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else _keys_of(dialect).seal(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else _keys_of(dialect).open(value)


def _keys_of(dialect: Dialect) -> KeyRing:
    keys: KeyRing | None = getattr(dialect, _ON_DIALECT, None)
    if keys is None:
        raise CannotUnseal("This database was opened without the keys to what is sealed in it.")
    return keys

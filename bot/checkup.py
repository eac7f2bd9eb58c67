"""What `hubbub check` finds: whether everything is there, and in plain words what is not."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from re import match

import sqlalchemy as sa

from bot.clock import Clock
from bot.db import Database
from bot.db.damage import refuse_damaged
from bot.db.leases import Lease
from bot.db.upgrade import is_current
from bot.errors import DatabaseUnavailable, HubbubError
from bot.inbox.models import Event
from bot.main import sections
from bot.networks import Health, Services, installed
from bot.settings import Settings

_LITTLE, _TOO_LITTLE = 1_000_000_000, 100_000_000
_LOOPBACK = ("http://127.", "http://localhost", "http://[::1]")
_UNTIL_SURE = 600.0  # seconds that looking for damage may take here
# Nobody could have installed this program before.
_FIRST_YEAR = 2025


class Level(StrEnum):
    FINE = "fine"
    NOTE = "note"  # worth knowing, nothing is broken
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    level: Level
    what: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Package:
    """One that Hubbub is built on. ``version`` is empty where it is missing."""

    name: str
    version: str
    path: str


def packages() -> list[Package]:
    """Hubbub and what it asks for, with the place that each was loaded from."""
    ours = distribution("hubbub")
    asked = [match(r"[\w.-]+", line) for line in ours.requires or () if "extra ==" not in line]
    names = ["hubbub", *sorted(found[0] for found in asked if found)]
    return [_package(name) for name in names]


def _package(name: str) -> Package:
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return Package(name, "", "")
    return Package(name, found.version, _where(name, found))


def _where(name: str, found: Distribution) -> str:
    if name == "hubbub":  # an editable installation is loaded from the checkout
        return str(Path(__file__).parent.parent)
    return str(found.locate_file(""))


def findings(settings: Settings, config: Path | None, clock: Clock) -> Iterator[Finding]:
    """Everything about this installation, the good news too."""
    yield from _program()
    yield from _networks(settings, clock)
    yield from _address(settings)
    yield from _database(settings, clock)
    yield from _clock(settings, clock)
    yield from _disk(settings)
    yield from _secrets(settings, config)


def _program() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(Level.FINE, "Python", f"{version}, {sys.executable}")
    missing = [package.name for package in packages() if not package.version]
    if missing:
        names = ", ".join(missing)
        yield Finding(
            Level.BAD, "Packages", f"Missing: {names}. Run make run, or pip install hubbub."
        )
    else:
        yield Finding(Level.FINE, "Packages", "All that Hubbub needs is installed.")


def _networks(settings: Settings, clock: Clock) -> Iterator[Finding]:
    try:
        chosen = sections(settings, installed())
    except HubbubError as error:
        for problem in getattr(error, "problems", (str(error),)):
            yield Finding(Level.BAD, "Networks", problem)
        return
    for plugin, section in chosen:
        health, note = plugin.build(section, Services(clock=clock)).health()
        yield Finding(Level.NOTE if health is Health.WARN else Level.FINE, plugin.title, note)
        if plugin.name == "email" and not section.host:
            yield Finding(
                Level.NOTE,
                plugin.title,
                "Partners get no mail: you read their letters under Mail and pass them on. "
                "[networks.email] host and sender change that.",
            )


def _address(settings: Settings) -> Iterator[Finding]:
    url = settings.public_url
    if url.startswith("https://"):
        yield Finding(Level.FINE, "Address", url)
    elif url.startswith(_LOOPBACK):
        yield Finding(
            Level.NOTE,
            "Address",
            f"{url} can be opened on this machine only. For others set [web] public_url.",
        )
    else:
        yield Finding(
            Level.NOTE,
            "Address",
            f"{url} is not encrypted: cookies and links can be read on the way. Put a proxy with "
            "https before it and name that address in [web] public_url.",
        )


def _database(settings: Settings, clock: Clock) -> Iterator[Finding]:
    url = sa.make_url(settings.database_url)
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        yield Finding(Level.NOTE, "Database", f"{shown} is not there yet; hubbub run makes it.")
        return
    database = Database(settings.database_url, clock=clock)
    try:
        refuse_damaged(database, patience=_UNTIL_SURE)
        yield from _open_database(database, shown, clock)
    except DatabaseUnavailable as error:
        yield Finding(Level.BAD, "Database", str(error))
    except sa.exc.DBAPIError as error:
        said = str(error.orig).strip()
        yield Finding(Level.BAD, "Database", f"{shown} can't be used: {said}.")
    finally:
        database.close()


def _open_database(database: Database, shown: str, clock: Clock) -> Iterator[Finding]:
    if not is_current(database):
        yield Finding(Level.BAD, "Database", f"{shown} is not up to date. Run: hubbub db upgrade")
        return
    with database.session(database.writers) as session:
        session.execute(sa.update(Lease).where(Lease.name == "").values(owner=""))
        session.rollback()
        newest = session.scalar(sa.select(sa.func.max(Event.received_at)))
    yield Finding(Level.FINE, "Database", f"{shown} is up to date and can be written.")
    if newest and newest > clock.now() + timedelta(minutes=5):
        yield Finding(
            Level.BAD,
            "Clock",
            f"The newest message is from {newest:%d %B %Y, %H:%M} UTC, which lies in the future: "
            "this machine's clock was wrong then, or is now.",
        )


def _clock(settings: Settings, clock: Clock) -> Iterator[Finding]:
    now = clock.now()
    if now.year < _FIRST_YEAR:
        yield Finding(Level.BAD, "Clock", f"It shows {now:%d %B %Y}. Set it; posts follow it.")
    zone = settings.shop.zone
    yield Finding(Level.FINE, "Clock", f"{now:%d %B %Y, %H:%M} UTC; the shop's zone is {zone}.")


def _disk(settings: Settings) -> Iterator[Finding]:
    place = settings.data if settings.data.exists() else Path()
    free = shutil.disk_usage(place).free
    said = f"{free / 1e9:,.1f} GB are free in {place.resolve()}."
    if free < _TOO_LITTLE:
        yield Finding(Level.BAD, "Disk", f"{said} Hubbub can soon store nothing. Make room.")
    else:
        yield Finding(Level.NOTE if free < _LITTLE else Level.FINE, "Disk", said)
    if not os.access(place, os.W_OK):
        yield Finding(Level.BAD, "Disk", f"{place.resolve()} can't be written by this user.")


def _secrets(settings: Settings, config: Path | None) -> Iterator[Finding]:
    key = settings.data / "secret.key"
    looked_at: list[tuple[Path | None, Callable[[Path], bool]]] = [
        (key, lambda path: True),
        (config, lambda path: "password" in path.read_text("utf-8", "replace")),
    ]
    for path, holds_secrets in looked_at:
        if path is None or not path.exists() or not holds_secrets(path):
            continue
        if path.stat().st_mode & 0o077:
            yield Finding(Level.BAD, "Secrets", f"Others can read {path}. Run: chmod 600 {path}")
        else:
            yield Finding(Level.FINE, "Secrets", f"{path} can be read by its owner only.")

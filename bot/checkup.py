"""What `hubbub check` finds: whether everything is there, and in plain words what is not."""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from re import match
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot import networks
from bot.clock import Clock
from bot.db import Database, KeyRing, resealing
from bot.db.backup.keeping import kept
from bot.db.damage import refuse_damaged
from bot.db.leases import Lease
from bot.db.sealed import CannotUnseal
from bot.db.upgrade import is_current
from bot.errors import DatabaseUnavailable, HubbubError
from bot.logs import mask
from bot.main import sections
from bot.networks import Adapter, Health, Services, installed
from bot.processes import Part, queries
from bot.processes.sole import who_runs
from bot.settings import Settings
from bot.watching.alarms import Alarm, AlarmKind
from bot.watching.needs_look import titles
from bot.watching.watch import LITTLE_SPACE, Watch

_NETWORK_PATIENCE = 30.0  # seconds that one account may take to be looked at
_TOO_LITTLE = 100_000_000  # bytes
# These are found here with more to say, the good news too.
_LOOKED_AT_HERE = (AlarmKind.DISK_FULL, AlarmKind.MAIL_KEPT)
# With these, people are not heard or not answered.
_STOPS = (AlarmKind.INBOX_STALLED, AlarmKind.OUTBOX_STALLED, AlarmKind.CLOCK_WRONG)
_LOOPBACK = ("http://127.", "http://localhost", "http://[::1]")
# Leases go by the clocks of all machines, in seconds.
_APART = 5
_NOBODY_RUNS = "Hubbub is not running. Start it: hubbub run"
_UNDONE = {
    Part.WEB: "Nobody serves pages.",
    Part.WORKER: "Nobody reads what people say.",
    Part.CONNECT: "Nobody listens on the networks or delivers there.",
}
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
    yield from _backups(settings, clock)
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
        adapter = plugin.build(section, Services(clock=clock))
        health, note = adapter.health()
        yield Finding(Level.NOTE if health is Health.WARN else Level.FINE, plugin.title, note)
        yield from _examined(plugin.title, adapter)
        if plugin.name == "email" and not section.host:
            yield Finding(
                Level.NOTE,
                plugin.title,
                "Partners get no mail: you read their letters under Mail and pass them on. "
                "[networks.email] host and sender change that.",
            )


def _examined(title: str, adapter: Adapter) -> Iterator[Finding]:
    """What the network itself says of our account; how it is connected was told before."""

    async def ask() -> Sequence[networks.Finding]:
        async with asyncio.timeout(_NETWORK_PATIENCE):
            return await adapter.examine()

    try:
        found = asyncio.run(ask())
    except Exception as error:  # of others' adapters too
        yield Finding(Level.BAD, title, f"It could not be looked at: {mask(str(error))}")
        return
    levels = {Health.OK: Level.FINE, Health.WARN: Level.NOTE, Health.OFF: Level.BAD}
    for it in found:
        if it.what != "connection":
            sentence = f"{it.what}: {it.says} {it.then}".strip()
            yield Finding(levels[it.health], title, mask(sentence))


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
    keys = KeyRing(settings.key_file)
    database = Database(settings.database_url, clock=clock, keys=keys)
    try:
        refuse_damaged(database, patience=_UNTIL_SURE)
        yield from _open_database(database, shown, settings, clock)
        yield from _processes(database, settings)
    except DatabaseUnavailable as error:
        yield Finding(Level.BAD, "Database", str(error))
    except sa.exc.DBAPIError as error:
        said = str(error.orig).strip()
        yield Finding(Level.BAD, "Database", f"{shown} can't be used: {said}.")
    finally:
        database.close()


def _open_database(
    database: Database, shown: str, settings: Settings, clock: Clock
) -> Iterator[Finding]:
    if not is_current(database):
        yield Finding(Level.BAD, "Database", f"{shown} is not up to date. Run: hubbub db upgrade")
        return
    yield from _sealed(database)
    with database.session(database.writers) as session:
        session.execute(sa.update(Lease).where(Lease.name == "").values(owner=""))
        session.rollback()
        alarms = Watch(settings=settings, clock=clock).alarms(session)
    yield Finding(Level.FINE, "Database", f"{shown} is up to date and can be written.")
    yield from (_alarm(alarm, settings) for alarm in alarms if alarm.kind not in _LOOKED_AT_HERE)


def _alarm(alarm: Alarm, settings: Settings) -> Finding:
    """What the tables say that is wrong; what only a running Hubbub knows is on its page."""
    zone = ZoneInfo(settings.shop.zone)
    since = f" Since {alarm.since.astimezone(zone):%d %B, %H:%M}." if alarm.since else ""
    said = f" “{alarm.quote}”" if alarm.quote else ""
    mend = f" Run: {alarm.command}" if alarm.command else ""
    mend = mend or f" See {settings.public_url}{alarm.href or '/needs-a-look'}"
    level = Level.BAD if alarm.kind in _STOPS else Level.NOTE
    return Finding(level, titles()[alarm.kind], f"{alarm.sentence}{said}{since}{mend}")


def _processes(database: Database, settings: Settings) -> Iterator[Finding]:
    """Who is alive, and who owns which account."""
    if database.is_sqlite:
        who = who_runs(Path(database.url.database or ""))
        yield Finding(Level.FINE, "Processes", f"Hubbub runs: {who}." if who else _NOBODY_RUNS)
        return
    if not is_current(database):
        return
    with database.reading() as session:
        found = queries.processes(session, silence=settings.processes.silence)
        now = session.now()
        there = session.scalar(sa.select(sa.func.now()))
    yield from map(partial(_process, now=now), found)
    alive = [one.part for one in found if one.alive]
    if not alive:
        yield Finding(Level.FINE, "Processes", _NOBODY_RUNS)
    for part in queries.missing(alive) if alive else ():
        yield Finding(Level.BAD, "Processes", f"{_UNDONE[part]} Start: hubbub run --role {part}")
    if there and abs((there - now).total_seconds()) > _APART:
        yield Finding(
            Level.BAD,
            "Clock",
            f"This machine's clock and the database's are more than {_APART} s apart: processes "
            "would take each other for dead. Set both by NTP.",
        )


def _process(one: queries.Seen, now: datetime) -> Finding:
    if not one.alive:
        ago = int((now - one.seen_at).total_seconds())
        said = f"{one.part}: {one.name} was last seen {ago} s ago: dead or frozen."
        return Finding(Level.NOTE, "Processes", said)
    owns = f", owns {', '.join(one.accounts)}" if one.accounts else ""
    return Finding(Level.FINE, "Processes", f"{one.part}: {one.name} is alive{owns}.")


def _sealed(database: Database) -> Iterator[Finding]:
    """Whether what is sealed in the database can be opened with the keys beside the data."""
    keys = database.keys
    with database.readers.connect() as connection:
        total = resealing.count(connection)
        if keys is None or (not total and not keys.path.exists()):
            return
        try:
            several, lost = len(keys) > 1, resealing.unopened(connection, keys)
        except CannotUnseal as trouble:
            yield Finding(Level.BAD, "Secrets", str(trouble))
            return
    if lost:
        yield Finding(
            Level.BAD,
            "Secrets",
            f"{lost} of {total} secrets in the database can't be opened: {keys.path} belongs to "
            "another database. Put the right file back.",
        )
    elif several:
        yield Finding(
            Level.NOTE,
            "Secrets",
            "A change of keys was not finished. Run: hubbub secrets rotate",
        )
    else:
        yield Finding(Level.FINE, "Secrets", f"{total} in the database; {keys.path} opens them.")


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
        yield Finding(Level.NOTE if free < LITTLE_SPACE else Level.FINE, "Disk", said)
    if not os.access(place, os.W_OK):
        yield Finding(Level.BAD, "Disk", f"{place.resolve()} can't be written by this user.")


def _backups(settings: Settings, clock: Clock) -> Iterator[Finding]:
    every, newest = settings.backup.every_hours, next(iter(kept(settings.backups)), None)
    if newest is None:
        yield Finding(
            Level.NOTE,
            "Back-ups",
            f"There are none in {settings.backups.resolve()}. Make one: hubbub db backup",
        )
        return
    hours = (clock.now() - newest.made_at) / timedelta(hours=1)
    said = f"The newest is {_age(hours)} old: {newest.path}."
    if every and hours > 2 * every:
        yield Finding(
            Level.BAD,
            "Back-ups",
            f"{said} One is made every {every:g} hours while Hubbub runs; see its log why not.",
        )
    else:
        yield Finding(Level.FINE, "Back-ups", said)


def _age(hours: float) -> str:
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{max(hours, 0):.0f} hours"


def _secrets(settings: Settings, config: Path | None) -> Iterator[Finding]:
    key = settings.data / "secret.key"
    looked_at: list[tuple[Path | None, Callable[[Path], bool]]] = [
        (key, lambda path: True),
        (settings.key_file, lambda path: True),
        (config, lambda path: "password" in path.read_text("utf-8", "replace")),
    ]
    for path, holds_secrets in looked_at:
        if path is None or not path.exists() or not holds_secrets(path):
            continue
        if path.stat().st_mode & 0o077:
            yield Finding(Level.BAD, "Secrets", f"Others can read {path}. Run: chmod 600 {path}")
        else:
            yield Finding(Level.FINE, "Secrets", f"{path} can be read by its owner only.")

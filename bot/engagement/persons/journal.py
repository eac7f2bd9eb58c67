"""Who was erased, kept so that a back-up from before brings nobody back.

It names nobody: a row holds the id that a member had in our own tables, the event with which they
asked, and the code that they were given. It stands in the database, from which every later back-up
has it, and as a file beside the back-ups, for the day on which the database is gone.
"""

import asyncio
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from bot.db import Database, Session, Writer, insert_new
from bot.engagement.persons.models import Forgotten
from bot.errors import DatabaseUnavailable
from bot.logs import log
from bot.members.models import Member

FILE = "erasures.jsonl"
TOPIC = "erasures"
_LOOK = 60.0  # seconds: what another process wrote is in the file by then
_log = log("erasures")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One member who was erased. See `Forgotten`."""

    code: str
    member_id: UUID
    until: UUID
    at: datetime


def write(session: Session, code: str, member: Member, until: UUID) -> None:
    put_back(session, [Entry(code=code, member_id=member.id, until=until, at=session.now())])


def put_back(session: Session, entries: Iterable[Entry]) -> None:
    """Those that are not there yet."""
    rows = [asdict(entry) for entry in entries]
    insert_new(session, Forgotten, rows, unique=("code", "member_id"))


def read(session: Session) -> list[Entry]:
    return [
        Entry(code=one.code, member_id=one.member_id, until=one.until, at=one.at)
        for one in session.scalars(sa.select(Forgotten).order_by(Forgotten.id))
    ]


def save(entries: Sequence[Entry], folder: Path) -> None:
    """What the file held, and these: whole or as it was, and readable by its owner only."""
    known = {(entry.code, entry.member_id): entry for entry in load(folder)}
    if not (new := [one for one in entries if (one.code, one.member_id) not in known]):
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f".{FILE}.part"
    part.unlink(missing_ok=True)  # of one that died while writing
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        for entry in (*known.values(), *new):
            file.write(json.dumps(asdict(entry), default=_plain) + "\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / FILE)


def _plain(value: object) -> str:
    return value.hex if isinstance(value, UUID) else value.isoformat()  # type: ignore[attr-defined]  # the other is a moment


def load(folder: Path) -> list[Entry]:
    """What the file holds; a line that can't be read is left out, and said."""
    path = folder / FILE
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines() if path.exists() else (), 1):
        try:
            cells = json.loads(line)
            found.append(
                Entry(
                    code=str(cells["code"]),
                    member_id=UUID(hex=cells["member_id"]),
                    until=UUID(hex=cells["until"]),
                    at=datetime.fromisoformat(cells["at"]),
                )
            )
        except (ValueError, KeyError, TypeError):
            _log.error("a line of the list of erasures can not be read", file=FILE, line=number)
    return found


def gather(database: Database, folders: Iterable[Path]) -> list[Entry]:
    """All that is known before a back-up takes the database's place: from the database itself,
    where it can be read, and from the files."""
    found = [entry for folder in folders for entry in load(folder)]
    if database.is_sqlite and not Path(str(database.url.database)).exists():
        return found
    try:
        with database.reading() as session:
            if sa.inspect(session.connection()).has_table(Forgotten.__tablename__):
                found += read(session)
    except (DatabaseUnavailable, sa.exc.SQLAlchemyError):
        _log.warning("the old database can not be read: erasures are known from their file only")
    finally:
        database.close()
    return found


async def run(writer: Writer, folder: Path) -> None:
    """Keep the file as the table is, until cancelled."""

    def look() -> None:
        with writer.database.reading() as session:
            entries = read(session)
        save(entries, folder)

    with writer.news.listening(TOPIC) as listener:
        while True:
            try:
                await asyncio.to_thread(look)
            except (DatabaseUnavailable, OSError) as error:
                _log.error("the list of erasures can not be written", reason=str(error))
            await listener.next(timeout=_LOOK)

"""A database with something in it, and a shelf for its back-ups."""

import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.channels.service import ensure
from bot.db import Database, Session
from bot.db.backup import Manifest, Restored, make
from bot.inbox.models import Event, EventState
from bot.media.service import keep
from bot.restoring import put_back
from bot.suggestions.models import Suggestion, SuggestionState
from bot.suppliers.models import Case, CaseState
from bot.understanding import Facet, Kind
from content_calendar.models import Post

ODD = "Ä 🎉 'quoted' \"twice\" \\n \t tab\nline\r\n ; DROP TABLE post; -- \x7f \u200b"
EARLY = datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Shelf:
    database: Database
    folder: Path

    def fill(self, *names: str) -> None:
        """A channel of each name, beside rows with every kind of value, odd ones first."""
        with self.database.session(self.database.writers) as session:
            for name in names or (ODD,):
                ensure(session, network="sandbox", account="main", remote_id=name, name=name)
            _one_of_each(session)
            session.commit()

    def names(self) -> set[str]:
        """Of the channels that are there."""
        with self.database.reading() as session:
            return set(session.scalars(sa.select(Channel.name)))

    def make(self, name: str = "one.zip") -> Path:
        make(self.database, self.folder / name)
        return self.folder / name

    def put_back(self, path: Path, replace: bool = True) -> Restored:
        return put_back(path, self.database, replace=replace)


def _one_of_each(session: Session) -> None:
    now = session.now()
    for number, raw in enumerate((b"", b"\0\xff\n\\x00 raw", bytes(range(256)))):
        session.put(
            Event(
                network="sandbox",
                account="main",
                dedupe_key=str(session.ids.new()),
                kind=None,
                conversation="",
                received_at=EARLY,
                occurred_at=now,
                raw=raw,
                details={"text": ODD, "deep": [None, True, 1.5, 10**20, {"": ""}], "n": number},
                state=EventState.QUARANTINED,
            )
        )
    post = session.put(
        Post(
            title="",
            text=ODD,
            overrides={},
            channel_ids=[UUID(int=1).hex],
            local=datetime(2026, 3, 29, 2, 30),
            created_at=now,
            updated_at=now,
        )
    )
    assert post.product_id is None
    for data in (b"", bytes(range(256)), b"\0" * 100_000):
        keep(session, (data, "image/png"))
    _suggestions(session)


def _suggestions(session: Session) -> None:
    """One that refers to another of the same table, and its case with a day."""
    now = session.now()
    said = session.put(
        Suggestion(
            kind=Kind.WISH,
            facet=Facet.QUALITY,
            words=ODD,
            created_at=now,
            last_voice_at=now,
            state=SuggestionState.NEW,
        )
    )
    merged = session.put(
        Suggestion(
            kind=Kind.WISH,
            facet=Facet.QUALITY,
            words="the same",
            created_at=now,
            last_voice_at=now,
            merged_into_id=said.id,
        )
    )
    session.put(
        Case(
            suggestion_id=merged.id,
            state=CaseState.PROMISED,
            opened_at=now,
            promised_for=date(2026, 3, 31),
        )
    )


def sums(manifest: Manifest) -> dict[str, str]:
    """The hash of each table's rows."""
    return {table.shape.name: table.sha256 for table in manifest.tables}


def rewrite(path: Path, changes: dict[str, bytes | None]) -> None:
    """Put other bytes into a back-up's files, or take files out of it."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (files | changes).items():
            if content is not None:
                archive.writestr(name, content)

"""What a back-up says about itself."""

from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.db.backup.columns import Kind

FORMAT: Literal[1] = 1
NAME = "manifest.json"
HOLDS = (
    "Everything in the database: people, messages, suggestions, cases, posts, what was sent and "
    "what waits. Not in it: the installation's key (secret.key), the configuration and its "
    "passwords, files. Keep those apart."
)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Part):
    name: str
    kind: Kind


class Shape(_Part):
    """A table without its rows. ``key``: the columns of its primary key."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]


class Table(_Part):
    """A table's rows: how many, and the SHA-256 of their lines, ordered by the key."""

    shape: Shape
    rows: int
    sha256: str


class Manifest(_Part):
    """Written last: a back-up that has one is whole. ``tables`` stand before those that refer to
    them."""

    format: Literal[1] = FORMAT
    hubbub: str
    revision: str
    engine: Literal["sqlite", "postgresql"]
    made_at: datetime
    holds: str = HOLDS
    tables: tuple[Table, ...]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


def entry(table: str) -> str:
    """The name of a table's file inside the back-up."""
    return f"tables/{table}.jsonl"


def hubbub_version() -> str:
    try:
        return version("hubbub")
    except PackageNotFoundError:
        return "unknown"

"""Databases with every table in them, for the tests of all rooms."""

from datetime import UTC, datetime

from bot.all_models import metadata
from bot.clock import Clock
from bot.db import Database, KeyRing

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday


def open_database(url: str, clock: Clock | None = None, keys: KeyRing | None = None) -> Database:
    """A database whose tables are all there."""
    database = Database(url, clock=clock, keys=keys)
    metadata.create_all(database.writers)
    return database

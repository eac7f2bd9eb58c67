"""The databases of these tests are made once and emptied."""

from tests.db.emptied import database, postgresql_with_tables

__all__ = ["database", "postgresql_with_tables"]

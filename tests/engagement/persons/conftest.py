"""The databases of these tests are made once and emptied."""

import pytest

from bot.clock import FrozenClock
from bot.db import Writer
from tests.db.emptied import database, postgresql_with_tables
from tests.engagement.persons.linked import Linked

__all__ = ["database", "postgresql_with_tables"]


@pytest.fixture
def linked(writer: Writer, clock: FrozenClock) -> Linked:
    return Linked(writer, clock)

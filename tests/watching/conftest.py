"""The databases of these tests are made once and emptied."""

import pytest

from bot.clock import FrozenClock
from bot.db import Writer
from tests.db.emptied import database, postgresql_with_tables
from tests.engagement.community import Community

__all__ = ["database", "postgresql_with_tables"]


@pytest.fixture
def community(writer: Writer, clock: FrozenClock) -> Community:
    return Community(writer, clock)

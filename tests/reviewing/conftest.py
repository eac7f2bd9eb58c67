from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.db import Writer
from tests.inbox.staffroom import staffroom
from tests.web.doorway import Client


@pytest.fixture
def client(writer: Writer, tmp_path: Path) -> Iterator[Client]:
    with staffroom(writer, tmp_path) as client:
        yield client

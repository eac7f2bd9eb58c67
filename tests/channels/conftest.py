from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.accounts.models import Role
from bot.db import Writer
from tests.inbox.staffroom import staffroom
from tests.web.doorway import Client


@pytest.fixture
def client(writer: Writer, tmp_path: Path) -> Iterator[Client]:
    with staffroom(writer, tmp_path, Role.OWNER) as client:
        yield client


@pytest.fixture
def marketer(writer: Writer, tmp_path: Path) -> Iterator[Client]:
    with staffroom(writer, tmp_path, Role.MARKETER) as client:
        yield client

"""`hubbub explain`, as it is typed."""

import json

import pytest
import sqlalchemy as sa

from bot.db import Database
from bot.inbox.models import Message
from bot.settings import load
from tests.cli.conftest import Hubbub
from tests.inbox.talk import say


@pytest.fixture
def said(hubbub: Hubbub) -> str:
    """The id of a message that has been read and answered."""
    assert hubbub("db", "upgrade").exit_code == 0
    database = Database(load().database_url)
    with database.session(database.writers) as session:
        say(session, "Please make the [bold]lid[/] dishwasher-safe")
        session.commit()
        id = str(session.scalars(sa.select(Message.id)).one())
    database.close()
    return id


def test_a_message_is_told_as_a_tree(hubbub: Hubbub, said: str) -> None:
    result = hubbub("explain", said)
    assert result.exit_code == 0
    for words in ("a message", "Came in from sandbox", "[bold]lid[/]", "It is its turn"):
        assert words in result.stdout


def test_programs_get_json(hubbub: Hubbub, said: str) -> None:
    found = json.loads(hubbub("explain", said.replace("-", "")[:30], "--json").stdout)
    assert (found["id"], found["is"]) == (said, ["message", "event"])
    assert len(found["steps"]) >= 4


def test_an_unknown_id_gets_a_clear_sentence(hubbub: Hubbub, said: str) -> None:
    result = hubbub("explain", "0123456789")
    assert result.exit_code == 1
    assert "Nothing has the id 0123456789" in result.stderr
    assert result.stdout == ""

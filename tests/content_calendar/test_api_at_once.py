"""Many that ask for the same thing at the same moment, of several processes: it is done once."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.clock import FrozenClock
from bot.db import Database, Writer
from bot.web.app import create_app
from bot.web.house import House
from content_calendar.api import views as api
from content_calendar.models import Post
from tests.content_calendar.calendars import channel
from tests.content_calendar.programs import Program
from tests.web.doorway import Client, visiting

AT_ONCE = 12


@pytest.fixture
def clients(
    house: House, database: Database, database_url: str, clock: FrozenClock
) -> Iterator[list[Client]]:
    """Two processes on PostgreSQL; SQLite serves one."""
    with ExitStack() as stack:
        houses = [house]
        if not database.is_sqlite:
            other = Database(database_url, clock=clock)
            stack.callback(other.close)
            writer = stack.enter_context(Writer(other))
            houses.append(replace(house, database=other, writer=writer, news=writer.news))
        yield [stack.enter_context(visiting(create_app(api.routes, one))) for one in houses]


def test_one_key_at_once_makes_one_post_and_gives_one_answer(
    clients: list[Client], writer: Writer
) -> None:
    programs = [Program(clients[0], writer)]
    for client in clients[1:]:
        other = Program.__new__(Program)
        other.client, other.secret = client, programs[0].secret
        programs.append(other)
    lobby = str(writer.run_blocking(lambda session: channel(session).id))
    body = {"text": "Which lid?", "channels": [lobby]}

    def ask(number: int) -> tuple[int, bytes]:
        program = programs[number % len(programs)]
        answer = program.call("POST", "/posts", body, idempotency_key="same")
        return answer.status_code, answer.content

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = Counter(pool.map(ask, range(AT_ONCE)))
    assert list(answers.values()) == [AT_ONCE]
    assert next(iter(answers))[0] == 201
    with writer.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Post.id))) == 1


def test_of_many_who_saw_one_version_one_changes_it(clients: list[Client], writer: Writer) -> None:
    program = Program(clients[0], writer)
    made = program.call("POST", "/posts", {"text": "Which lid?"}).json()

    def change(number: int) -> int:
        headers = {"Authorization": f"Bearer {program.secret}", "If-Match": '"1"'}
        path = f"/api/v1/posts/{made['id']}"
        client = clients[number % len(clients)]
        status: int = client.patch(path, json={"title": f"{number}"}, headers=headers).status_code
        return status

    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = Counter(pool.map(change, range(AT_ONCE)))
    assert statuses == {200: 1, 412: AT_ONCE - 1}
    assert program.get(f"/posts/{made['id']}").json()["version"] == 2

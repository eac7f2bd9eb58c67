"""Several processes writing the same series ahead at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from bot.clock import FrozenClock
from bot.db import Database, Session, Writer
from bot.errors import Conflict
from content_calendar import service
from content_calendar.models import Post
from tests import rooms
from tests.content_calendar.calendars import LIMITS, deliveries, draft, due, scheduled, wall


def test_two_at_once_make_one(database_url: str, clock: FrozenClock) -> None:
    databases = [rooms.open_database(database_url, clock) for _ in range(4)]
    with Writer(databases[0]) as first:
        first.run_blocking(lambda session: scheduled(session, rrule="FREQ=DAILY").id)
    until = wall("2026-06-01T00:00+00:00")
    together = Barrier(len(databases))

    def work(database: Database) -> int:
        with Writer(database) as writer:
            together.wait(timeout=10)
            return writer.run_blocking(lambda session: service.materialise(session, until))

    with ThreadPoolExecutor() as pool:
        made = list(pool.map(work, databases))
    with databases[0].reading() as session:
        planned = due(session)
    for database in databases:
        database.close()
    assert sum(1 for count in made if count) == 1
    assert len(planned) == len(set(planned)) == 90


def test_two_people_at_once_change_it_once(database_url: str, clock: FrozenClock) -> None:
    databases = [rooms.open_database(database_url, clock) for _ in range(2)]
    with Writer(databases[0]) as first:
        post_id = first.run_blocking(lambda session: scheduled(session).id)
    together = Barrier(len(databases))

    def work(database: Database) -> str:
        text = f"Words of {id(database)}?"

        def save(session: Session) -> str:
            new = draft(session, text=text)
            service.save(session, post_id, 1, new, by=None, capabilities=LIMITS)
            return text

        with Writer(database) as writer:
            together.wait(timeout=10)
            try:
                return writer.run_blocking(save)
            except Conflict as told:
                return str(told)

    with ThreadPoolExecutor() as pool:
        heard = list(pool.map(work, databases))
    with databases[0].reading() as session:
        (delivery,) = deliveries(session)
        post = session.need(Post, post_id)
        assert delivery.content["text"] == post.text
        assert sorted(heard) == sorted([post.text, next(it for it in heard if it != post.text)])
        assert sum("in the meantime" in each for each in heard) == 1
    for database in databases:
        database.close()

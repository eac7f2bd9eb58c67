"""Work that only one process may do at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.clock import FrozenClock
from bot.db import Database, Session
from bot.db.leases import hold, release, take
from bot.errors import LeaseLost

MINUTE = timedelta(minutes=1)


def test_the_first_gets_it_and_the_second_does_not(session: Session) -> None:
    assert take(session, "inbox", "ada", for_=MINUTE) == 1
    assert take(session, "inbox", "bo", for_=MINUTE) is None
    assert take(session, "other work", "bo", for_=MINUTE) == 1


def test_who_takes_it_again_keeps_it_longer(session: Session, clock: FrozenClock) -> None:
    take(session, "inbox", "ada", for_=MINUTE)
    clock.advance(MINUTE * 0.9)
    assert take(session, "inbox", "ada", for_=MINUTE) == 1
    clock.advance(MINUTE * 0.9)
    assert take(session, "inbox", "bo", for_=MINUTE) is None


def test_when_it_runs_out_it_is_taken_over_under_a_higher_fence(
    session: Session, clock: FrozenClock
) -> None:
    fences = []
    for owner in ("ada", "bo", "ada"):
        fences.append(take(session, "inbox", owner, for_=MINUTE))
        clock.advance(MINUTE)
    assert fences == [1, 2, 3]


def test_who_was_overtaken_stops(session: Session, clock: FrozenClock) -> None:
    take(session, "inbox", "ada", for_=MINUTE)
    clock.advance(MINUTE)
    take(session, "inbox", "bo", for_=MINUTE)
    with pytest.raises(LeaseLost):
        hold(session, "inbox", "ada", 1)
    hold(session, "inbox", "bo", 2)


def test_who_was_overtaken_and_came_back_is_told_by_the_fence(
    session: Session, clock: FrozenClock
) -> None:
    for owner in ("ada", "bo", "ada"):
        take(session, "inbox", owner, for_=MINUTE)
        clock.advance(MINUTE)
    with pytest.raises(LeaseLost):
        hold(session, "inbox", "ada", 1)


def test_who_slept_too_long_stops_even_if_nobody_came(session: Session, clock: FrozenClock) -> None:
    take(session, "inbox", "ada", for_=MINUTE)
    clock.advance(MINUTE)
    with pytest.raises(LeaseLost):
        hold(session, "inbox", "ada", 1)


def test_given_up_it_is_free_at_once(session: Session) -> None:
    take(session, "inbox", "ada", for_=MINUTE)
    release(session, "inbox", "bo")  # not theirs to give
    assert take(session, "inbox", "bo", for_=MINUTE) is None
    release(session, "inbox", "ada")
    assert take(session, "inbox", "bo", for_=MINUTE) == 2


@pytest.mark.parametrize("fence", [1, 2], ids=["a new one", "one that ran out"])
def test_of_two_who_want_it_at_once_one_wins(
    database: Database, clock: FrozenClock, fence: int
) -> None:
    if fence == 2:
        assert taken(database, "gone", for_=-MINUTE) == 1
    with ThreadPoolExecutor() as pool, database.session(database.writers) as session:
        assert take(session, "inbox", "ada", for_=MINUTE) == fence
        other = pool.submit(taken, database, "bo")
        until_somebody_waits(database)
        session.commit()
        assert other.result() is None


def taken(database: Database, owner: str, for_: timedelta = MINUTE) -> int | None:
    with database.session(database.writers) as session:
        fence = take(session, "inbox", owner, for_=for_)
        session.commit()
        return fence


def until_somebody_waits(database: Database) -> None:
    """For a lock; SQLite lets nobody so far while another writes."""
    waiting = sa.text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    if not database.is_sqlite:
        with database.readers.connect() as connection:
            while not connection.scalar(waiting):
                connection.rollback()

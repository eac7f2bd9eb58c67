"""When people answer: said with its numbers, and only where it is more than chance."""

from datetime import datetime, timedelta
from random import Random

import pytest

from bot.clock import FrozenClock
from bot.db import Session
from content_calendar.queue.service import fill_gaps
from content_calendar.recurrence import zone_info
from content_calendar.sense.standing import best_times, youth
from content_calendar.sense.times import ENOUGH, Outcome, part_of, times, wilson
from tests.content_calendar.answers import happens, sent
from tests.content_calendar.calendars import LIMITS, deliveries, scheduled
from tests.content_calendar.queues import category, evergreen

MONDAY = datetime(2026, 3, 2)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [  # from R: binom::binom.wilson(hits, of)
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (14, 20, 0.4810, 0.8545),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_is_wilson_s(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of, z=1.96) == pytest.approx((low, high), abs=1e-3)


@pytest.mark.parametrize(
    ("hour", "part"),
    [(0, "night"), (5, "night"), (6, "morning"), (10, "midday"), (14, "afternoon"),
     (18, "evening"), (21, "evening"), (22, "night")],
)  # fmt: skip
def test_parts_of_the_day(hour: int, part: str) -> None:
    assert part_of(hour) == part


def posts(hour: int, answered: int, of: int) -> list[Outcome]:
    """On weekdays."""
    local = MONDAY + timedelta(hours=hour)
    return [
        Outcome(local=local + timedelta(weeks=number), answered=number < answered)
        for number in range(of)
    ]


def test_what_stands_out_is_named_with_its_numbers() -> None:
    found = times([*posts(19, 18, 20), *posts(8, 3, 20), *posts(15, 4, 20)])
    assert found.best and found.others
    assert (found.best.part, found.best.answered, found.best.posts) == ("evening", 18, 20)
    assert (found.others.answered, found.others.posts) == (7, 40)


@pytest.mark.parametrize(
    "outcomes",
    [
        [],
        posts(19, 20, 20),  # nothing to compare it with
        [*posts(19, 7, ENOUGH - 1), *posts(8, 0, 20)],  # too few there
        [*posts(19, 12, 20), *posts(8, 9, 20)],  # may be chance
        [*posts(19, 0, 20), *posts(8, 0, 20)],  # nobody answers at all
    ],
)
def test_nothing_is_named_on_nothing(outcomes: list[Outcome]) -> None:
    assert times(outcomes).best is None


def test_chance_alone_is_seldom_taken_for_a_time() -> None:
    """Ten times that are all alike, 1,000 communities: about one in a hundred is wrong."""
    random = Random(5)
    wrong = 0
    for _ in range(1_000):
        outcomes = [
            Outcome(local=MONDAY + timedelta(days=day, hours=hour), answered=random.random() < 0.4)
            for day in (0, 5)
            for hour in (2, 8, 12, 16, 20)
            for _ in range(12)
        ]
        wrong += times(outcomes).best is not None
    assert wrong <= 20


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_replies_in_time_count_and_only_posts_that_had_it(
    session: Session, clock: FrozenClock
) -> None:
    answered, late = scheduled(session, "2026-03-03T12:00"), scheduled(session, "2026-03-04T12:00")
    young = scheduled(session, "2026-03-09T12:00", text="Something else?")
    clock.advance(timedelta(days=2))
    happens(session, answered, "I use the big one")
    clock.advance(timedelta(days=5))
    happens(session, late, "The small one")
    sent(session, young)
    [window] = best_times(session, zone_info("Europe/Berlin")).windows
    assert (window.part, window.weekend, window.posts, window.answered) == ("midday", False, 2, 1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_ninety_silent_days_give_no_verdict_and_keep_the_cadence(
    session: Session, clock: FrozenClock
) -> None:
    """P15."""
    made = category(session)
    for number in range(30):
        evergreen(session, made.id, f"Which of the {number} things of day {number * 7919} is it?")
    assert youth(session, "auto").calm
    for _ in range(90):
        fill_gaps(session, LIMITS)
        clock.advance(timedelta(days=1))
        for one in deliveries(session):
            if one.due_at <= clock.now() and not one.sent_at:
                one.state, one.sent_at = one.state.SENT, one.due_at
        session.flush()
        assert youth(session, "auto").calm
        assert best_times(session, zone_info("Europe/Berlin")).best is None
    gone = [one for one in deliveries(session) if one.sent_at]
    assert len(gone) == 25  # two a week, from Thursday, 5 March, to the end of May


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_community_grows_up_by_its_days_and_its_replies(
    session: Session, clock: FrozenClock
) -> None:
    post = scheduled(session, "2026-03-03T12:00")
    clock.advance(timedelta(days=95))
    for number in range(29):
        happens(session, post, f"Reply {number}", who=f"Person {number}")
    assert youth(session, "auto").calm
    happens(session, post, "One more")
    assert not youth(session, "auto").calm
    assert youth(session, "on").calm
    assert not youth(session, "off").calm

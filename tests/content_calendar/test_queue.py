"""Slots that nobody has planned for fill themselves: once, in time, and never in a rush."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from bot.accounts.models import Role
from bot.clock import FrozenClock
from bot.db import Session
from bot.errors import Conflict, InvalidInput, NotAllowed
from content_calendar import service as calendar
from content_calendar.models import Post, Stage
from content_calendar.month import month_table
from content_calendar.queries import by_day
from content_calendar.queue import keeping, queries, service
from content_calendar.queue.models import Fill, Filling
from content_calendar.queue.shelf import REPEAT, Shelf
from content_calendar.recurrence import zone_info
from tests.content_calendar.calendars import (
    LIMITS,
    channel,
    draft,
    due,
    person,
    scheduled,
    wall,
)
from tests.content_calendar.queues import TIPS, category, evergreen, owner, texts, tips

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

WEEK = timedelta(days=7)


def fill(session: Session) -> int:
    return service.fill_gaps(session, LIMITS)


def test_a_gap_is_filled_at_its_time(session: Session) -> None:
    tips(session)
    assert fill(session) == 2
    assert due(session) == ["03-05 10:00", "03-09 10:00"]
    assert len(set(texts(session))) == 2


def test_filling_again_adds_nothing(session: Session) -> None:
    tips(session)
    fill(session)
    assert [fill(session) for _ in range(3)] == [0, 0, 0]


@pytest.mark.parametrize("local", ["2026-03-05T09:01", "2026-03-05T10:00", "2026-03-05T10:59"])
def test_a_slot_near_which_something_is_said_is_left_alone(session: Session, local: str) -> None:
    tips(session)
    scheduled(session, local)
    fill(session)
    assert "03-09 10:00" in due(session)
    assert len([it for it in due(session) if it.startswith("03-05")]) == 1


@pytest.mark.parametrize("local", ["2026-03-05T09:00", "2026-03-05T11:00"])
def test_an_hour_away_is_far_enough(session: Session, local: str) -> None:
    tips(session)
    scheduled(session, local)
    fill(session)
    assert "03-05 10:00" in due(session)


def test_a_draft_with_that_time_takes_the_slot_too(session: Session) -> None:
    tips(session)
    calendar.create(session, draft(session, "2026-03-05T10:00"), by=None, capabilities=LIMITS)
    fill(session)
    assert due(session) == ["03-09 10:00"]


def test_what_a_series_has_ahead_takes_it_too(session: Session) -> None:
    tips(session)
    scheduled(session, "2026-03-03T10:00", rrule="FREQ=DAILY")
    assert fill(session) == 0


def test_another_channel_takes_nothing(session: Session) -> None:
    tips(session)
    scheduled(session, "2026-03-05T10:00", channel_ids=(channel(session, "telegram").id,))
    assert fill(session) == 2


def test_the_wall_time_stays_when_the_clocks_change(session: Session, clock: FrozenClock) -> None:
    tips(session)
    clock.advance(timedelta(days=22))  # the clocks go forward on the 29th
    fill(session)
    assert due(session) == ["03-26 10:00", "03-30 10:00"]
    assert due(session, "UTC") == ["03-26 09:00", "03-30 08:00"]


def test_a_time_that_does_not_exist_is_filled_once_and_later(
    session: Session, clock: FrozenClock
) -> None:
    made = category(session, days=(6,), minute=150)
    evergreen(session, made.id, TIPS[0])
    clock.advance(timedelta(days=24))
    assert (fill(session), fill(session)) == (1, 0)
    assert due(session) == ["03-29 03:30"]


def test_an_hour_that_comes_twice_is_filled_once(session: Session, clock: FrozenClock) -> None:
    made = category(session, days=(6,), minute=150)
    for text in TIPS:
        evergreen(session, made.id, text)
    clock.advance(wall("2026-10-22T12:00+00:00") - clock.now())
    fill(session)
    for _ in range(4):
        clock.advance(timedelta(days=1))
        fill(session)
    assert [it for it in due(session) if it.startswith("10-25")] == ["10-25 02:30"]


def test_a_week_of_being_switched_off_is_no_burst(session: Session, clock: FrozenClock) -> None:
    tips(session)
    clock.advance(WEEK * 3 + timedelta(hours=2))
    fill(session)
    assert due(session) == ["03-26 10:00", "03-30 10:00"]
    assert all(it.at > clock.now() for it in session.scalars(sa.select(Fill)))


def test_evergreens_take_turns_and_rest(session: Session, clock: FrozenClock) -> None:
    tips(session, 3, cool_down_days=28)
    for _ in range(8):
        fill(session)
        clock.advance(timedelta(days=3, hours=12))
    said = texts(session)
    assert said[:3] == list(TIPS[:3])
    assert len(said) == 3  # after that every one of them is resting for four weeks
    clock.advance(timedelta(days=10))
    fill(session)
    assert texts(session)[3:] == list(TIPS[:2])


def test_other_words_take_turns(session: Session, clock: FrozenClock) -> None:
    made = category(session, days=(0,))
    other = (
        "Wooden spoons are kind to enamel: yours too?",
        "Metal scratches. What do you stir with?",
    )
    evergreen(session, made.id, TIPS[1], variants=other, cool_down_days=7)
    for _ in range(4):
        clock.advance(WEEK)
        fill(session)
    assert texts(session) == [TIPS[1], *other]  # the first again would be within 30 days
    clock.advance(WEEK * 2)
    fill(session)
    assert texts(session)[3:] == [TIPS[1]]


@pytest.mark.parametrize(
    ("changes", "used"),
    [
        ({"most_uses": 1}, 1),
        ({"expires_on": date(2026, 3, 5)}, 1),
        ({"expires_on": date(2026, 3, 4)}, 0),
        ({}, 2),
    ],
)
def test_it_ends_when_it_should(session: Session, changes: dict[str, object], used: int) -> None:
    made = category(session)
    variants = ("Something entirely different about spoons?",)
    evergreen(session, made.id, TIPS[0], variants=variants, cool_down_days=1, **changes)
    assert fill(session) == used


def test_nothing_is_said_twice_within_thirty_days(session: Session) -> None:
    tips(session, 1, cool_down_days=0)
    scheduled(session, "2026-03-12T18:00", text=TIPS[0].upper())
    assert fill(session) == 0


def test_nearly_the_same_words_count_as_the_same(session: Session) -> None:
    tips(session, 1)
    text = "Rinse your pan with cold water first. What is your trick?"
    scheduled(session, "2026-03-12T18:00", text=text)
    assert fill(session) == 0


def test_a_text_that_the_network_would_refuse_is_left_out(session: Session) -> None:
    made = category(session, networks=("telegram",))
    evergreen(session, made.id, "x " * 30 + "?")
    evergreen(session, made.id, "Short, isn't it?")
    assert fill(session) == 1
    assert texts(session) == ["Short, isn't it?"]


@pytest.mark.parametrize("filling", [Filling.NEVER, Filling.SUGGEST])
def test_only_what_shall_fill_itself_does(session: Session, filling: Filling) -> None:
    made = category(session, filling)
    evergreen(session, made.id, TIPS[0])
    assert fill(session) == 0


def test_what_a_person_took_off_stays_off(session: Session) -> None:
    tips(session)
    fill(session)
    post = session.scalars(sa.select(Post).order_by(Post.local)).first()
    assert post
    calendar.unschedule(session, post.id, post.version, by=None)
    calendar.delete(session, post.id, post.version, by=None)
    assert fill(session) == 0
    assert len(due(session)) == 1


def test_what_a_person_moved_is_not_replaced(session: Session) -> None:
    tips(session)
    fill(session)
    post = session.scalars(sa.select(Post).order_by(Post.local)).first()
    assert post
    there = wall("2026-03-06T17:00")
    calendar.move(session, post.id, post.version, local=there, zone="Europe/Berlin", by=None)
    assert fill(session) == 0


def test_what_nobody_has_approved_goes_nowhere(session: Session) -> None:
    made = category(session)
    mia = person(session, Role.MARKETER, "Mia")
    words = keeping.Words(title="Tip", text=TIPS[0])
    one = keeping.write(session, made.id, words, by=mia)
    assert fill(session) == 0
    keeping.approve(session, one.id, one.version, by=owner(session))
    assert fill(session) == 1
    changed = keeping.Words(title="Tip", text=TIPS[1])
    keeping.write(session, made.id, changed, by=mia, id=one.id, version=one.version)
    assert one.approved_by_id is None


def test_a_marketer_can_t_let_it_fill_itself(session: Session) -> None:
    mia = person(session, Role.MARKETER, "Mia")
    with pytest.raises(NotAllowed):
        keeping.add_category(session, "Tips", Filling.AUTOMATIC, by=mia)


def test_a_suggestion_of_a_marketer_goes_to_review(session: Session) -> None:
    made = category(session, Filling.SUGGEST)
    evergreen(session, made.id, TIPS[0])
    now = session.now()
    [opening, *_] = service.free(session, queries.slots_of(session), now, now + WEEK)
    shelf = Shelf.read(session, now, now + WEEK, LIMITS, REPEAT)
    choice = shelf.choose(opening)
    assert choice
    mia = person(session, Role.MARKETER, "Mia")
    post = service.put(session, opening, choice, by=mia, limits=LIMITS)
    assert post and post.stage is Stage.IN_REVIEW
    assert service.put(session, opening, choice, by=mia, limits=LIMITS) is None


def test_not_this_time_keeps_it_empty_and_can_be_taken_back(session: Session) -> None:
    tips(session)
    now = session.now()
    [first, second] = service.free(session, queries.slots_of(session), now, now + WEEK)
    service.decide(session, first)
    assert fill(session) == 1
    service.reopen(session, first, by=owner(session))
    assert fill(session) == 1
    service.reopen(session, second, by=owner(session))
    assert due(session) == ["03-05 10:00"]
    assert fill(session) == 1


def test_the_next_free_slot_is_free_on_every_channel(session: Session) -> None:
    made = category(session, networks=("webchat", "telegram"))
    both = (channel(session).id, channel(session, "telegram").id)
    scheduled(session, "2026-03-05T10:30", text="Hello?", channel_ids=both[1:])
    post = calendar.create(
        session, draft(session, None, channel_ids=both), by=None, capabilities=LIMITS
    )
    assert service.next_free(session, post, made.id).local == wall("2026-03-09T10:00")


def test_without_a_slot_there_is_no_next_one(session: Session) -> None:
    made = category(session, networks=("telegram",))
    post = calendar.create(session, draft(session, None), by=None, capabilities=LIMITS)
    with pytest.raises(InvalidInput, match="No slot is free"):
        service.next_free(session, post, made.id)


def test_a_slot_that_has_passed_can_t_be_filled(session: Session) -> None:
    category(session)
    [slot, _] = queries.slots_of(session)
    with pytest.raises(Conflict, match="has passed"):
        service.opening_of(session, slot.id, wall("2026-02-23T10:00"))


def test_two_categories_at_nearly_the_same_time_fill_one(session: Session) -> None:
    tips(session, 2)
    other = category(session, name="Stories", days=(3,), minute=630)
    evergreen(session, other.id, TIPS[3])
    assert fill(session) == 2
    assert len([it for it in due(session) if it.startswith("03-05")]) == 1


def test_ninety_silent_days_keep_their_cadence(session: Session, clock: FrozenClock) -> None:
    """Nobody answers, and every slot has its post all the same, each once."""
    made = category(session)
    for number in range(20):
        evergreen(session, made.id, f"Question {number * 7919}: what would you {number} change?")
    texts_ = [it.text for it in queries.evergreens_of(session)]
    assert len(set(texts_)) == 20
    for _ in range(90):
        clock.advance(timedelta(days=1))
        fill(session)
    berlin = zone_info("Europe/Berlin")
    days = sorted(it.at.astimezone(berlin) for it in session.scalars(sa.select(Fill)))
    assert {f"{it:%H:%M}" for it in days} == {"10:00"}
    assert {it.weekday() for it in days} == {0, 3}
    assert len(days) >= 20


def test_a_hole_of_fourteen_days_is_flagged_and_filled(
    session: Session, clock: FrozenClock
) -> None:
    """P11."""
    first, last = clock.now().date(), clock.now().date() + timedelta(days=13)

    def flagged() -> list[str]:
        zone = zone_info("Europe/Berlin")
        weeks = month_table(first.replace(day=1), by_day(session, first, last, zone), first)
        return [day.gap for week in weeks for day in week if day.gap.strip()]

    assert flagged()[0] == "35 days without a post"
    made = category(session, days=(1, 3, 5))
    for text in TIPS:
        evergreen(session, made.id, text, variants=(f"{text} And why?",), cool_down_days=14)
    evergreen(session, made.id, "What did you cook last?")
    evergreen(session, made.id, "Gas or induction?")
    for _ in range(7):
        fill(session)
        clock.advance(timedelta(days=1))
    fill(session)
    planned = [wall(f"2026-{it.replace(' ', 'T')}").date() for it in due(session)]
    assert [day.day for day in planned] == [3, 5, 7, 10, 12, 14]
    assert flagged()[0] == "22 days without a post"  # what lies beyond the two weeks

"""A series in the outbox: written ahead, changed, cut, skipped; nothing lost, nothing twice."""

from datetime import timedelta
from itertools import pairwise

import pytest

from bot.accounts.models import Role
from bot.clock import FrozenClock
from bot.db import Session
from bot.errors import Conflict, InvalidInput, NotAllowed
from bot.outbox.models import DeliveryState
from content_calendar import series, service
from content_calendar.models import Post, Stage
from content_calendar.planning import draft_of
from content_calendar.series import Scope
from tests.content_calendar.calendars import (
    LIMITS,
    becomes,
    channel,
    deliveries,
    draft,
    due,
    person,
    scheduled,
    wall,
)

TUESDAYS = "FREQ=WEEKLY;BYDAY=TU"
FIVE = ["03-03 14:30", "03-10 14:30", "03-17 14:30", "03-24 14:30", "03-31 14:30"]


@pytest.fixture
def tuesdays(session: Session) -> Post:
    """Every Tuesday at 14:30 in Berlin, over the change of clocks on 29 March."""
    return scheduled(session, rrule=TUESDAYS)


def edit(session: Session, post: Post, on: str, scope: Scope, **changes: object) -> Post:
    local = str(changes.pop("local", on))
    new = draft(session, local, **{"rrule": TUESDAYS, **changes})
    return series.edit(
        session, post.id, post.version, new, on=wall(on), scope=scope, by=None, capabilities=LIMITS
    )


def said(session: Session) -> list[str]:
    return [each.content["text"][:3] for each in deliveries(session)]


def test_five_weeks_are_written_ahead_at_the_same_wall_time(
    session: Session, tuesdays: Post
) -> None:
    assert due(session) == FIVE


def test_writing_ahead_again_adds_nothing(session: Session, tuesdays: Post) -> None:
    assert service.materialise(session) == 0
    assert due(session) == FIVE


def test_time_brings_the_next(session: Session, tuesdays: Post, clock: FrozenClock) -> None:
    clock.advance(timedelta(days=7))
    assert (service.materialise(session), due(session)) == (1, [*FIVE, "04-07 14:30"])


def test_a_month_switched_off_loses_none(
    session: Session, tuesdays: Post, clock: FrozenClock
) -> None:
    clock.advance(timedelta(days=70))
    service.materialise(session)
    gaps = {later.due_at - one.due_at for one, later in pairwise(deliveries(session))}
    assert len(deliveries(session)) == 15
    assert gaps <= {timedelta(days=7), timedelta(days=7, hours=-1)}


def test_the_hour_that_comes_twice_posts_once(session: Session, clock: FrozenClock) -> None:
    clock.advance(timedelta(days=236))  # 24 October
    scheduled(session, "2026-10-25T02:30", rrule="FREQ=DAILY;COUNT=3")
    assert due(session) == ["10-25 02:30", "10-26 02:30", "10-27 02:30"]


def test_a_draft_series_waits(session: Session) -> None:
    weekly = draft(session, rrule=TUESDAYS)
    service.create(session, weekly, by=None, capabilities=LIMITS)
    assert (service.materialise(session), deliveries(session)) == (0, [])


def test_changing_this_one_changes_only_this_one(session: Session, tuesdays: Post) -> None:
    new = edit(session, tuesdays, "2026-03-10T14:30", Scope.THIS, text="New one?")
    assert due(session) == FIVE
    assert said(session) == ["Whi", "New", "Whi", "Whi", "Whi"]
    assert new.id != tuesdays.id


def test_changing_this_one_before_it_is_written_ahead(session: Session, tuesdays: Post) -> None:
    edit(session, tuesdays, "2026-04-14T14:30", Scope.THIS, text="New one?")
    service.materialise(session, wall("2026-04-22T00:00+00:00"))
    assert due(session) == [*FIVE, "04-07 14:30", "04-14 14:30", "04-21 14:30"]
    assert said(session)[-2:] == ["New", "Whi"]


def test_changing_this_and_later_cuts_the_series(
    session: Session, tuesdays: Post, clock: FrozenClock
) -> None:
    edit(
        session,
        tuesdays,
        "2026-03-17T14:30",
        Scope.LATER,
        local="2026-03-17T16:00",
        text="New one?",
    )
    assert due(session) == [*FIVE[:2], "03-17 16:00", "03-24 16:00", "03-31 16:00"]
    assert said(session) == ["Whi", "Whi", "New", "New", "New"]
    clock.advance(timedelta(days=14))
    assert service.materialise(session) == 2
    assert due(session)[-2:] == ["04-07 16:00", "04-14 16:00"]


def test_a_count_is_shared_between_both_parts(session: Session) -> None:
    post = scheduled(session, rrule=f"{TUESDAYS};COUNT=4")
    edit(session, post, "2026-03-17T14:30", Scope.LATER, rrule=f"{TUESDAYS};COUNT=4", text="New?")
    assert due(session) == FIVE[:4]


def test_this_and_later_from_the_first_is_all(session: Session, tuesdays: Post) -> None:
    new = edit(session, tuesdays, "2026-03-03T14:30", Scope.LATER, text="New one?")
    assert (new.id, due(session), set(said(session))) == (tuesdays.id, FIVE, {"New"})


def test_changing_all_leaves_alone_what_has_gone_out(
    session: Session, tuesdays: Post, clock: FrozenClock
) -> None:
    becomes(session, DeliveryState.SENT)
    clock.advance(timedelta(days=2))
    edit(
        session,
        tuesdays,
        "2026-03-10T14:30",
        Scope.ALL,
        local="2026-03-03T16:00",
        text="New one?",
    )
    assert due(session)[:3] == ["03-03 14:30", "03-10 16:00", "03-17 16:00"]
    assert said(session)[:2] == ["Whi", "New"]


def test_a_later_time_does_not_repeat_what_went_out_today(
    session: Session, tuesdays: Post, clock: FrozenClock
) -> None:
    becomes(session, DeliveryState.SENT)
    clock.advance(wall("2026-03-03T14:00") - wall("2026-03-02T09:00"))  # 15:00 in Berlin
    edit(session, tuesdays, "2026-03-10T14:30", Scope.ALL, local="2026-03-03T18:00")
    assert due(session)[:2] == ["03-03 14:30", "03-10 18:00"]


def test_changing_the_days_of_all_keeps_what_still_fits(session: Session, tuesdays: Post) -> None:
    kept = deliveries(session)[0].id
    edit(session, tuesdays, "2026-03-03T14:30", Scope.ALL, rrule="FREQ=WEEKLY;BYDAY=TU,TH")
    assert due(session)[:3] == ["03-03 14:30", "03-05 14:30", "03-10 14:30"]
    assert deliveries(session)[0].id == kept


def test_skipping_takes_one_out_for_good_and_can_be_taken_back(
    session: Session, tuesdays: Post
) -> None:
    on = wall("2026-03-10T14:30")
    series.skip(session, tuesdays.id, 1, on=on, by=None)
    service.materialise(session)
    assert due(session) == [FIVE[0], *FIVE[2:]]
    series.unskip(session, tuesdays.id, 2, on=on, by=None)
    assert due(session) == FIVE


def test_what_is_skipped_stays_so_when_all_get_another_time(
    session: Session, tuesdays: Post
) -> None:
    series.skip(session, tuesdays.id, 1, on=wall("2026-03-10T14:30"), by=None)
    edit(session, tuesdays, "2026-03-17T14:30", Scope.ALL, local="2026-03-03T16:00")
    assert due(session) == ["03-03 16:00", "03-17 16:00", "03-24 16:00", "03-31 16:00"]


@pytest.mark.parametrize("on", ["2026-03-10T14:30", "2026-04-14T14:30"])
def test_moving_one_leaves_the_others(session: Session, tuesdays: Post, on: str) -> None:
    series.move(
        session,
        tuesdays.id,
        1,
        on=wall(on),
        local=wall("2026-03-11T09:00"),
        zone="Europe/Berlin",
        by=None,
    )
    service.materialise(session, wall("2026-04-15T00:00+00:00"))
    planned = [*FIVE, "04-07 14:30", "04-14 14:30"]
    planned.remove(f"{wall(on):%m-%d %H:%M}")
    assert due(session) == sorted([*planned, "03-11 09:00"])


def test_moving_one_onto_another_is_refused(session: Session, tuesdays: Post) -> None:
    with pytest.raises(InvalidInput, match="already"):
        series.move(
            session,
            tuesdays.id,
            1,
            on=wall("2026-03-10T14:30"),
            local=wall("2026-03-17T14:30"),
            zone="Europe/Berlin",
            by=None,
        )


@pytest.mark.parametrize("scope", [Scope.THIS, Scope.LATER])
def test_what_is_leaving_is_not_cut_off(session: Session, tuesdays: Post, scope: Scope) -> None:
    becomes(session, DeliveryState.SENT)
    becomes(session, DeliveryState.SENDING, count=2)
    session.commit()
    with pytest.raises(Conflict, match="right now"):
        edit(session, tuesdays, "2026-03-10T14:30", scope, text="New one?")
    session.rollback()
    assert (due(session), set(said(session))) == (FIVE, {"Whi"})


def test_a_marketer_can_not_slip_words_into_an_approved_series(
    session: Session, tuesdays: Post
) -> None:
    new = draft(session, "2026-03-10T14:30", text="Buy!")
    with pytest.raises(NotAllowed):
        series.edit(
            session,
            tuesdays.id,
            1,
            new,
            on=wall("2026-03-10T14:30"),
            scope=Scope.THIS,
            by=person(session, Role.MARKETER),
            capabilities=LIMITS,
        )


def test_a_series_can_end_as_a_single_post(session: Session, tuesdays: Post) -> None:
    edit(session, tuesdays, "2026-03-10T14:30", Scope.ALL, rrule="")
    assert due(session) == [FIVE[1]]


def test_off_the_calendar_and_on_again_keeps_what_went_out(
    session: Session, tuesdays: Post
) -> None:
    becomes(session, DeliveryState.SENT)
    service.unschedule(session, tuesdays.id, 1, by=None)
    assert (due(session), service.materialise(session)) == (FIVE[:1], 0)
    service.schedule(session, tuesdays.id, 2, by=None, capabilities=LIMITS)
    assert due(session) == FIVE


def test_a_series_with_nothing_ahead_is_not_scheduled(session: Session) -> None:
    old = draft(session, "2026-01-06T14:30", rrule=f"{TUESDAYS};COUNT=2")
    with pytest.raises(InvalidInput, match="ahead"):
        service.create(session, old, by=None, capabilities=LIMITS, stage=Stage.SCHEDULED)


def test_the_draft_of_a_series_is_what_was_written(session: Session, tuesdays: Post) -> None:
    assert draft_of(session, tuesdays) == draft(session, rrule=TUESDAYS)
    assert draft_of(session, tuesdays).channel_ids == (channel(session).id,)

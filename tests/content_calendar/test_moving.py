"""Where a moved post stands, what comes with it, and how it goes back."""

import pytest

from bot.accounts.models import Role
from bot.db import Session
from bot.errors import Conflict, InvalidInput, NotAllowed
from bot.outbox.models import DeliveryState
from content_calendar import moving, series, service
from content_calendar.models import Post, Stage
from content_calendar.moving import Moved, Wish
from content_calendar.planning import rule_of, series_of
from content_calendar.recurrence import Rule, occurrences, shifted
from content_calendar.series import Scope
from tests.content_calendar.calendars import (
    LIMITS,
    becomes,
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
    return scheduled(session, rrule=TUESDAYS)


def move(session: Session, post: Post, **wish: object) -> Moved:
    wanted = Wish(**{k: wall(v) if k in {"on", "to"} else v for k, v in wish.items()})  # type: ignore[arg-type]  # a table of keywords
    return moving.move(session, post.id, post.version, wanted, by=None, capabilities=LIMITS)


def back(session: Session, moved: Moved) -> Moved:
    wish = {k: Scope(v) if k == "scope" else v for k, v in moved.back.items()}
    return move(session, moved.post, **wish)


def test_another_day_keeps_the_time_of_day_over_a_change_of_clocks(session: Session) -> None:
    post = scheduled(session, "2026-03-27T08:00")
    before = move(session, post, days=3)
    assert due(session) == ["03-30 08:00"]  # one hour earlier in UTC
    back(session, before)
    assert due(session) == ["03-27 08:00"]


def test_a_calendar_seen_in_another_zone_leaves_the_post_its_own(session: Session) -> None:
    post = scheduled(session, "2026-03-05T10:00")
    move(session, post, to="2026-03-06T08:05", seen_in="Asia/Tokyo")
    assert (post.local, post.zone) == (wall("2026-03-06T00:05"), "Europe/Berlin")
    assert due(session, "Asia/Tokyo") == ["03-06 08:05"]


def test_without_a_date_it_has_to_be_given_one(session: Session) -> None:
    post = service.create(session, draft(session, None), by=None, capabilities=LIMITS)
    with pytest.raises(InvalidInput, match="Say when"):
        move(session, post, days=1)
    assert move(session, post, to="2026-03-06T08:05").back == {}


def test_only_this_one(session: Session, tuesdays: Post) -> None:
    moved = move(session, tuesdays, on="2026-03-10T14:30", days=1)
    assert due(session) == [FIVE[0], "03-11 14:30", *FIVE[2:]]
    again = move(session, moved.post, on="2026-03-11T14:30", days=1, scope=Scope.ALL)
    assert due(session)[1] == "03-12 14:30"  # it stands alone by now, whatever was asked for
    back(session, again)
    back(session, moved)
    assert due(session) == FIVE


def test_this_and_later_go_on_as_a_series_of_their_own(session: Session, tuesdays: Post) -> None:
    series.skip(session, tuesdays.id, 1, on=wall("2026-03-24T14:30"), by=None)
    moved = move(session, tuesdays, on="2026-03-17T14:30", to="2026-03-18T09:00", scope=Scope.LATER)
    assert due(session) == [*FIVE[:2], "03-18 09:00", "04-01 09:00"]
    back(session, moved)
    assert due(session) == [*FIVE[:3], FIVE[4]]


@pytest.mark.parametrize("scope", [Scope.ALL, Scope.LATER])
def test_all_that_are_still_to_come(session: Session, tuesdays: Post, scope: Scope) -> None:
    on = "2026-03-03T14:30" if scope is Scope.LATER else "2026-03-17T14:30"  # from the first: all
    moved = move(session, tuesdays, on=on, days=1, scope=scope)
    assert due(session) == [f"{day} 14:30" for day in ("03-04", "03-11", "03-18", "03-25", "04-01")]
    assert moved.post.id == tuesdays.id
    back(session, moved)
    assert due(session) == FIVE


def test_a_series_that_is_still_a_draft_moves_whole_and_nothing_leaves(session: Session) -> None:
    post = service.create(session, draft(session, rrule=TUESDAYS), by=None, capabilities=LIMITS)
    move(session, post, on="2026-03-10T14:30", days=1)
    rule = series_of(session, post)
    assert rule is not None
    assert (rule_of(rule).rrule, rule.start) == ("FREQ=WEEKLY;BYDAY=WE", wall("2026-03-04T14:30"))
    assert due(session) == []
    with pytest.raises(Conflict):
        series.move(
            session,
            post.id,
            post.version,
            on=wall("2026-03-11T14:30"),
            local=wall("2026-03-12T14:30"),
            zone="Europe/Berlin",
            by=None,
        )


def test_what_has_gone_out_is_locked(session: Session, tuesdays: Post) -> None:
    becomes(session, DeliveryState.SENT)
    with pytest.raises(Conflict, match="gone out already"):
        move(session, tuesdays, on="2026-03-03T14:30", days=1)


def test_a_whole_series_is_moved_by_who_may_approve(session: Session, tuesdays: Post) -> None:
    marketer = person(session, Role.MARKETER)
    for scope in (Scope.LATER, Scope.ALL):
        with pytest.raises(NotAllowed):
            moving.move(
                session,
                tuesdays.id,
                1,
                Wish(on=wall("2026-03-10T14:30"), days=1, scope=scope),
                by=marketer,
                capabilities=LIMITS,
            )


def test_who_was_slower_reads_who_did_what(session: Session) -> None:
    post, ada = scheduled(session), person(session, Role.OWNER, "Ada")
    wish = Wish(days=1)
    moving.move(session, post.id, 1, wish, by=ada, capabilities=LIMITS)
    with pytest.raises(Conflict, match="Ada moved this post"):
        moving.move(session, post.id, 1, wish, by=None, capabilities=LIMITS)
    assert due(session) == ["03-04 14:30"]
    assert post.stage is Stage.SCHEDULED


@pytest.mark.parametrize(
    ("rrule", "on", "to", "becomes"),
    [
        ("FREQ=DAILY", "2026-03-05T10:00", "2026-03-06T11:00", ["03-04 11:00", "03-05 11:00"]),
        ("FREQ=WEEKLY;BYDAY=TU,SU", "2026-03-03T10:00", "2026-03-04T10:00", ["03-04", "03-09"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU", "2026-03-08T10:00", "2026-03-09T10:00",
         ["03-04", "03-09", "03-18"]),
        ("FREQ=MONTHLY;BYMONTHDAY=3", "2026-04-03T10:00", "2026-04-17T10:00", ["03-17", "04-17"]),
        ("FREQ=MONTHLY;BYDAY=1TU", "2026-04-07T10:00", "2026-04-09T09:00",
         ["03-12 09:00", "04-09"]),
        ("FREQ=MONTHLY;BYDAY=-1TU", "2026-03-31T10:00", "2026-04-02T10:00", ["04-02", "05-07"]),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=2", "2026-03-03T10:00", "2026-03-05T10:00",
         ["03-05", "03-12"]),
    ],
)  # fmt: skip
def test_a_rule_turns_with_what_is_moved(rrule: str, on: str, to: str, becomes: list[str]) -> None:
    rule = Rule(start=wall("2026-03-03T10:00"), zone="UTC", rrule=rrule)
    new = shifted(rule, wall(on), wall(to))
    walls = occurrences(
        new, after=wall("2026-03-01T00:00+00:00"), until=wall("2026-09-01T00:00+00:00"), limit=3
    )
    told = [f"{slot.local:%m-%d %H:%M}" for slot in walls]
    assert all(one.startswith(start) for one, start in zip(told, becomes, strict=False)), told
    assert wall(to) in {slot.local for slot in walls}


@pytest.mark.parametrize(
    ("rrule", "to"),
    [
        ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=3", "2026-03-04T10:00"),
        ("FREQ=MONTHLY;BYDAY=TU,TH;BYSETPOS=2", "2026-03-04T10:00"),
        ("FREQ=DAILY;BYHOUR=9,15", "2026-03-03T11:00"),
    ],
)
def test_a_rhythm_that_no_rule_could_say_is_not_moved(rrule: str, to: str) -> None:
    rule = Rule(start=wall("2026-03-03T10:00"), zone="UTC", rrule=rrule)
    with pytest.raises(InvalidInput, match="change its rule"):
        shifted(rule, wall("2026-03-03T10:00"), wall(to))


def test_what_was_skipped_stays_skipped_in_its_month() -> None:
    skipped = frozenset({wall("2026-04-07T10:00")})
    rule = Rule(
        start=wall("2026-03-03T10:00"), zone="UTC", rrule="FREQ=MONTHLY;BYDAY=1TU", exdates=skipped
    )
    new = shifted(rule, wall("2026-03-03T10:00"), wall("2026-03-11T10:00"))
    assert (new.rrule, new.exdates) == (
        "FREQ=MONTHLY;BYDAY=2WE",
        frozenset({wall("2026-04-08T10:00")}),
    )

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.outbox.models import DeliveryState
from content_calendar.models import Stage
from content_calendar.recurrence import Rule, occurrences, split
from content_calendar.repeat import Every, Repeat, from_rrule, to_rrule
from content_calendar.states import state_of

TUESDAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("repeat", "rrule"),
    [
        (Repeat(), ""),
        (Repeat(every=Every.DAY), "FREQ=DAILY"),
        (Repeat(every=Every.WEEK, days=("TU", "FR")), "FREQ=WEEKLY;BYDAY=TU,FR"),
        (Repeat(every=Every.MONTH), "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"),
        (Repeat(every=Every.MONTH_WEEKDAY), "FREQ=MONTHLY;BYDAY=-1TU"),
        (
            Repeat(every=Every.DAY, until=date(2026, 4, 9)),
            "FREQ=DAILY;UNTIL=20260409T235959",
        ),
    ],
)
def test_what_the_form_offers_goes_there_and_back(repeat: Repeat, rrule: str) -> None:
    assert to_rrule(repeat, TUESDAY) == rrule
    assert from_rrule(rrule, TUESDAY) == repeat


def test_a_week_without_days_takes_that_of_the_first() -> None:
    assert to_rrule(Repeat(every=Every.WEEK), TUESDAY) == "FREQ=WEEKLY;BYDAY=TU"


@pytest.mark.parametrize("rrule", ["FREQ=DAILY;INTERVAL=3", "FREQ=YEARLY", "FREQ=DAILY;COUNT=4"])
def test_a_rule_that_the_form_can_not_show_is_kept(rrule: str) -> None:
    shown = from_rrule(rrule, TUESDAY)
    assert shown.every is Every.OTHER
    assert to_rrule(shown, TUESDAY, rrule) == rrule


@pytest.mark.parametrize(
    ("stage", "deliveries", "state"),
    [
        (Stage.DRAFT, [], "draft"),
        (Stage.IN_REVIEW, [], "in_review"),
        (Stage.SCHEDULED, ["pending", "pending"], "scheduled"),
        (Stage.SCHEDULED, ["pending", "sending"], "publishing"),
        (Stage.SCHEDULED, ["pending", "sent"], "publishing"),
        (Stage.SCHEDULED, ["sent", "sent"], "published"),
        (Stage.SCHEDULED, ["sent", "cancelled"], "published"),
        (Stage.SCHEDULED, ["cancelled"], "cancelled"),
        (Stage.SCHEDULED, ["sent", "refused"], "needs_look"),
        (Stage.SCHEDULED, ["sending", "unknown"], "needs_look"),
        (Stage.SCHEDULED, ["held", "pending"], "needs_look"),
        (Stage.DRAFT, ["sent"], "published"),
    ],
)
def test_a_post_is_what_its_deliveries_say(stage: Stage, deliveries: list[str], state: str) -> None:
    assert state_of(stage, [DeliveryState(each) for each in deliveries]) == state


@pytest.mark.parametrize("first", ["2026-03-03T14:30", "2026-03-03T00:00", "2026-03-03T23:59"])
def test_a_series_that_was_cut_is_shown_and_saved_without_winning_a_day(first: str) -> None:
    """Else the day of the cut would have its post from both halves."""
    start = datetime.fromisoformat(first)
    rule = Rule(start=start, zone="Europe/Berlin", rrule="FREQ=WEEKLY;BYDAY=TU")
    old, _new = split(rule, start + timedelta(weeks=3))
    saved = replace(old, rrule=to_rrule(from_rrule(old.rrule, start.date()), start.date()))
    for one in (old, saved):
        earlier = replace(one, start=start.replace(hour=0, minute=0))
        for now in (one, earlier):
            after = datetime(2026, 1, 1, tzinfo=UTC)
            found = occurrences(now, after=after, until=after + timedelta(days=365))
            assert [f"{it.local:%m-%d}" for it in found] == ["03-03", "03-10", "03-17"]

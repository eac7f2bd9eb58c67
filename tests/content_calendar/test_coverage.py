"""How fresh each channel and campaign is, and the holes ahead."""

from datetime import date, timedelta

from bot.clock import FrozenClock
from bot.db import Session
from bot.outbox.models import DeliveryState
from content_calendar.coverage import DAYS, Row, coverage
from content_calendar.recurrence import zone_info
from tests.content_calendar.calendars import becomes, channel, scheduled

BERLIN = zone_info("Europe/Berlin")


def covered(row: Row) -> list[str]:
    return [f"{cell.date:%m-%d} {cell.count}" for cell in row.cells if cell.count]


def test_days_since_the_last_post_and_what_is_planned(session: Session, clock: FrozenClock) -> None:
    telegram = channel(session, "telegram")
    scheduled(session, "2026-03-02T23:30", campaign="Spring")
    becomes(session, DeliveryState.SENT)
    clock.advance(timedelta(days=8, hours=14))  # 10 March, midnight has passed in Berlin
    for local in ("2026-03-12T10:00", "2026-03-12T11:00", "2026-03-29T02:30"):
        scheduled(session, local, campaign="Spring", channel_ids=(channel(session).id, telegram.id))
    channels, campaigns = coverage(session, BERLIN)
    silent, lobby = channels
    assert (silent.name, silent.days, silent.last) == ("telegram lobby", None, None)
    # It went out when this test marked it so: at 10:00 in Berlin, on 2 March.
    assert (lobby.days, covered(lobby)) == (9, ["03-12 2", "03-29 1"])
    (spring,) = campaigns
    assert (spring.name, spring.days, covered(spring)) == ("Spring", 9, ["03-12 2", "03-29 1"])
    assert lobby.cells[0].date == date(2026, 3, 11)
    assert len(lobby.cells) == DAYS


def test_three_empty_days_are_a_hole_and_two_are_none(session: Session) -> None:
    for day in ("05", "08", "12"):
        scheduled(session, f"2026-03-{day}T10:00")
    ((row,), _campaigns) = coverage(session, BERLIN)
    holes = [cell.date.day for cell in row.cells if cell.gap and cell.date < date(2026, 3, 13)]
    assert holes == [2, 3, 4, 9, 10, 11]  # 6 and 7 are two
    assert row.hole == (date(2026, 3, 13), 19)


def test_what_was_refused_fills_no_hole(session: Session) -> None:
    scheduled(session, "2026-03-05T10:00")
    becomes(session, DeliveryState.REFUSED)
    ((row,), _campaigns) = coverage(session, BERLIN)
    assert covered(row) == []

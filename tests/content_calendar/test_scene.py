"""What a hint is made of, read from the real tables."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.looking import found
from bot.clock import FrozenClock
from bot.db import Session
from bot.networks import Finding, Health
from bot.settings import Calendar, Settings, Shop
from content_calendar.hints import hints
from content_calendar.recurrence import resolve
from content_calendar.sense.scene import scene
from tests.content_calendar.calendars import channel, draft, scheduled, wall

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def said(session: Session, path: Path, local: str, text: str, **rules: object) -> list[str]:
    settings = Settings(
        data=path,
        shop=Shop(zone="Europe/Berlin"),
        calendar=Calendar.model_validate(rules),
    )
    wanted = draft(session, local, text=text)
    at = resolve(wall(local), wanted.zone).at
    return hints(wanted, scene(session, wanted.channel_ids, at, settings))


def test_five_real_offers_in_a_row(session: Session, tmp_path: Path) -> None:
    for day in range(3, 7):
        scheduled(session, f"2026-03-0{day}T12:00", text=f"Only {day} € for lid number {day * 7}?")
    found_ = said(session, tmp_path, "2026-03-07T12:00", "Order now?")
    assert [it[:32] for it in found_] == ["That makes 5 offers in a row on "]


def test_a_series_that_is_not_written_yet_is_heard(session: Session, tmp_path: Path) -> None:
    scheduled(session, "2026-03-03T12:00", text="Which lid?", rrule="FREQ=WEEKLY;BYDAY=TU")
    found_ = said(session, tmp_path, "2026-06-02T12:00", "Which pan do you miss?")
    assert found_ == ["“Lids” goes to webchat lobby in the same minute."]


@pytest.mark.parametrize("place", ["", "lobby"])
def test_a_token_that_dies_before_the_date(
    session: Session, clock: FrozenClock, tmp_path: Path, place: str
) -> None:
    channel(session)
    ends = clock.now() + timedelta(days=20)
    token = Finding(what="token", health=Health.OK, says="Valid until then.", until=ends)
    found(session, "webchat", "1", place, [token])
    found(session, "telegram", "1", "", [Finding(what="token", health=Health.OK, says="Fine.")])
    assert said(session, tmp_path, "2026-03-21T12:00", "Which lid?") == []
    [late] = said(session, tmp_path, "2026-03-23T12:00", "Which lid?")
    assert "access to webchat lobby ends on 2026-03-22" in late
    renewed = Finding(what="token", health=Health.OK, says="Valid for good.")
    found(session, "webchat", "1", place, [renewed])
    assert said(session, tmp_path, "2026-03-23T12:00", "Which lid?") == []


def test_a_holiday_of_the_shop_s_country(session: Session, tmp_path: Path) -> None:
    [hint] = said(session, tmp_path, "2026-04-03T12:00", "Which lid?", countries=("DE",))
    assert "holiday: Good Friday" in hint

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from content_calendar.draft import Draft
from content_calendar.hints import Neighbour, hints
from content_calendar.recurrence import resolve
from tests.content_calendar.calendars import wall

LOBBY, SQUARE = UUID(int=1), UUID(int=2)


def planned(text: str, at: datetime, channel: UUID = LOBBY) -> Neighbour:
    return Neighbour(title="Lids", text=text, channel_id=channel, channel="lobby", at=at)


def post(local: str, text: str = "Which lid?", *, broadcast: bool = False) -> Draft:
    return Draft(
        text=text,
        channel_ids=(LOBBY,),
        local=wall(local),
        zone="Europe/Berlin",
        broadcast=broadcast,
    )


@pytest.mark.parametrize(
    ("draft", "hint"),
    [
        (post("2026-03-29T02:30"), "does not exist"),
        (post("2026-10-25T02:30"), "comes twice"),
        (post("2026-03-03T14:30", "Buy now!"), "asks nothing"),
    ],
)
def test_a_hint_before_trouble(draft: Draft, hint: str) -> None:
    (said,) = hints(draft, [])
    assert hint in said


@pytest.mark.parametrize(
    "draft", [post("2026-03-03T14:30"), post("2026-03-03T14:30", "Buy!", broadcast=True)]
)
def test_nothing_to_say_about_a_question_or_a_broadcast(draft: Draft) -> None:
    assert hints(draft, []) == []


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (("WHICH  lid?", timedelta(days=29), LOBBY), ["same words"]),
        (("Which lid?", timedelta(days=31), LOBBY), []),
        (("Which lid?", timedelta(days=2), SQUARE), []),
        (("Hello?", timedelta(seconds=30), LOBBY), ["same minute"]),
        (("Hello?", timedelta(minutes=1), LOBBY), []),
        (("Which lid?", timedelta(0), LOBBY), ["same words", "same minute"]),
    ],
)
def test_what_stands_beside_it_on_the_channel(
    other: tuple[str, timedelta, UUID], found: list[str]
) -> None:
    draft = post("2026-03-03T14:30")
    assert draft.local
    text, away, channel = other
    beside = planned(text, resolve(draft.local, draft.zone).at - away, channel)
    said = hints(draft, [beside])
    assert [next(key for key in ("same words", "same minute") if key in each) for each in said] == (
        found
    )

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest

from content_calendar.draft import Draft
from content_calendar.hints import Heard, Scene, hints
from content_calendar.queue.repeats import Said
from content_calendar.recurrence import resolve
from content_calendar.sense.offers import offer_in
from tests.content_calendar.calendars import wall

LOBBY = UUID(int=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def post(local: str, text: str = "Which lid?", *, broadcast: bool = False) -> Draft:
    return Draft(
        text=text,
        channel_ids=(LOBBY,),
        local=wall(local),
        zone="Europe/Berlin",
        broadcast=broadcast,
    )


TUESDAY = post("2026-03-03T14:30")
AT = resolve(wall("2026-03-03T14:30"), "Europe/Berlin").at


def heard(*said: Said, **more: object) -> Scene:
    place = Heard(channel_id=LOBBY, channel="lobby", network="webchat", said=said)
    return Scene(places=[replace(place, **more)], zone="Europe/Berlin")  # type: ignore[arg-type]  # any field


def other(text: str, away: timedelta, *, broadcast: bool = False) -> Said:
    return Said(title="Lids", text=text, at=AT + away, broadcast=broadcast)


@pytest.mark.parametrize(
    ("draft", "hint"),
    [
        (post("2026-03-29T02:30"), "does not exist"),
        (post("2026-10-25T02:30"), "comes twice"),
        (post("2026-03-03T14:30", "Buy this!"), "asks nothing"),
    ],
)
def test_a_hint_before_trouble(draft: Draft, hint: str) -> None:
    said = hints(draft, Scene(open_from=time(0), open_until=time(0)))
    assert len(said) == 1 and hint in said[0]


@pytest.mark.parametrize(
    ("rrule", "hint"),
    [
        ("FREQ=DAILY", "On 2026-03-29 clocks go forward: 02:30 does not exist"),
        ("FREQ=DAILY;UNTIL=20260328", ""),
        ("FREQ=WEEKLY;BYDAY=TU", ""),
        ("FREQ=MONTHLY;BYDAY=-1SU;BYMONTH=10", "On 2026-10-25 clocks go back: 02:30 comes twice"),
    ],
)
def test_a_series_under_which_the_clocks_will_change(rrule: str, hint: str) -> None:
    always = Scene(open_from=time(0), open_until=time(0))
    said = hints(replace(post("2026-03-03T02:30"), rrule=rrule), always)
    assert [it.startswith(hint) for it in said] == ([True] if hint else [])


@pytest.mark.parametrize(
    "draft", [TUESDAY, post("2026-03-03T14:30", "Good morning!", broadcast=True)]
)
def test_nothing_to_say_about_a_question_or_a_broadcast(draft: Draft) -> None:
    assert hints(draft, heard()) == []


@pytest.mark.parametrize(
    ("text", "away", "found"),
    [
        ("WHICH  lid?", 29 * DAY, ["The same words"]),
        ("Which lid?", 31 * DAY, []),
        ("Hello there", timedelta(seconds=30), ["same minute"]),
        ("Hello there", timedelta(minutes=1), ["same hour"]),
        ("Hello there", -59 * timedelta(minutes=1), ["same hour"]),
        ("Hello there", HOUR, []),
        ("Which lid?", timedelta(0), ["The same words", "same minute"]),
    ],
)
def test_what_stands_beside_it_on_the_channel(text: str, away: timedelta, found: list[str]) -> None:
    said = hints(TUESDAY, heard(other(text, away)))
    assert len(said) == len(found)
    assert all(key in sentence for key, sentence in zip(found, said, strict=True))


@pytest.mark.parametrize(
    ("text", "again", "found"),
    [
        ("Which kettle do you use most, and why?", "Hi! Which kettle do you use most and why?", 1),
        ("Which kettle do you use most, and why?", "Which lid do you use most, and why?", 0),
        ("We are not open on Sunday?", "We are open on Sunday?", 0),
        ("Wie pflegt ihr eure Pfanne?", "Wie pflegt ihr eure Pfannen?", 1),
    ],
)
def test_nearly_the_same_words(text: str, again: str, found: int) -> None:
    said = hints(post("2026-03-03T14:30", text), heard(other(again, 9 * DAY)))
    assert sum("Nearly the same words go to lobby" in it for it in said) == found == len(said)


def test_the_words_of_that_network_count() -> None:
    draft = replace(TUESDAY, overrides={"webchat": "And which pan?"})
    assert hints(draft, heard(other("Which lid?", DAY))) == []
    assert len(hints(draft, heard(other("And which pan?", DAY)))) == 1


@pytest.mark.parametrize(
    ("local", "night"),
    [
        ("2026-03-03T06:59", True),
        ("2026-03-03T07:00", False),
        ("2026-03-03T21:59", False),
        ("2026-03-03T22:00", True),
    ],
)
def test_hours_in_which_nobody_answers(local: str, night: bool) -> None:
    assert [*hints(post(local), heard())] == (
        [f"At {local[-5:]} in Europe/Berlin hardly anybody is awake to answer."] if night else []
    )


def test_a_shop_that_is_open_past_midnight() -> None:
    bar = replace(heard(), open_from=time(18), open_until=time(3))
    assert hints(post("2026-03-03T02:00"), bar) == []
    assert len(hints(post("2026-03-03T04:00"), bar)) == 1


def test_a_holiday_is_named() -> None:
    scene = replace(heard(), holidays={date(2026, 3, 3): "Lid Day"})
    assert "holiday: Lid Day" in hints(TUESDAY, scene)[0]


@pytest.mark.parametrize(("ends", "found"), [(AT, True), (AT + HOUR, False), (None, False)])
def test_access_that_ends_before_the_post_goes_out(ends: datetime | None, found: bool) -> None:
    said = hints(TUESDAY, heard(ends=ends))
    assert [("access to lobby ends on 2026-03-03" in it) for it in said] == [True] * found


def test_a_burst_is_told_before_it_waits() -> None:
    crowd = [other(f"Number {it} of many words", 2 * timedelta(minutes=it)) for it in range(1, 4)]
    said = hints(TUESDAY, heard(*crowd, burst_most=3))
    assert "That is a burst: 4 posts go to lobby" in said[-1]
    assert not any("burst" in it for it in hints(TUESDAY, heard(*crowd, burst_most=4)))


OFFERS = ("20 % off all lids", "Nur 9,99 €", "Order now: kettles", "Angebot der Woche: Pfannen")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("20 % off all lids until Friday", "20 % off"),
        ("Heute nur 9,99 €!", "nur 9,99 €"),
        ("Only $5 for a lid", "Only $5"),
        ("Jetzt bestellen!", "Jetzt bestellen"),
        ("Unser Angebot der Woche", "Angebot der Woche"),
        ("Der Rabattcode lautet LID", "Rabattcode"),
        ("What would you change about this lid?", ""),
        ("100 % cotton. Which colour?", ""),
        ("Is it worth 40 €?", ""),
        ("Wie findet ihr unser Angebot an Kursen?", ""),
    ],
)
def test_what_sells_is_told_by_its_words(text: str, words: str) -> None:
    assert offer_in(text) == words


def test_five_offers_in_a_row_are_one_too_many() -> None:
    """P13."""
    draft = post("2026-03-03T14:30", "Buy now, will you?")
    before = [other(text, -(it + 2) * DAY) for it, text in enumerate(OFFERS)]
    [said] = hints(draft, heard(*before))
    assert said.startswith("That makes 5 offers in a row on lobby (“Buy now”).")
    between = other("Which lid do you like best?", -1 * DAY)
    assert "in a row" not in " ".join(hints(draft, heard(*before, between)))


def test_offers_after_it_count_as_well() -> None:
    draft = post("2026-03-03T14:30", "Buy now, will you?")
    around = [other(text, (it - 2 or 7) * DAY) for it, text in enumerate(OFFERS)]
    assert "5 offers in a row" in hints(draft, heard(*around))[0]


@pytest.mark.parametrize(("broadcasts", "said"), [(2, 0), (3, 1)])
def test_too_many_broadcasts(broadcasts: int, said: int) -> None:
    draft = post("2026-03-03T14:30", "We have moved.", broadcast=True)
    before = [
        other(f"Words of day {it * it}", -(it + 2) * DAY, broadcast=it < broadcasts)
        for it in range(6)
    ]
    before = before[:5]
    found = hints(draft, heard(*before))
    assert [("per cent are broadcasts; your limit is 50" in it) for it in found] == [True] * said


def test_of_few_posts_no_share_is_told() -> None:
    draft = post("2026-03-03T14:30", "We have moved.", broadcast=True)
    before = [other(f"Words {it * 31}", -(it + 2) * DAY, broadcast=True) for it in range(3)]
    assert hints(draft, heard(*before)) == []

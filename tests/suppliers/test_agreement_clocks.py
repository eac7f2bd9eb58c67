"""The agreement's clocks beside a slow reference that looks at every single minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.suppliers.agreement_hours import Hours, Span
from bot.suppliers.agreement_stages import THEIR_WORD, Done, Held, runs
from bot.suppliers.agreement_terms import Stage, Terms
from bot.suppliers.models import Act

MINUTE = timedelta(minutes=1)
OFFICE: tuple[Span, ...] = ((540, 750), (810, 1020))  # 9:00 to 12:30 and 13:30 to 17:00
WEEK = (OFFICE,) * 5 + ((), ())

# Zones with changes by an hour, by half an hour, at midnight, and with none; days around them.
PLACES = [
    ("Europe/Berlin", date(2026, 3, 28)),
    ("Europe/Berlin", date(2026, 10, 24)),
    ("America/New_York", date(2026, 10, 31)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),
    ("Australia/Lord_Howe", date(2026, 10, 3)),
    ("America/Havana", date(2026, 3, 7)),
    ("America/Havana", date(2026, 10, 31)),
    ("Asia/Kathmandu", date(2026, 12, 24)),
]


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    edges = draw(st.lists(st.integers(0, 96), max_size=4, unique=True).map(sorted))
    return tuple((15 * a, 15 * b) for a, b in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def offices(draw: st.DrawFn) -> tuple[Hours, datetime]:
    zone, day = draw(st.sampled_from(PLACES))
    week = tuple(draw(st.lists(spans(), min_size=7, max_size=7)))
    off = frozenset(day + timedelta(days=n) for n in draw(st.sets(st.integers(0, 3), max_size=2)))
    midnight = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    start = midnight + draw(st.integers(0, 2_000)) * MINUTE
    return Hours(zone=zone, week=week, off=off), start


def is_open(hours: Hours, moment: datetime) -> bool:
    """What the clock on that office's wall says."""
    local = moment.astimezone(ZoneInfo(hours.zone))
    at = local.hour * 60 + local.minute
    week = hours.week[local.weekday()]
    return local.date() not in hours.off and any(begin <= at < end for begin, end in week)


@settings(max_examples=40, deadline=None)
@given(offices(), st.integers(0, 5_000), st.lists(st.integers(0, 5_000), max_size=4, unique=True))
def test_working_time_is_what_counting_every_minute_gives(
    office: tuple[Hours, datetime], length: int, edges: list[int]
) -> None:
    hours, start = office
    edges.sort()
    pauses = [
        (start + a * MINUTE, start + b * MINUTE)
        for a, b in zip(edges[::2], edges[1::2], strict=False)
    ]
    counted, reached = 0, {}
    for number in range(length):
        moment = start + number * MINUTE
        if is_open(hours, moment) and not any(a <= moment < b for a, b in pauses):
            counted += 1
            reached[counted] = moment + MINUTE
    end = start + length * MINUTE
    assert hours.between(start, end, pauses) == counted * MINUTE
    for some in {1, counted // 2, counted} & reached.keys():
        assert hours.add(start, some * MINUTE, pauses) == reached[some]


@st.composite
def stories(draw: st.DrawFn) -> tuple[Terms, Held]:
    zone, day = draw(st.sampled_from(PLACES))
    start = datetime.combine(day, time(9), ZoneInfo(zone)).astimezone(UTC)
    gaps = st.integers(1, 1_500)
    at, acts = start, []
    for act in draw(st.lists(st.sampled_from([Act.ASK, Act.ACKNOWLEDGE]), max_size=3)):
        at += draw(gaps) * MINUTE
        acts.append(Done(act=act, at=at))
    heard = sorted(start + draw(gaps) * 3 * MINUTE for _ in range(draw(st.integers(0, 2))))
    terms = Terms(zone=zone, week=WEEK, closed=(day + timedelta(days=3),), answer=3, acknowledge=1)
    return terms, Held(since=start, acts=tuple(acts), heard=tuple(heard))


def has_the_word(held: Held, moment: datetime) -> bool:
    """Whether it is the partner's turn: what happened last says so."""
    asked = None
    for at, what in sorted(
        [(done.at, 1 if done.act is Act.ASK else 0) for done in held.acts]
        + [(at, -1) for at in held.heard]
    ):
        if at <= moment:
            asked = at if what == 1 else None
    return asked is None or moment >= asked + THEIR_WORD


@settings(max_examples=25, deadline=None)
@given(stories())
def test_an_answer_is_due_when_its_working_minutes_are_used_up(story: tuple[Terms, Held]) -> None:
    terms, held = story
    left, moment = 3 * 60, held.since
    while left:
        if is_open(terms.hours, moment) and has_the_word(held, moment):
            left -= 1
        moment += MINUTE
    [answer] = [run for run in runs(held, lambda at: terms) if run.stage is Stage.ANSWER]
    assert answer.due == moment


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("began", "hours", "due"),
    [
        ("2026-03-27 15:00", 2, "2026-03-30 08:00"),  # Friday 16:00; on Monday summer has begun
        ("2026-10-23 14:00", 2, "2026-10-26 09:00"),  # the same as winter begins
        ("2026-04-02 14:00", 2, "2026-04-07 08:00"),  # over Easter, from Good Friday to Monday
        ("2026-10-02 14:00", 8, "2026-10-05 15:00"),  # Saturday's holiday is no loss
    ],
)
def test_an_office_in_berlin(began: str, hours: int, due: str) -> None:
    terms = Terms(zone="Europe/Berlin", week=WEEK, country="DE", answer=hours)
    [answer] = runs(Held(since=utc(began)), lambda at: terms)
    assert answer.due == utc(due)


def test_each_holder_has_a_clock_of_their_own_and_each_clock_the_terms_of_its_day() -> None:
    began, later = utc("2026-03-02 09:00"), utc("2026-03-02 15:00")
    first = Held(since=began, until=later)
    second = Held(since=later)
    old, new = Terms(answer=24), Terms(answer=48)

    def terms_at(at: datetime) -> Terms:
        return new if at >= later else old

    [theirs], [others] = runs(first, terms_at), runs(second, terms_at)
    assert (theirs.due, theirs.ended) == (utc("2026-03-03 09:00"), later)
    assert (others.due, others.ended) == (utc("2026-03-04 15:00"), None)


def test_another_day_may_be_promised_in_time_but_not_after_it() -> None:
    def promise(at: str, day: str) -> Done:
        return Done(act=Act.PROMISE, at=utc(at), promised_for=date.fromisoformat(day))

    terms = Terms(zone="Europe/Berlin")
    in_time = (promise("2026-03-02 09:00", "2026-03-10"), promise("2026-03-09 09:00", "2026-03-20"))
    too_late = (in_time[0], promise("2026-03-11 09:00", "2026-03-20"))
    moved, broken = (
        runs(Held(since=utc("2026-03-02 08:00"), acts=acts), lambda at: terms)[-1]
        for acts in (in_time, too_late)
    )
    assert moved.due == utc("2026-03-20 23:00")
    assert broken.due == utc("2026-03-10 23:00")

"""The front door: whatever comes in is kept exactly once, as it came."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import FrozenClock
from bot.db import Database, Session, Writer
from bot.errors import DatabaseUnavailable
from bot.inbox.models import Event, EventState
from bot.inbox.service import Received, key_of, receive
from bot.networks import Author, EventKind, InboundEvent, Media, NotUnderstood
from bot.networks.port import Event as Incoming
from tests.rooms import START


def said(key: str = "1", **what: Any) -> InboundEvent:
    given: dict[str, Any] = {
        "network": "sandbox",
        "account": "main",
        "dedupe_key": key,
        "kind": EventKind.MESSAGE,
        "occurred_at": START,
        "channel": "square",
        "raw": f"raw {key}".encode("utf-8", "surrogatepass"),
        "message": f"m{key}",
        "author": Author(id="ada", name="Ada"),
        "text": "Hello!",
    }
    return InboundEvent(**(given | what))


def take(session: Session, *events: Incoming) -> Received:
    return receive(session, events)


def kept(session: Session) -> Sequence[Event]:
    session.expire_all()
    return session.scalars(sa.select(Event).order_by(Event.id)).all()


def the_one(session: Session) -> Event:
    (event,) = kept(session)
    return event


def test_what_is_repeated_is_kept_once(session: Session) -> None:
    assert take(session, said("1"), said("2")) == Received(new=2)
    assert take(session, said("2"), said("3"), said("1")) == Received(new=1, repeated=2)
    assert take(session) == Received()
    assert [event.dedupe_key for event in kept(session)] == ["1", "2", "3"]


def test_what_is_repeated_within_one_call_is_kept_once_and_first(session: Session) -> None:
    first, again = said("1", text="first"), said("1", text="again")
    assert take(session, first, said("2"), again) == Received(new=2, repeated=1)
    assert [event.details["text"] for event in kept(session)] == ["first", "Hello!"]


def test_the_same_key_elsewhere_is_something_else(session: Session) -> None:
    event = said("1")
    elsewhere = [replace(event, account="other"), replace(event, network="other")]
    assert take(session, event, *elsewhere) == Received(new=3)


def test_what_can_not_be_understood_is_put_aside_with_its_bytes(session: Session) -> None:
    raw = bytes(range(256))
    odd = NotUnderstood(network="n", account="a", dedupe_key="x", raw=raw, reason="Not as agreed.")
    assert take(session, odd, said("1"), odd) == Received(new=1, repeated=1, quarantined=1)
    assert take(session, odd) == Received(repeated=1)
    aside = next(event for event in kept(session) if event.state is EventState.QUARANTINED)
    assert (aside.raw, aside.problem) == (raw, "Not as agreed.")


def test_long_ids_stay_different(session: Session) -> None:
    long = "x" * 100_000
    events = [said(long), said(f"{long}y"), said("ü" * 5_000, channel=long, message=long)]
    assert take(session, *events) == Received(new=3)
    assert take(session, *events) == Received(repeated=3)
    assert max(len(event.dedupe_key) for event in kept(session)) <= 400


@pytest.mark.parametrize(
    ("one", "other"), [("a\0", "a\ufffd"), ("a\ud800", "a\ud801"), ("x" * 401, "x" * 402)]
)
def test_ids_that_no_database_takes_stay_different(session: Session, one: str, other: str) -> None:
    assert key_of(one) == key_of(one) != key_of(other)
    assert take(session, said(one), said(other)) == Received(new=2)


@pytest.mark.parametrize(
    ("at", "believed"),
    [
        (START - timedelta(days=400), START - timedelta(days=400)),
        (START + timedelta(minutes=4), START + timedelta(minutes=4)),
        (START + timedelta(minutes=6), START),
        (datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))), START),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), START),
        (datetime(1970, 1, 1, tzinfo=UTC), START),
        (datetime(2026, 3, 1, 12, 0), datetime(2026, 3, 1, 12, 0, tzinfo=UTC)),  # naive
    ],
)
def test_dates_are_believed_only_where_they_can_be(
    session: Session, at: datetime, believed: datetime
) -> None:
    take(session, said(occurred_at=at))
    assert the_one(session).occurred_at == believed


@pytest.mark.parametrize(
    "text",
    ["", "NUL \0", "half \ud83d", "\u202eשלום\u202c", "\\u0000", "a" * 10_000_000],
    ids=["empty", "NUL", "half a character", "right to left", "an escape", "10 MB"],
)
def test_any_text_comes_in(session: Session, text: str) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    assert take(session, said(text=text, raw=raw)) == Received(new=1)
    event = the_one(session)
    assert event.raw == raw
    assert len(event.details["text"]) == len(text)


WORDS = st.text(st.characters(), max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
EVENTS = st.builds(
    InboundEvent,
    network=WORDS,
    account=WORDS,
    dedupe_key=WORDS,
    kind=st.sampled_from(EventKind),
    occurred_at=st.datetimes(timezones=st.none() | st.timezones()),
    channel=WORDS,
    raw=st.binary(max_size=50),
    conversation=WORDS,
    message=st.none() | WORDS,
    reply_to=st.none() | WORDS,
    thread=st.none() | WORDS,
    author=st.none() | st.builds(Author, id=WORDS, name=WORDS),
    text=WORDS,
    media=st.lists(st.builds(Media, url=WORDS, type=WORDS, alt=WORDS), max_size=2).map(tuple),
    private=st.booleans(),
    data=st.dictionaries(WORDS, JSON, max_size=3),
)
ODD = st.builds(
    NotUnderstood,
    network=st.just("n"),
    account=st.just("a"),
    dedupe_key=WORDS,
    raw=st.binary(max_size=50),
    reason=WORDS,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(EVENTS | ODD, max_size=5))
def test_the_front_door_takes_everything_exactly_once(
    database: Database, events: list[Incoming]
) -> None:
    first: dict[tuple[str, str, str], bytes] = {}
    for event in events:
        first.setdefault((event.network, event.account, event.dedupe_key), event.raw)
    with database.session(database.writers) as session:
        got = take(session, *events)
        assert got.new + got.quarantined == len(first)
        assert got.repeated == len(events) - len(first)
        assert take(session, *events).repeated == len(events)
        assert sorted(event.raw for event in kept(session)) == sorted(first.values())


async def test_what_could_not_be_stored_is_not_acknowledged(
    database: Database, clock: FrozenClock
) -> None:
    with Writer(database) as writer:
        pass
    with pytest.raises(DatabaseUnavailable):
        await writer.run(lambda session: receive(session, [said()]))
    with database.reading() as session:
        assert kept(session) == []


async def test_many_at_once_are_all_kept_once(writer: Writer, database: Database) -> None:
    """Two deliveries of each, all under way at the same time."""
    futures = [
        writer.submit(lambda session, n=number % 100: receive(session, [said(str(n))]))  # type: ignore[misc]  # lambda defaults
        for number in range(200)
    ]
    results = [future.result() for future in futures]
    assert sum(result.new for result in results) == 100
    with database.reading() as session:
        assert len(kept(session)) == 100

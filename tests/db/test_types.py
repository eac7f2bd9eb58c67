"""Whatever Python can hold can be stored, and reads alike on both engines."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.models import Channel
from bot.db import Database, Session
from bot.db.types import dump_json, storable
from bot.inbox.models import Event

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)


def stored(database: Database, **values: Any) -> Channel:
    """A channel as another session reads it."""
    with database.session(database.writers) as session:
        row = session.put(
            Channel(**{"network": "n", "account": "a", "remote_id": "r", "name": "", **values})
        )
        session.commit()
    with database.reading() as session:
        return session.need(Channel, row.id)


def details(database: Database, value: dict[str, Any]) -> Any:
    with database.session(database.writers) as session:
        row = session.put(an_event(session, value))
        session.commit()
    with database.reading() as session:
        return session.need(Event, row.id).details


def an_event(session: Session, details: dict[str, Any]) -> Event:
    return Event(
        network="n",
        account="a",
        dedupe_key=str(session.ids.new()),
        conversation="c",
        received_at=session.now(),
        occurred_at=session.now(),
        raw=b"",
        details=details,
    )


TEXTS = {
    "": "",
    "Grüße 🦊": "Grüße 🦊",
    "NUL \0 inside": "NUL � inside",
    "half \ud83d a fox": "half � a fox",
    "other half \udd8a": "other half �",
    "\ud83e\udd8a": "🦊",  # two halves that meet are one
    "typed: \\u0000 and \\ud800": "typed: \\u0000 and \\ud800",
    "\u202emirrored\u202c": "\u202emirrored\u202c",
    "quotes \" ' \\ and\nlines": "quotes \" ' \\ and\nlines",
}


def test_every_text_can_be_stored_and_found(database: Database) -> None:
    for given_text, read in TEXTS.items():
        channel = stored(database, name=given_text, remote_id=f"id {given_text}")
        assert channel.name == read
        with database.reading() as session:
            where = sa.select(Channel).filter_by(remote_id=f"id {given_text}")
            assert session.scalars(where).one().id == channel.id


def test_every_text_can_be_stored_in_json(database: Database) -> None:
    read = details(database, {"list": list(TEXTS), **{f"key {text}": text for text in TEXTS}})
    assert read["list"] == list(TEXTS.values())
    assert [read[f"key {text}"] for text in TEXTS.values()] == list(TEXTS.values())


def test_numbers_that_json_does_not_know_can_be_stored(database: Database) -> None:
    value = json.loads('{"a": NaN, "b": [Infinity, -Infinity, 1e999], "c": 1.5, "d": "NaN"}')
    read = details(database, value)
    assert (read["c"], read["d"]) == (1.5, "NaN")
    assert read["a"] is None and read["b"] == [None, None, None]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters()), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(ANYTHING)
def test_what_is_written_as_json_is_always_json(value: Any) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    text = dump_json(value)
    json.loads(text, parse_constant=refuse)
    text.encode("utf-8")


@given(st.text(st.characters()))
def test_storable_text_stays_as_it_is(text: str) -> None:
    clean = storable(text)
    clean.encode("utf-8")
    assert "\0" not in clean
    assert storable(clean) == clean
    if "\0" not in text and text.encode("utf-8", "ignore").decode() == text:
        assert clean == text


def test_instants_come_back_in_utc(database: Database) -> None:
    zones = [UTC, ZoneInfo("Asia/Kathmandu"), timezone(-timedelta(hours=11, minutes=30))]
    for number, zone in enumerate(zones):
        read = stored(database, remote_id=str(number), last_sent_at=NOON.astimezone(zone))
        assert read.last_sent_at == NOON
        assert read.last_sent_at.tzinfo is UTC


def test_instants_compare_by_when_they_were(database: Database) -> None:
    stored(database, last_sent_at=NOON)
    just_before = (NOON - timedelta(microseconds=1)).astimezone(ZoneInfo("Pacific/Apia"))
    with database.reading() as session:
        later = sa.select(Channel).where(Channel.last_sent_at > just_before)
        assert len(session.scalars(later).all()) == 1


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(sa.exc.StatementError, match="needs a time zone"):
        stored(database, last_sent_at=NOON.replace(tzinfo=None))


def test_bytes_come_back_as_they_were(database: Database) -> None:
    every = bytes(range(256)) * 40
    with database.session(database.writers) as session:
        row = an_event(session, {})
        row.raw = every
        session.put(row)
        session.commit()
    with database.reading() as session:
        assert session.need(Event, row.id).raw == every

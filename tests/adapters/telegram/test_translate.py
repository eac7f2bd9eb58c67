"""Telegram's updates in our own words, from what the Bot API's documentation shows."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.telegram.translate import translate
from bot.networks import Author, EventKind, InboundEvent, NotUnderstood

FIXTURES = Path(__file__).parent.parent / "fixtures" / "telegram"
GROUP = "-1001234567890"


def read(name: str, account: str = "99") -> InboundEvent:
    event = translate((FIXTURES / f"{name}.json").read_bytes(), account=account)
    assert isinstance(event, InboundEvent)
    return event


def test_a_message_in_a_group() -> None:
    event = read("message")
    assert event.kind is EventKind.MESSAGE
    assert event.text == "Please make the lid dishwasher-safe"
    assert event.author == Author(id="70000001", name="Ada Brook")
    assert (event.channel, event.conversation, event.message) == (GROUP, GROUP, "41")
    assert event.occurred_at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert (event.thread, event.reply_to, event.private) == (None, None, False)
    assert event.raw == (FIXTURES / "message.json").read_bytes()


def test_an_edit_is_an_event_of_its_own_about_the_same_message() -> None:
    said, edited = read("message"), read("edited_message")
    assert edited.kind is EventKind.EDIT
    assert edited.message == said.message
    assert edited.dedupe_key != said.dedupe_key
    assert edited.occurred_at == datetime(2026, 3, 2, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("reply_in_topic", "thread", "topic:7"),  # the topic, not the message that is answered
        ("reply_in_topic", "reply_to", "41"),
        ("reply_in_topic", "conversation", f"{GROUP}:topic:7"),
        ("private_photo", "private", True),
        ("private_photo", "text", "The handle snapped"),  # what stands below the picture
        ("channel_post", "author", Author(id="-1009876543210", name="The shop", is_self=True)),
        ("callback_query", "kind", EventKind.BUTTON),
        ("callback_query", "data", {"value": "person"}),
        ("callback_query", "reply_to", "41"),
        ("my_chat_member", "kind", EventKind.MEMBER_LEFT),
    ],
)
def test_what_becomes_of_a_field(name: str, field: str, value: Any) -> None:
    assert getattr(read(name), field) == value


def test_our_own_bot_is_known_by_its_id() -> None:
    author = read("message", account="70000001").author
    assert author is not None
    assert author.is_self


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not JSON",
        b"[]",
        b"{}",
        b'{"update_id": "x"}',
        b'{"update_id": 1, "message": {"message_id": 1}}',
        b'{"update_id": 1, "message": {"message_id": 1, "date": 1e300, "chat": {}}}',
        b'{"update_id": 1, "message": {"message_id": 1, "date": 99999999999999999, '
        b'"chat": {"id": 1, "type": "private"}}}',
    ],
)
def test_what_is_not_as_documented_is_kept_and_never_an_error(raw: bytes) -> None:
    event = translate(raw, account="99")
    assert isinstance(event, NotUnderstood)
    assert event.raw == raw
    assert "Telegram" in event.reason


@given(st.binary())
def test_nothing_that_arrives_is_an_error(raw: bytes) -> None:
    assert translate(raw, account="99").raw == raw

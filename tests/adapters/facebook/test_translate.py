"""What Facebook tells us in our own words, from what its documentation shows."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.facebook.translate import translate
from bot.networks import Author, EventKind, InboundEvent, Media, NotUnderstood

FIXTURES = Path(__file__).parent.parent / "fixtures" / "facebook"
PAGE, POST, COMMENT = "1029384756", "1029384756_7001", "7001_7002"
MID = "m_8KLtvFAKEabcdef0123456789"
ADA, ADA_HERE = Author(id="5000001", name="Ada Brook"), Author(id="5000001")
BEN = Author(id="5000002", name="Ben")
US = Author(id=PAGE, name="Fern & Kettle", is_self=True)
PRIVATE = f"{PAGE}:5000001"
WHO = "5000001"
NOON = 1772442000


def read(name: str) -> InboundEvent:
    [event] = translate((FIXTURES / f"{name}.json").read_bytes(), page=PAGE)
    assert isinstance(event, InboundEvent)
    return event


K = EventKind
KINDS = [
    # fixture, kind, author, thread, reply_to, message, dedupe key
    ("comment_added", K.MESSAGE, ADA, POST, POST, COMMENT, f"{COMMENT}:message"),
    ("comment_reply_added", K.MESSAGE, BEN, POST, COMMENT, "7001_7003", "7001_7003:message"),
    ("comment_by_the_page", K.MESSAGE, US, POST, POST, COMMENT, f"{COMMENT}:message"),
    ("comment_without_from", K.MESSAGE, None, POST, POST, COMMENT, f"{COMMENT}:message"),
    ("comment_with_photo", K.MESSAGE, ADA, POST, POST, COMMENT, f"{COMMENT}:message"),
    ("comment_with_video", K.MESSAGE, ADA, POST, POST, COMMENT, f"{COMMENT}:message"),
    ("comment_edited", K.EDIT, ADA, POST, POST, COMMENT, f"{COMMENT}:edit:{NOON}:"),
    ("comment_removed", K.DELETE, ADA, POST, POST, COMMENT, f"{COMMENT}:delete"),
    ("comment_hidden", K.HIDDEN, US, POST, POST, COMMENT, f"{COMMENT}:hidden:{NOON}:"),
    ("comment_unhidden", K.IGNORED, None, None, None, None, ""),
    ("comment_half_a_smile", K.MESSAGE, ADA, POST, POST, COMMENT, f"{COMMENT}:message"),
    ("status_by_the_page", K.MESSAGE, US, None, None, POST, f"{POST}:message"),
    ("post_by_a_visitor", K.MESSAGE, ADA, None, None, f"{PAGE}_7009", f"{PAGE}_7009:message"),
    ("post_edited", K.EDIT, US, None, None, POST, f"{POST}:edit:{NOON}:"),
    ("post_removed", K.DELETE, US, None, None, POST, f"{POST}:delete"),
    ("post_hidden", K.HIDDEN, US, None, None, POST, f"{POST}:hidden:{NOON}:"),
    ("photo_added", K.MESSAGE, US, None, None, POST, f"{POST}:message"),
    ("album_added", K.MESSAGE, ADA, None, None, f"{PAGE}_7011", f"{PAGE}_7011:message"),
    ("video_added", K.MESSAGE, US, None, None, POST, f"{POST}:message"),
    ("share_added", K.MESSAGE, ADA, None, None, f"{PAGE}_7013", f"{PAGE}_7013:message"),
    ("reaction_added", K.REACTION, ADA, POST, None, POST, f"{POST}:reaction:{WHO}:love:{NOON}"),
    ("reaction_changed", K.REACTION, ADA, POST, None, POST, f"{POST}:reaction:{WHO}:haha:"),
    ("reaction_removed", K.REACTION_REMOVED, ADA, POST, None, POST, f"{POST}:reaction_removed:"),
    ("reaction_to_a_comment", K.REACTION, ADA, POST, None, COMMENT, f"{COMMENT}:reaction:"),
    ("like_of_old", K.REACTION, ADA, POST, None, POST, f"{POST}:reaction:{WHO}:like:{NOON}"),
    ("page_liked", K.IGNORED, None, None, None, None, ""),
    ("other_field", K.IGNORED, None, None, None, None, ""),
    ("another_page", K.IGNORED, None, None, None, None, ""),
    ("message", K.MESSAGE, ADA_HERE, None, None, MID, f"{MID}:message"),
    ("message_reply", K.MESSAGE, ADA_HERE, None, "m_before", MID, f"{MID}:message"),
    ("message_quick_reply", K.BUTTON, ADA_HERE, None, None, MID, f"{MID}:message"),
    ("message_with_attachments", K.MESSAGE, ADA_HERE, None, None, MID, f"{MID}:message"),
    ("message_typed_command", K.COMMAND, ADA_HERE, None, None, MID, f"{MID}:message"),
    ("message_sticker", K.MESSAGE, ADA_HERE, None, None, MID, f"{MID}:message"),
    ("message_unsent", K.DELETE, ADA_HERE, None, None, MID, f"{MID}:delete"),
    ("message_echo", K.MESSAGE, Author(id=PAGE, is_self=True), None, None, MID, f"{MID}:message"),
    ("message_edited", K.EDIT, ADA_HERE, None, None, MID, f"{MID}:edit:1"),
    ("postback_get_started", K.COMMAND, ADA_HERE, None, None, MID, f"{MID}:message"),
    ("postback_menu", K.COMMAND, ADA_HERE, None, None, None, f"5000001:{NOON}007:"),
    ("postback_button", K.BUTTON, ADA_HERE, None, None, MID, f"{MID}:message"),
    ("message_reaction", K.REACTION, ADA_HERE, None, None, MID, f"{MID}:reaction:{WHO}:"),
    ("message_reaction_removed", K.REACTION_REMOVED, ADA_HERE, None, None, MID, f"{MID}:reaction_"),
    ("message_read", K.IGNORED, None, None, None, None, ""),
    ("message_delivered", K.IGNORED, None, None, None, None, ""),
    ("optin", K.IGNORED, None, None, None, None, ""),
    ("standby", K.IGNORED, None, None, None, None, ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind", "author", "thread", "reply_to", "message", "key"),
    KINDS,
    ids=[row[0] for row in KINDS],
)
def test_an_event_becomes(
    name: str,
    kind: EventKind,
    author: Author | None,
    thread: str | None,
    reply_to: str | None,
    message: str | None,
    key: str,
) -> None:
    event = read(name)
    assert event.kind is kind
    assert (event.author, event.message) == (author, message)
    assert (event.thread, event.reply_to) == (thread, reply_to)
    assert event.dedupe_key.startswith(key)
    assert (event.network, event.account, event.channel) == ("facebook", PAGE, PAGE)
    assert event.occurred_at.replace(microsecond=0) == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_every_fixture_is_in_the_table() -> None:
    assert {path.stem for path in FIXTURES.glob("*.json")} == {row[0] for row in KINDS}


@pytest.mark.parametrize(
    ("name", "what", "value"),
    [
        ("comment_added", "text", "please make the lid dishwasher-safe"),
        ("comment_added", "conversation", POST),
        ("comment_added", "private", False),
        ("comment_reply_added", "conversation", POST),  # in order with the comment above it
        ("comment_half_a_smile", "text", "nice \ufffd lid"),
        (
            "comment_with_photo",
            "media",
            (Media(url="https://scontent.example/1.jpg", type="image/*"),),
        ),
        ("status_by_the_page", "conversation", POST),
        ("reaction_added", "data", {"emoji": "\u2764"}),
        ("reaction_to_a_comment", "data", {"emoji": "\U0001f44d"}),
        ("message", "conversation", PRIVATE),
        ("message", "private", True),
        ("message_echo", "conversation", PRIVATE),  # with whom, not by whom
        ("message_quick_reply", "data", {"value": "answer:yes"}),
        ("message_quick_reply", "text", "Yes"),
        ("message_typed_command", "data", {"command": "status"}),
        ("message_typed_command", "text", "lid cup"),
        ("postback_get_started", "data", {"command": "start"}),
        ("postback_get_started", "text", ""),
        ("postback_menu", "data", {"command": "help"}),
        ("postback_button", "data", {"value": "person"}),
        ("message_reaction", "data", {"emoji": "❤"}),
        (
            "message_with_attachments",
            "media",
            (Media(url="https://scontent.example/5.jpg", type="image/*"),),
        ),
    ],
)
def test_what_becomes_of_a_field(name: str, what: str, value: Any) -> None:
    assert getattr(read(name), what) == value


def batched(*names: str) -> bytes:
    entries = [
        entry
        for name in names
        for entry in json.loads((FIXTURES / f"{name}.json").read_bytes())["entry"]
    ]
    return json.dumps({"object": "page", "entry": entries}).encode()


def test_a_batch_becomes_an_event_each_which_reads_the_same_alone() -> None:
    events = translate(batched("comment_added", "message", "reaction_added"), page=PAGE)
    assert [event.dedupe_key for event in events] == [
        read(name).dedupe_key for name in ("comment_added", "message", "reaction_added")
    ]
    for event in events:
        assert translate(event.raw, page=PAGE) == [event]


def test_an_edit_back_to_an_earlier_text_is_not_the_earlier_edit() -> None:
    edited = json.loads((FIXTURES / "comment_edited.json").read_bytes())
    keys = []
    for text, at in (("a", 1), ("b", 2), ("a", 3)):
        edited["entry"][0]["changes"][0]["value"] |= {"message": text, "created_time": at}
        [event] = translate(json.dumps(edited).encode(), page=PAGE)
        keys.append(event.dedupe_key)
    assert len(set(keys)) == 3


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not JSON",
        b"[]",
        b"[" * 100_000,
        b'{"object": "page"}',
        b'{"object": "page", "entry": [7]}',
        b'{"object": "page", "entry": [{"id": "1029384756", "changes": [7]}]}',
        b'{"object": "page", "entry": [{"id": "1029384756", "changes": [{"field": "feed"}]}]}',
        b'{"object": "page", "entry": [{"id": "1029384756", "time": 1e300, "messaging": [{}]}]}',
        b'{"object": "page", "entry": [{"id": "1029384756", "changes": [{"field": "feed", "value": '
        b'{"item": "comment", "verb": "add", "comment_id": "1_2", "created_time": "soon"}}]}]}',
        b'{"object": "page", "entry": [{"id": "1029384756", "changes": [{"field": "feed", "value": '
        b'{"item": "comment", "verb": "add", "comment_id": "1_2", "created_time": 1e18}}]}]}',
    ],
)
def test_what_is_not_as_documented_is_kept_and_never_an_error(body: bytes) -> None:
    [event] = translate(body, page=PAGE)
    assert isinstance(event, NotUnderstood)
    assert "not as documented" in event.reason


@given(st.binary())
def test_nothing_that_arrives_is_an_error(body: bytes) -> None:
    for event in translate(body, page=PAGE):
        assert isinstance(event, InboundEvent | NotUnderstood)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
NAMES = st.sampled_from(
    "item verb post_id comment_id parent_id message from id name created_time reaction_type photos "
    "sender recipient timestamp mid text postback payload quick_reply attachments reaction".split()
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=15,
)


@given(value=st.dictionaries(NAMES, JSON, max_size=8), part=st.sampled_from(["feed", "messaging"]))
def test_no_value_in_an_event_is_an_error(value: dict[str, Any], part: str) -> None:
    one = {"field": "feed", "value": {"item": "comment", "verb": "add", **value}}
    entry = {"id": PAGE, "time": 1, **({"changes": [one]} if part == "feed" else {part: [value]})}
    body = json.dumps({"object": "page", "entry": [entry]}).encode()
    [event] = translate(body, page=PAGE)
    assert isinstance(event, InboundEvent | NotUnderstood)

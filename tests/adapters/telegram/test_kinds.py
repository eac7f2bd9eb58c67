"""Every kind of update that the documentation shows, and what it is to us: one row each."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.telegram.translate import heard, query_of, translate
from adapters.telegram.updates import ALLOWED, number, split
from bot.networks import EventKind, InboundEvent, NotUnderstood

FIXTURES = Path(__file__).parent.parent / "fixtures" / "telegram"
GROUP, CHANNEL, TALK, OLD = "-1001234567890", "-1009876543210", "-1005550001111", "-4000111"
ADA, BEN, US = "70000001", "70000002", "99"
SAID, EDIT, COMMAND, IGNORED = (
    EventKind.MESSAGE,
    EventKind.EDIT,
    EventKind.COMMAND,
    EventKind.IGNORED,
)

# Fixture, kind, channel, author, and whatever else tells.
KINDS: list[tuple[str, EventKind, str, str | None, dict[str, Any]]] = [
    ("message", SAID, GROUP, ADA, {"data": {"name": "Friends of the shop"}}),
    ("reply", SAID, GROUP, BEN, {"reply_to": "41", "thread": "41"}),
    ("private_message", SAID, ADA, ADA, {"private": True, "data": {}}),
    ("command", COMMAND, GROUP, ADA, {"text": "a lid that locks", "command": "suggest"}),
    ("command_for_us", COMMAND, GROUP, ADA, {"text": "a lid\nthat locks", "command": "suggest"}),
    ("command_for_another_bot", IGNORED, GROUP, ADA, {}),
    ("start_with_deep_link", COMMAND, ADA, ADA, {"text": "post42", "command": "start"}),
    ("slash_that_is_no_command", SAID, GROUP, ADA, {"text": "/ or \\, which is right?"}),
    ("photo_with_caption", SAID, GROUP, ADA, {"file": "telegram:LARGE image/jpeg"}),
    ("private_photo", SAID, "70000003", "70000003", {"private": True}),
    ("video", SAID, GROUP, ADA, {"text": "Listen to it rattle"}),
    ("animation", SAID, GROUP, ADA, {"files": 1}),
    ("document", SAID, GROUP, ADA, {"files": 1, "text": ""}),
    ("voice", SAID, GROUP, ADA, {"files": 1}),
    ("sticker", SAID, GROUP, ADA, {"files": 1}),
    ("location", IGNORED, GROUP, ADA, {}),
    ("album_first", SAID, GROUP, ADA, {"conversation": f"{GROUP}:album:13500000001"}),
    ("album_second", SAID, GROUP, ADA, {"conversation": f"{GROUP}:album:13500000001"}),
    ("edited_message", EDIT, GROUP, ADA, {"message": "41"}),
    ("edited_caption", EDIT, GROUP, ADA, {"text": "The lid leaks here, too"}),
    ("channel_post", SAID, CHANNEL, CHANNEL, {"is_self": True}),
    ("edited_channel_post", EDIT, CHANNEL, CHANNEL, {"is_self": True}),
    ("post_in_discussion", IGNORED, TALK, CHANNEL, {"dedupe_key": f"post:{TALK}:81"}),
    ("comment", SAID, TALK, ADA, {"origin": {"channel": CHANNEL, "message": "12"}}),
    ("comment_on_comment", SAID, TALK, BEN, {"about": f"post:{TALK}:81", "thread": "81"}),
    ("forward_by_a_person", SAID, TALK, ADA, {"origin": None}),
    ("anonymous_admin", SAID, GROUP, GROUP, {"is_self": False}),
    ("reply_in_topic", SAID, GROUP, BEN, {"thread": "topic:7", "reply_to": "41", "about": None}),
    ("first_in_topic", SAID, GROUP, ADA, {"thread": "topic:7", "reply_to": None}),
    ("topic_created", IGNORED, GROUP, ADA, {}),
    ("from_a_bot", SAID, GROUP, "5", {"is_self": False}),
    ("from_us", SAID, GROUP, US, {"is_self": True}),
    ("new_members", IGNORED, GROUP, ADA, {}),
    ("migrated", EventKind.CHANNEL_MOVED, OLD, None, {"to": GROUP}),
    ("migrated_from", IGNORED, GROUP, ADA, {}),
    ("reaction", EventKind.REACTION, GROUP, BEN, {"emoji": "👍", "reply_to": "41"}),
    ("reaction_removed", EventKind.REACTION_REMOVED, GROUP, BEN, {"emoji": "👍"}),
    ("reaction_changed", EventKind.REACTION, GROUP, BEN, {"emoji": "👎"}),
    (
        "reaction_custom",
        EventKind.REACTION,
        GROUP,
        CHANNEL,
        {"emoji": "custom:536"},
    ),
    ("reaction_paid", EventKind.REACTION, GROUP, BEN, {"emoji": "⭐"}),
    (
        "poll_answer",
        EventKind.POLL_VOTE,
        "",
        BEN,
        {"options": [0, 2], "about": "poll:51"},
    ),
    ("poll_answer_taken_back", EventKind.POLL_VOTE, "", BEN, {"options": []}),
    ("poll_by_a_person", IGNORED, GROUP, ADA, {}),
    ("callback_query", EventKind.BUTTON, GROUP, ADA, {"value": "person", "message": "41"}),
    ("button_below_something_old", EventKind.BUTTON, ADA, ADA, {"value": "yes"}),
    (
        "button_below_a_channels_post",
        EventKind.BUTTON,
        BEN,
        BEN,
        {"private": True, "origin": {"channel": CHANNEL, "message": "12"}, "reply_to": None},
    ),
    ("button_of_an_inline_message", IGNORED, "", None, {}),
    ("my_chat_member", EventKind.MEMBER_LEFT, "70000003", "70000003", {"private": True}),
    ("unblocked", EventKind.MEMBER_JOINED, ADA, ADA, {"private": True}),
    ("bot_added", EventKind.MEMBER_JOINED, GROUP, US, {"is_self": True}),
    ("bot_made_admin", IGNORED, GROUP, US, {"is_self": True}),
    ("bot_removed", EventKind.MEMBER_LEFT, GROUP, US, {"is_self": True}),
    ("member_joined", EventKind.MEMBER_JOINED, GROUP, BEN, {}),
    ("member_left", EventKind.MEMBER_LEFT, GROUP, BEN, {}),
    ("member_restricted", IGNORED, GROUP, BEN, {}),
    ("inline_query", IGNORED, "", None, {}),
]


def test_every_fixture_has_its_row() -> None:
    assert {row[0] for row in KINDS} == {path.stem for path in FIXTURES.glob("*.json")}


@pytest.mark.parametrize(("name", "kind", "channel", "author", "more"), KINDS)
def test_what_an_update_is_to_us(
    name: str, kind: EventKind, channel: str, author: str | None, more: dict[str, Any]
) -> None:
    raw = (FIXTURES / f"{name}.json").read_bytes()
    event = translate(raw, account=US, username="fernbot")
    assert isinstance(event, InboundEvent)
    assert (event.kind, event.channel) == (kind, channel)
    assert event.author is None if author is None else event.author and event.author.id == author
    assert event.raw == raw
    assert more.get("dedupe_key", str(json.loads(raw)["update_id"])) == event.dedupe_key
    for field, value in more.items():
        assert _of(event, field) == value, field


def _of(event: InboundEvent, field: str) -> Any:
    match field:
        case "is_self":
            return event.author is not None and event.author.is_self
        case "files":
            return len(event.media)
        case "file":
            return f"{event.media[0].url} {event.media[0].type}"
    return getattr(event, field) if hasattr(event, field) else event.data.get(field)


def test_a_changed_reaction_is_one_more_and_one_less() -> None:
    raw = (FIXTURES / "reaction_changed.json").read_bytes()
    events = [event for event in heard(raw, account=US) if isinstance(event, InboundEvent)]
    assert [(event.kind, event.data["emoji"]) for event in events] == [
        (EventKind.REACTION, "👎"),
        (EventKind.REACTION_REMOVED, "👍"),
    ]
    assert len({event.dedupe_key for event in events}) == 2


def test_all_that_we_read_is_asked_for() -> None:
    assert {"message_reaction", "chat_member", "my_chat_member", "poll_answer"} <= set(ALLOWED)


def test_an_answer_is_split_into_its_very_bytes() -> None:
    raws = [path.read_bytes().strip() for path in FIXTURES.glob("*.json")]
    assert split(b'{"ok": true, "result": [' + b" ,\n".join(raws) + b"]}") == raws


@pytest.mark.parametrize("body", [b"", b"{}", b'{"ok": true}', b"<html>", b"[" * 100_000])
def test_an_answer_that_is_none_is_said_to_be_so(body: bytes) -> None:
    with pytest.raises(ValueError):
        split(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*ALLOWED, "from", "chat", "id", "type", "date", "message_id", "user"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(update=st.dictionaries(st.sampled_from(["update_id", *ALLOWED]), JSON, max_size=4))
def test_whatever_an_update_holds_is_kept_and_never_an_error(update: dict[str, Any]) -> None:
    raw = json.dumps(update).encode()
    events = heard(raw, account=US)
    assert events
    assert all(isinstance(event, InboundEvent | NotUnderstood) for event in events)
    assert all(event.raw == raw for event in events)
    query_of(raw)
    number(raw)


@given(name=st.sampled_from([row[0] for row in KINDS]), data=st.data())
def test_a_damaged_update_is_kept_and_never_an_error(name: str, data: st.DataObject) -> None:
    update = json.loads((FIXTURES / f"{name}.json").read_bytes())
    part: Any = update
    for _ in range(data.draw(st.integers(0, 3))):
        if not isinstance(part, dict) or not part:
            break
        key = data.draw(st.sampled_from(sorted(part)))
        if not isinstance(part[key], dict) or data.draw(st.booleans()):
            part[key] = data.draw(JSON)
            break
        part = part[key]
    raw = json.dumps(update).encode()
    assert all(event.raw == raw for event in heard(raw, account=US))

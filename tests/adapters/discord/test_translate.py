"""What Discord tells, in our words. Thread 30 is in channel 20; our own id is 1."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.translate import nonce, plain, translate
from bot.networks import EventKind, InboundEvent, NotUnderstood
from bot.networks.port import Event

FIXTURES = Path(__file__).parents[1] / "fixtures" / "discord"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
K = EventKind
LID = "a better lid"

# fixture: kind, author, channel, thread, reply_to, dedupe key, text
TABLE: dict[str, tuple[EventKind, str | None, str, str | None, str | None, str, str]] = {
    "message": (K.MESSAGE, "Ada", "20", None, None, "message:900", LID),
    "message_reply": (K.MESSAGE, "Ada", "20", None, "800", "message:900", LID),
    "message_in_thread": (K.MESSAGE, "Ada", "20", "30", "30", "message:900", LID),
    "message_forum_starter": (K.MESSAGE, "Ada", "20", "30", None, "message:30", LID),
    "message_reply_in_thread": (K.MESSAGE, "Ada", "20", "30", "801", "message:900", LID),
    "message_private": (K.MESSAGE, "Ada", "40", None, None, "message:900", LID),
    "message_with_nick": (K.MESSAGE, "Countess", "20", None, None, "message:900", LID),
    "message_with_picture": (K.MESSAGE, "Ada", "20", None, None, "message:900", ""),
    "message_own": (K.MESSAGE, "hubbub", "20", None, None, "message:900", LID),
    "message_other_bot": (K.MESSAGE, "otherbot", "20", None, None, "message:900", LID),
    "message_webhook": (K.MESSAGE, "otherbot", "20", None, None, "message:900", LID),
    "message_poll": (K.MESSAGE, "Ada", "20", None, None, "message:900", ""),
    "edit": (
        *(K.EDIT, "Ada", "20", None, None),
        "edit:900:2026-03-02T09:05:00.000000+00:00",
        "a much better lid",
    ),
    "edit_in_thread": (
        *(K.EDIT, "Ada", "20", "30", "30"),
        "edit:900:2026-03-02T09:05:00.000000+00:00",
        "a much better lid",
    ),
    "delete": (K.DELETE, None, "20", None, None, "delete:900", ""),
    "delete_in_thread": (K.DELETE, None, "20", "30", None, "delete:900", ""),
    "reaction": (K.REACTION, "Ada", "20", None, None, "reaction:900:100:👍:", ""),
    "reaction_own_emoji": (K.REACTION, "", "20", None, None, "reaction:900:100:55:", ""),
    "reaction_private": (K.REACTION, "", "40", None, None, "reaction:900:100:👍:", ""),
    "reaction_removed": (
        *(K.REACTION_REMOVED, "", "20", None, None),
        "reaction_removed:900:100:👍:",
        "",
    ),
    "vote": (K.POLL_VOTE, "", "20", None, None, "vote:900:100:2:", ""),
    "vote_taken_back": (K.POLL_VOTE, "", "20", None, None, "unvote:900:100:2:", ""),
    "command": (K.COMMAND, "Ada", "20", None, None, "interaction:950", ""),
    "command_with_words": (
        *(K.COMMAND, "Ada", "20", None, None),
        "interaction:950",
        "Trail Mug a better lid",
    ),
    "command_private": (K.COMMAND, "Ada", "40", None, None, "interaction:950", ""),
    "command_in_thread": (K.COMMAND, "Ada", "20", "30", None, "interaction:950", ""),
    "menu": (K.COMMAND, "Ada", "20", None, "900", "interaction:950", LID),
    "form": (K.COMMAND, "Ada", "20", None, None, "interaction:950", "Trail Mug a better lid"),
    "button": (K.BUTTON, "Ada", "20", None, "900", "interaction:950", ""),
    "member_joined": (
        *(K.MEMBER_JOINED, "Ada", "10", None, None),
        "member_joined:10:100:2026-01-01T00:00:00+00:00",
        "",
    ),
    "member_left": (K.MEMBER_LEFT, "Ada", "10", None, None, "member_left:10:100:", ""),
}
DATA: dict[str, dict[str, Any]] = {
    "reaction": {"emoji": "👍"},
    "reaction_own_emoji": {"emoji": "lid"},
    "vote": {"options": [1]},
    "vote_taken_back": {"options": []},
    "command": {"command": "ideas"},
    "menu": {"command": "suggest"},
    "form": {"command": "suggest"},
    "button": {"value": "vote:1"},
}
OF_NO_USE = {"message_pinned", "edit_preview_only", "command_without_words", "completion"}


def read(fixture: str) -> Event | None:
    raw = json.loads((FIXTURES / f"{fixture}.json").read_text("utf-8"))
    return translate("shop", raw["t"], raw["d"], me="1", parents={"30": "20"}, now=NOW)


def heard(fixture: str) -> InboundEvent:
    event = read(fixture)
    assert isinstance(event, InboundEvent), event
    return event


@pytest.mark.parametrize("fixture", TABLE)
def test_an_event_is_translated(fixture: str) -> None:
    event = heard(fixture)
    name = event.author.name if event.author else None
    where = (event.kind, name, event.channel, event.thread, event.reply_to)
    assert (*where, event.dedupe_key, event.text) == TABLE[fixture]
    if fixture in DATA:
        assert dict(event.data) == DATA[fixture]


def test_every_fixture_is_in_the_table() -> None:
    known = {*TABLE, *OF_NO_USE, "presence", "message_broken"}
    assert {path.stem for path in FIXTURES.glob("*.json")} == known


@pytest.mark.parametrize("fixture", sorted(OF_NO_USE | {"presence"}))
def test_what_is_of_no_use_is_left_out(fixture: str) -> None:
    assert read(fixture) is None


def test_what_cannot_be_read_is_kept_for_people() -> None:
    event = read("message_broken")
    assert isinstance(event, NotUnderstood)
    assert json.loads(event.raw)["author"] == 3


def test_who_is_we_who_is_a_bot_and_what_is_private() -> None:
    own, other = heard("message_own").author, heard("message_other_bot").author
    assert own and (own.is_self, own.is_bot) == (True, True)
    assert other and (other.is_self, other.is_bot) == (False, True)
    assert [heard(f).private for f in ("message", "message_private", "command_private")] == [
        False,
        True,
        True,
    ]
    [picture] = heard("message_with_picture").media
    assert (picture.type, picture.alt) == ("image/png", "A lid")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=10,
)
NAMES = sorted({json.loads(p.read_text("utf-8"))["t"] for p in FIXTURES.glob("*.json")})


@given(name=st.sampled_from(NAMES), data=JSON, fixture=st.sampled_from(sorted(TABLE)))
def test_translating_never_raises(name: str, data: Any, fixture: str) -> None:
    whole = json.loads((FIXTURES / f"{fixture}.json").read_text("utf-8"))["d"]
    mixed = {**whole, **data} if isinstance(data, dict) else data
    for given_ in (data, mixed, {**whole, "author": data, "data": data, "emoji": data}):
        event = translate("shop", name, given_, me="1", parents={}, now=NOW)
        assert event is None or isinstance(event, InboundEvent | NotUnderstood)


@given(key=st.text(max_size=300))
def test_a_nonce_fits_and_stays(key: str) -> None:
    assert len(nonce(key)) <= 25
    assert nonce(key) == nonce(key)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1. first", r"1\. first"),
        ("> quoted", r"\> quoted"),
        ("- a\n# b", "\\- a\n\\# b"),
        ("see https://a.example/b_c_d", "see https://a.example/b_c_d"),
        ("<@!1> <#2> <t:3>", r"\<@!1> \<#2> \<t:3>"),
        ("||spoiler|| `code`", r"\|\|spoiler\|\| \`code\`"),
    ],
)
def test_plain_text_stays_plain(text: str, shown: str) -> None:
    assert plain(text) == shown

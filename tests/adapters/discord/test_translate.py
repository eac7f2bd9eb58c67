"""From what Discord sends to our own words: a table of its events, and anything at all."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.translate import moment, snowflake, translate
from adapters.discord.world import World
from bot.networks import EventKind, InboundEvent, NotUnderstood
from bot.networks.port import Event

FIXTURES = Path(__file__).parents[1] / "fixtures" / "discord"
ME = "700000000000000001"
CHANNEL, THREAD, PRIVATE = "290926798999357250", "290926798999357300", "319674150115610528"
MESSAGE, ADA = "334385199974967042", "53908232506183680"
ASKED = "interaction:786008729715212338"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)

NO = None
# fixture: kind, author, channel, thread, message, reply_to, dedupe key, text, data
TABLE: dict[str, list[Any]] = {
    "message": [
        EventKind.MESSAGE,
        "Ada",
        CHANNEL,
        NO,
        MESSAGE,
        NO,
        f"message:{MESSAGE}",
        "Supa Hot",
    ],
    "message_with_nick": [EventKind.MESSAGE, "Lady Ada", CHANNEL, NO, MESSAGE, NO],
    "reply": [EventKind.MESSAGE, "Ada", CHANNEL, NO, MESSAGE, "306588351130107906"],
    "reply_to_deleted": [EventKind.MESSAGE, "Ada", CHANNEL, NO, MESSAGE, "306588351130107906"],
    "in_thread": [EventKind.MESSAGE, "Ada", CHANNEL, THREAD, MESSAGE, THREAD],
    "reply_in_thread": [EventKind.MESSAGE, "Ada", CHANNEL, THREAD, MESSAGE, "306588351130107906"],
    "forum_post": [EventKind.MESSAGE, "Ada", CHANNEL, THREAD, THREAD, NO, f"message:{THREAD}"],
    "private_message": [EventKind.MESSAGE, "Ada", PRIVATE, NO, MESSAGE, NO],
    "with_attachments": [EventKind.MESSAGE, "Ada", CHANNEL, NO, MESSAGE, NO],
    "from_us": [EventKind.MESSAGE, "fern", CHANNEL, NO, MESSAGE, NO],
    "from_a_bot": [EventKind.MESSAGE, "helper", CHANNEL, NO, MESSAGE, NO],
    "from_a_webhook": [EventKind.MESSAGE, "News", CHANNEL, NO, MESSAGE, NO],
    "poll_by_a_person": [
        EventKind.MESSAGE,
        "Ada",
        CHANNEL,
        NO,
        MESSAGE,
        NO,
        f"message:{MESSAGE}",
        "Which lid?",
    ],
    "edited": [
        *(EventKind.EDIT, "Ada", CHANNEL, NO, MESSAGE, NO),
        *(f"edit:{MESSAGE}:2017-07-11T18:00:00.000000+00:00", "Supa Hot lid"),
    ],
    "edited_in_thread": [EventKind.EDIT, "Ada", CHANNEL, THREAD, MESSAGE, THREAD],
    "deleted": [EventKind.DELETE, NO, CHANNEL, NO, MESSAGE, NO, f"delete:{MESSAGE}", ""],
    "deleted_in_thread": [EventKind.DELETE, NO, CHANNEL, THREAD, MESSAGE, NO],
    "deleted_many": [EventKind.DELETE, NO, CHANNEL, NO, MESSAGE, NO, f"delete:{MESSAGE}", ""],
    "reaction": [
        *(EventKind.REACTION, "Ada", CHANNEL, NO, MESSAGE, MESSAGE),
        *(f"reaction:{MESSAGE}:{ADA}:🔥:session:7", "", {"emoji": "🔥"}),
    ],
    "reaction_custom": [
        *(EventKind.REACTION, "Ada", CHANNEL, NO, MESSAGE, MESSAGE),
        *(f"reaction:{MESSAGE}:{ADA}:41771983429993937:session:7", "", {"emoji": "lid"}),
    ],
    "reaction_in_private": [EventKind.REACTION, "", CHANNEL, NO, MESSAGE, MESSAGE],
    "reaction_removed": [
        *(EventKind.REACTION_REMOVED, "", CHANNEL, NO, MESSAGE, MESSAGE),
        *(f"reaction_removed:{MESSAGE}:{ADA}:🔥:session:7", "", {"emoji": "🔥"}),
    ],
    "vote": [
        *(EventKind.POLL_VOTE, "", CHANNEL, NO, MESSAGE, MESSAGE),
        *(f"vote:{MESSAGE}:{ADA}:2:session:7", "", {"options": [1]}),
    ],
    "vote_taken_back": [
        *(EventKind.POLL_VOTE, "", CHANNEL, NO, MESSAGE, MESSAGE),
        *(f"unvote:{MESSAGE}:{ADA}:2:session:7", "", {"options": []}),
    ],
    "command": [
        *(EventKind.COMMAND, "Ada", CHANNEL, NO, ASKED, NO, ASKED),
        *("", {"command": "help"}),
    ],
    "command_with_words": [
        *(EventKind.COMMAND, "Ada", CHANNEL, NO, ASKED, NO, ASKED),
        *("Trail Lid Cup make it blue", {"command": "suggest"}),
    ],
    "command_in_private": [
        *(EventKind.COMMAND, "Ada", PRIVATE, NO, ASKED, NO, ASKED),
        *("export", {"command": "mydata"}),
    ],
    "menu_of_a_message": [
        *(EventKind.COMMAND, "Ada", CHANNEL, NO, ASKED, "867793854505943041", ASKED),
        *("The lid leaks", {"command": "suggest"}),
    ],
    "button": [
        *(EventKind.BUTTON, "Ada", CHANNEL, NO, ASKED, MESSAGE, ASKED),
        *("", {"value": "voice:0197"}),
    ],
    "button_in_thread": [
        *(EventKind.BUTTON, "Ada", CHANNEL, THREAD, ASKED, MESSAGE, ASKED),
        *("", {"value": "erase:0197"}),
    ],
    "choice": [
        *(EventKind.BUTTON, "Ada", CHANNEL, NO, ASKED, MESSAGE, ASKED),
        *("", {"value": "voice:0198"}),
    ],
    "form": [
        *(EventKind.COMMAND, "Ada", CHANNEL, NO, ASKED, NO, ASKED),
        *("Ember Pan a longer handle", {"command": "suggest"}),
    ],
    "form_of_old": [
        *(EventKind.COMMAND, "Ada", CHANNEL, NO, ASKED, NO, ASKED),
        *("a longer handle", {"command": "suggest"}),
    ],
    "member_joined": [EventKind.MEMBER_JOINED, "Ada", "290926798626357999", NO, NO, NO],
    "member_left": [EventKind.MEMBER_LEFT, "Ada", "290926798626357999", NO, NO, NO],
}
OF_NO_USE = (
    "pinned member_greeted thread_created_note poll_result preview_added reactions_cleared "
    "command_without_words autocomplete ping typing thread_opened channel_made presence"
).split()


def read(name: str, data: Any) -> list[Event]:
    world = World(parents={THREAD: CHANNEL})
    return translate("us", name, data, me=ME, parents=world.parents, now=NOW, place="session:7")


def fixture(name: str) -> list[Event]:
    told = json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))
    return read(told["t"], told["d"])


def test_every_fixture_is_looked_at() -> None:
    names = {path.stem for path in FIXTURES.glob("*.json")}
    assert names == set(TABLE) | set(OF_NO_USE)


@pytest.mark.parametrize("name", TABLE)
def test_an_event_becomes_ours(name: str) -> None:
    event = fixture(name)[0]
    assert isinstance(event, InboundEvent)
    said = [
        event.kind,
        event.author.name if event.author else None,
        event.channel,
        event.thread,
        event.message,
        event.reply_to,
        event.dedupe_key,
        event.text,
        event.data,
    ]
    wanted = TABLE[name]
    assert said[: len(wanted)] == wanted
    assert (event.network, event.account) == ("discord", "us")
    assert event.occurred_at.tzinfo is not None


@pytest.mark.parametrize("name", OF_NO_USE)
def test_what_is_of_no_use_is_passed_over(name: str) -> None:
    assert fixture(name) == []


def test_who_speaks_is_known() -> None:
    for name, is_self, is_bot in (
        ("message", False, False),
        ("from_us", True, True),
        ("from_a_bot", False, True),
        ("from_a_webhook", False, True),
    ):
        (event,) = fixture(name)
        assert isinstance(event, InboundEvent) and event.author is not None
        assert (event.author.is_self, event.author.is_bot) == (is_self, is_bot)


def test_what_only_one_person_sees_is_private() -> None:
    for name in ("private_message", "command", "form", "menu_of_a_message", "command_in_private"):
        (event,) = fixture(name)
        assert isinstance(event, InboundEvent) and event.private
    for name in ("message", "button", "reaction", "vote"):
        (event,) = fixture(name)
        assert isinstance(event, InboundEvent) and not event.private


def test_pictures_come_with_what_they_show() -> None:
    (event,) = fixture("with_attachments")
    assert isinstance(event, InboundEvent)
    assert [(one.url, one.type, one.alt) for one in event.media] == [
        ("https://cdn.example/lid.png", "image/png", "A blue lid"),
        ("https://cdn.example/notes.bin", "application/octet-stream", ""),
    ]


def test_each_of_many_deleted_messages_is_told() -> None:
    keys = [event.dedupe_key for event in fixture("deleted_many")]
    assert keys == ["delete:334385199974967042", "delete:334385199974967043"]


def test_an_id_tells_when_it_was_made() -> None:
    """https://docs.discord.com/developers/reference#snowflakes has this one."""
    when = moment("175928847299117063")
    assert when == datetime(2016, 4, 30, 11, 18, 25, 796_000, tzinfo=UTC)
    assert int(snowflake(when)) <= 175928847299117063 < int(snowflake(when + timedelta(seconds=1)))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)
EVENTS = [json.loads(path.read_text("utf-8")) for path in sorted(FIXTURES.glob("*.json"))]


@given(name=st.sampled_from([one["t"] for one in EVENTS]), data=ANYTHING)
def test_anything_at_all_is_kept_and_never_fatal(name: str, data: Any) -> None:
    for event in read(name, data):
        assert isinstance(event, NotUnderstood)
        assert event.raw


@given(event=st.sampled_from(EVENTS), data=st.data())
def test_a_damaged_event_is_kept_and_never_fatal(event: Any, data: st.DataObject) -> None:
    told = json.loads(json.dumps(event["d"]))
    where = told
    while True:
        field = data.draw(st.sampled_from(sorted(where)))
        if not isinstance(where[field], dict) or not where[field] or data.draw(st.booleans()):
            break
        where = where[field]
    if data.draw(st.booleans()):
        del where[field]
    else:
        where[field] = data.draw(ANYTHING)
    for one in read(event["t"], told):
        assert isinstance(one, InboundEvent | NotUnderstood)
        if isinstance(one, InboundEvent):
            assert one.occurred_at.tzinfo is not None


@given(name=st.text(max_size=20), data=ANYTHING)
def test_what_the_world_is_told_may_be_anything(name: str, data: Any) -> None:
    world = World()
    for known in ("GUILD_CREATE", "CHANNEL_CREATE", "THREAD_LIST_SYNC", name):
        try:
            world.hear(known, data)
        except (LookupError, TypeError, AttributeError, ValueError):
            continue  # the adapter goes on after these, and all others
    assert isinstance(world.is_forum("1"), bool)

"""Saying each thing that can be said, as it is then seen there; every call as Telegram wants it."""

from typing import Any

import pytest

from adapters.telegram.adapter import Telegram
from bot.clock import SystemClock
from bot.errors import RateLimited, Rejected
from bot.networks import (
    Action,
    Button,
    Command,
    Content,
    EventKind,
    Media,
    MediaFile,
    MediaLimits,
    Poll,
    Services,
)
from tests.adapters.ear import Ear, wait_for
from tests.adapters.telegram.conftest import build, listening, outgoing
from tests.stand_ins.telegram import TelegramStandIn
from tests.stand_ins.telegram.chats import CHANNEL, DISCUSSION, FORUM, GROUP, person

PICTURE, FILM, GIF = (
    Media(url="media:1", type="image/png", alt="A cup"),
    Media(url="media:2", type="video/mp4"),
    Media(url="media:3", type="image/gif"),
)


async def media(one: Media, limits: MediaLimits) -> MediaFile:
    assert one.type in limits.bytes
    return MediaFile(data=one.url.encode(), type=one.type, name=f"file.{one.type[-3:]}")


COMMANDS = (
    Command(name="suggest", does="Say what could be better", words="what you wish"),
    Command(name="help", does="What can be asked here"),
)


BLUE, GREEN = Button(label="Blue", value="vote:blue"), Button(label="Green", value="vote:green")


@pytest.fixture
def adapter(server: TelegramStandIn) -> Telegram:
    return build(server, Services(clock=SystemClock(), media=media, commands=COMMANDS))


def only(server: TelegramStandIn, method: str) -> dict[str, Any]:
    (call,) = server.called(method)
    return call.asked


async def test_a_post_is_plain_and_calls_nobody(server: TelegramStandIn, adapter: Telegram) -> None:
    receipt = await adapter.send(outgoing("Ask @ada, *not* <b>us@shop.example</b> \0\ud83d"))
    asked = only(server, "sendMessage")
    assert asked["text"] == "Ask ＠ada, *not* <b>us@shop.example</b> \ufffd"
    assert "parse_mode" not in asked
    assert asked["link_preview_options"] == {"is_disabled": True}
    assert receipt.permalink == f"https://t.me/c/1000000001/{receipt.message}"


async def test_a_link_is_shown_with_a_preview(server: TelegramStandIn, adapter: Telegram) -> None:
    await adapter.send(outgoing(content=Content(text="New lids", link="https://shop.example/lids")))
    preview = only(server, "sendMessage")["link_preview_options"]
    assert preview == {"url": "https://shop.example/lids"}


@pytest.mark.parametrize(
    ("one", "method", "field"),
    [
        (PICTURE, "sendPhoto", "photo"),
        (FILM, "sendVideo", "video"),
        (GIF, "sendAnimation", "animation"),
    ],
    ids=["picture", "film", "gif"],
)
async def test_one_file_goes_up_with_its_text(
    server: TelegramStandIn, adapter: Telegram, one: Media, method: str, field: str
) -> None:
    receipt = await adapter.send(outgoing(content=Content(text="Look", media=(one,))))
    (call,) = server.called(method)
    assert call.files == {field: one.url.encode()}
    assert call.asked["caption"] == "Look"
    assert [each.id for each in server.shown()] == [receipt.message]


async def test_an_album_is_one_post_with_its_text_below(
    server: TelegramStandIn, adapter: Telegram
) -> None:
    content = Content(text="Before and after", media=(PICTURE, FILM), link="https://shop.example")
    receipt = await adapter.send(outgoing(content=content))
    (call,) = server.called("sendMediaGroup")
    assert sorted(call.files.values()) == [b"media:1", b"media:2"]
    first, second = server.shown()
    assert (first.id, second.text) == (receipt.message, "")
    assert first.text == "Before and after\n\nhttps://shop.example"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (Content(text="x", media=(PICTURE, GIF)), "GIF"),
        (
            Content(text="x", media=(PICTURE, FILM), buttons=(Button(label="a", value="b"),)),
            "quick",
        ),
        (Content(text="x", buttons=(Button(label="a", value="ä" * 33),)), "64 bytes"),
        (Content(text="", poll=Poll(question="?" * 301, options=("a", "b"))), "300"),
        (Content(text="", poll=Poll(question="?", options=("a" * 101, "b"))), "100"),
        (Content(text="", media=(PICTURE,), poll=Poll(question="?", options=("a", "b"))), "poll"),
        (Content(text="", poll=Poll(question="?", options=tuple("abcdefghijklm"))), "12"),
        (Content(text="😀" * 2049), "too long"),
        (Content(text="x" * 1025, media=(PICTURE,)), "too long"),
    ],
)
async def test_what_telegram_can_not_show_is_refused_before_it_is_sent(
    server: TelegramStandIn, adapter: Telegram, content: Content, says: str
) -> None:
    with pytest.raises(Rejected, match=says):
        await adapter.send(outgoing(content=content))
    assert server.shown() == []


async def test_a_poll_tells_who_voted_and_which_post_it_is(
    server: TelegramStandIn, adapter: Telegram, ear: Ear
) -> None:
    poll = Poll(question="Which colour?", options=("Blue", "Green"), multiple=True, hours=48)
    async with listening(adapter, ear):
        await wait_for(lambda: bool(server.called("getUpdates")))
        receipt = await adapter.send(outgoing(content=Content(text="For the lid", poll=poll)))
        asked = only(server, "sendPoll")
        assert (asked["description"], asked["is_anonymous"]) == ("For the lid", False)
        assert (asked["open_period"], asked["allows_multiple_answers"]) == (172_800, True)
        id = server.chats.messages[GROUP, int(receipt.message)]["poll"]["id"]
        server.happen(poll_answer={"poll_id": id, "user": person("ben"), "option_ids": [1]})
        vote = await ear.until(lambda one: one.kind is EventKind.POLL_VOTE)
    assert vote.data["options"] == [1]
    kept = next(one for one in ear.heard if one.dedupe_key == vote.data["about"])
    assert kept.data["origin"] == {"channel": str(GROUP), "message": receipt.message}


async def test_in_a_channel_a_poll_is_anonymous(server: TelegramStandIn, adapter: Telegram) -> None:
    poll = Poll(question="Which colour?", options=("Blue", "Green"))
    content = Content(text="", poll=poll)
    await adapter.send(outgoing(content=content, channel=str(CHANNEL)))
    assert [call.asked["is_anonymous"] for call in server.called("sendPoll")] == [False, True]
    assert len([one for one in server.shown() if one.channel == str(CHANNEL)]) == 1


async def test_a_button_that_is_pressed_says_its_value_and_is_answered(
    server: TelegramStandIn, adapter: Telegram, ear: Ear
) -> None:
    async with listening(adapter, ear):
        receipt = await adapter.send(
            outgoing(content=Content(text="Which?", buttons=(BLUE, GREEN)))
        )
        rows = only(server, "sendMessage")["reply_markup"]["inline_keyboard"]
        assert [[key["callback_data"] for key in row] for row in rows] == [
            ["vote:blue", "vote:green"]
        ]
        message = server.chats.messages[GROUP, int(receipt.message)]
        press = {"id": "77", "from": person("ben"), "chat_instance": "1", "data": "vote:blue"}
        server.happen(callback_query={**press, "message": message})
        event = await ear.until(lambda one: one.kind is EventKind.BUTTON)
        await wait_for(lambda: server.methods.answered == ["77"])
    assert (event.data["value"], event.reply_to) == ("vote:blue", receipt.message)


async def test_a_reply_goes_into_its_topic_even_when_what_it_answers_is_gone(
    server: TelegramStandIn, adapter: Telegram
) -> None:
    await adapter.send(
        outgoing(action=Action.REPLY, channel=str(FORUM), thread="topic:7", reply_to="999")
    )
    (shown,) = server.shown()
    assert (shown.thread, shown.reply_to) == ("7", None)


async def test_a_reply_in_a_discussion_stands_below_its_post(
    server: TelegramStandIn, adapter: Telegram
) -> None:
    await adapter.send(outgoing("New lids", channel=str(CHANNEL)))
    forwarded = next(id for chat, id in server.chats.messages if chat == DISCUSSION)
    place = {"channel": str(DISCUSSION), "thread": str(forwarded), "reply_to": str(forwarded)}
    await adapter.send(outgoing("In blue, too", action=Action.REPLY, **place))
    assert [one.thread for one in server.shown() if one.text == "In blue, too"] == [str(forwarded)]


async def test_a_post_can_go_into_a_topic(server: TelegramStandIn, adapter: Telegram) -> None:
    await adapter.send(outgoing(channel=str(FORUM), thread="7"))
    assert [one.thread for one in server.shown()] == ["7"]


async def test_a_direct_message_goes_to_the_person(
    server: TelegramStandIn, adapter: Telegram
) -> None:
    said = await server.say("Hello?", private=True)
    ada = str(person("ada")["id"])
    direct = {"action": Action.DIRECT, "recipient": ada, "reply_to": said}
    await adapter.send(outgoing("Here", channel=ada, **direct))
    await adapter.send(outgoing("From the group", **direct))
    first, second = server.shown()
    assert (first.recipient, first.reply_to) == (ada, said)
    assert (second.recipient, second.reply_to) == (ada, None)  # what is answered stands elsewhere


async def test_an_edit_is_seen_and_may_be_made_twice(
    server: TelegramStandIn, adapter: Telegram
) -> None:
    first = await adapter.send(outgoing("Tuesday"))
    again = {"action": Action.EDIT, "target": first.message}
    for _ in range(2):
        assert (await adapter.send(outgoing("Wednesday", **again))).message == first.message
    picture = await adapter.send(outgoing(content=Content(text="Tuesday", media=(PICTURE,))))
    content = Content(text="Wednesday", media=(PICTURE,))
    await adapter.send(outgoing(content=content, action=Action.EDIT, target=picture.message))
    assert [one.text for one in server.shown()] == ["Wednesday", "Wednesday"]


@pytest.mark.parametrize("action", [Action.DELETE, Action.HIDE])
async def test_a_message_is_taken_away_and_may_be_twice(
    server: TelegramStandIn, adapter: Telegram, action: Action
) -> None:
    said = await server.say("Buy my pills")
    for _ in range(2):
        await adapter.send(outgoing(content=Content(text=""), action=action, target=said))
    assert (GROUP, int(said)) not in server.chats.messages


async def test_a_group_that_has_moved_gets_it_where_it_is_now(
    server: TelegramStandIn, adapter: Telegram
) -> None:
    server.chats.moved[-4000111] = GROUP
    await adapter.send(outgoing("Still here", channel="-4000111"))
    assert [(one.channel, one.text) for one in server.shown()] == [(str(GROUP), "Still here")]


async def test_who_has_blocked_us_is_said_to_have(
    server: TelegramStandIn, adapter: Telegram
) -> None:
    await server.say("Hello?", private=True)
    ada = person("ada")["id"]
    server.chats.gone.add(ada)
    with pytest.raises(Rejected, match="blocked"):
        await adapter.send(outgoing(action=Action.DIRECT, channel=str(ada), recipient=str(ada)))


@pytest.mark.parametrize("channel", ["square", "", "12 34", "@x", "1" * 30])
async def test_what_is_no_chat_is_refused(adapter: Telegram, channel: str) -> None:
    with pytest.raises(Rejected):
        await adapter.send(outgoing(channel=channel))


async def test_the_command_menu_is_set_only_where_it_differs(
    server: TelegramStandIn, adapter: Telegram, ear: Ear
) -> None:
    for _ in range(2):
        async with listening(adapter, ear):
            before = len(server.called("getUpdates"))
            await wait_for(lambda before=before: len(server.called("getUpdates")) > before)  # type: ignore[misc]  # lambda defaults
    assert [one["command"] for one in server.methods.commands] == ["suggest", "help"]
    assert len(server.called("setMyCommands")) == 1


async def test_a_group_gets_no_more_than_telegram_allows_and_says_so(
    server: TelegramStandIn,
) -> None:
    adapter = build(server, per_second=30, per_minute_in_group=2)
    for _ in range(2):
        await adapter.send(outgoing())
    with pytest.raises(RateLimited) as limited:
        await adapter.send(outgoing())
    assert 50 < limited.value.retry_after.total_seconds() <= 60
    assert len(server.shown()) == 2
    await adapter.send(outgoing(channel=str(CHANNEL)))  # others need not wait

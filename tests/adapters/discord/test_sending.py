"""Everything that can be said on Discord, as it is seen there."""

from typing import Any

import pytest

from adapters.discord import shaping
from adapters.discord.adapter import Discord
from bot.clock import SystemClock
from bot.errors import Rejected
from bot.networks import (
    Action,
    Button,
    Content,
    Media,
    MediaFile,
    MediaLimits,
    Poll,
    Services,
)
from tests.adapters.discord.conftest import build, outgoing
from tests.stand_ins.discord import DiscordStandIn
from tests.stand_ins.discord.guild import FORUM, TEXT, person


async def picture(media: Media, limits: MediaLimits) -> MediaFile:
    return MediaFile(data=b"\x89PNG!", type="image/png", name="lid.png", alt=media.alt)


@pytest.fixture
def adapter(server: DiscordStandIn) -> Discord:
    return build(server, Services(clock=SystemClock(), media=picture))


def last(server: DiscordStandIn) -> Any:
    return list(server.guild.messages.values())[-1]


PICTURE = Media(url="media:abc", type="image/png", alt="A blue lid")


async def test_a_post_with_pictures_carries_what_they_show(
    server: DiscordStandIn, adapter: Discord
) -> None:
    await adapter.send(outgoing(content=Content(text="Two lids", media=(PICTURE, PICTURE))))
    (call,) = server.called("POST", f"/channels/{TEXT}/messages")
    assert list(call.files.values()) == [b"\x89PNG!", b"\x89PNG!"]
    assert [one["description"] for one in last(server)["attachments"]] == ["A blue lid"] * 2


async def test_a_picture_needs_no_words(server: DiscordStandIn, adapter: Discord) -> None:
    await adapter.send(outgoing(content=Content(text="", media=(PICTURE,))))
    assert server.shown()[0].media == 1


async def test_a_poll_is_one_there(server: DiscordStandIn, adapter: Discord) -> None:
    poll = Poll(question="Which colour?", options=("Green", "Blue"), multiple=True, hours=48)
    await adapter.send(outgoing(content=Content(text="Choose!", poll=poll)))
    shown = last(server)["poll"]
    assert shown["question"] == {"text": "Which colour?"}
    assert [one["poll_media"]["text"] for one in shown["answers"]] == ["Green", "Blue"]
    assert (shown["allow_multiselect"], shown["duration"]) == (True, 48)


async def test_an_answer_of_a_poll_may_not_be_long(
    server: DiscordStandIn, adapter: Discord
) -> None:
    poll = Poll(question="Which?", options=("a", "b" * 56))
    with pytest.raises(Rejected, match="55"):
        await adapter.send(outgoing(content=Content(text="Choose!", poll=poll)))
    assert server.shown() == []


async def test_a_thread_is_opened_under_a_post_once(
    server: DiscordStandIn, adapter: Discord
) -> None:
    content = Content(text="Talk to us", title="Lids", open_thread=True)
    first = await adapter.send(outgoing(content=content))
    assert await adapter.send(outgoing(content=content)) == first
    (thread,) = server.guild.threads.values()
    assert (thread["id"], thread["name"], thread["parent_id"]) == (first.message, "Lids", TEXT)
    assert len(server.shown()) == 1


async def test_a_forums_post_has_a_title_and_tags(server: DiscordStandIn, adapter: Discord) -> None:
    content = Content(text="What about cups?", title="Cups", tags=("idea", "Cup"))
    receipt = await adapter.send(outgoing(content=content, channel=FORUM))
    (thread,) = server.guild.threads.values()
    assert (thread["id"], thread["name"]) == (receipt.message, "Cups")
    assert thread["applied_tags"] == ["801", "802"]


async def test_an_unknown_tag_is_refused_with_those_that_are_there(
    server: DiscordStandIn, adapter: Discord
) -> None:
    content = Content(text="What about cups?", tags=("Pans",))
    with pytest.raises(Rejected, match=r"no tag Pans\. There is: Idea, Cup"):
        await adapter.send(outgoing(content=content, channel=FORUM))


async def test_the_same_post_to_a_forum_is_there_once(
    server: DiscordStandIn, adapter: Discord
) -> None:
    first = await adapter.send(outgoing("Which lid?", channel=FORUM))
    assert await adapter.send(outgoing("Which lid?", channel=FORUM)) == first
    assert len(server.guild.threads) == 1


async def test_buttons_say_what_they_mean_by_themselves(
    server: DiscordStandIn, adapter: Discord
) -> None:
    keys = tuple(Button(label=f"Vote {at}", value="voice:same") for at in range(7))
    await adapter.send(outgoing(content=Content(text="Vote!", buttons=keys)))
    rows = last(server)["components"]
    assert [len(row["components"]) for row in rows] == [5, 2]
    assert rows[0]["components"][0]["custom_id"] == "hubbub:say:0:voice:same"


async def test_a_private_message_reaches_one_person(
    server: DiscordStandIn, adapter: Discord
) -> None:
    await server.say("Hello", author="ada")
    who = person("ada")["id"]
    await adapter.send(outgoing("For you", action=Action.DIRECT, recipient=who))
    (shown,) = server.shown()
    assert (shown.text, shown.recipient) == ("For you", who)


async def test_who_takes_no_private_messages_is_told_of_as_such(
    server: DiscordStandIn, adapter: Discord
) -> None:
    await server.say("Hello", author="ada")
    who = person("ada")["id"]
    server.guild.closed.add(who)
    with pytest.raises(Rejected, match="take no private messages"):
        await adapter.send(outgoing("For you", action=Action.DIRECT, recipient=who))


async def test_a_post_is_edited_and_taken_back(server: DiscordStandIn, adapter: Discord) -> None:
    post = (await adapter.send(outgoing("A lit"))).message
    await adapter.send(outgoing("A lid", action=Action.EDIT, target=post))
    assert server.shown()[0].text == "A lid"
    for _ in range(2):  # done twice it is the same
        await adapter.send(outgoing(action=Action.DELETE, target=post))
    assert server.shown() == []


async def test_a_forums_post_is_edited_in_its_thread(
    server: DiscordStandIn, adapter: Discord
) -> None:
    post = (await adapter.send(outgoing("A lit", channel=FORUM))).message
    await adapter.send(outgoing("A lid", action=Action.EDIT, channel=FORUM, target=post))
    assert server.shown()[0].text == "A lid"


async def test_somebodys_message_is_hidden_by_taking_it_away(
    server: DiscordStandIn, adapter: Discord
) -> None:
    said = await server.say("Buy my pills")
    await adapter.send(outgoing(action=Action.HIDE, target=said))
    assert said not in server.guild.messages


async def test_without_the_right_to_hide_discords_words_are_shown(
    server: DiscordStandIn, adapter: Discord
) -> None:
    said = await server.say("Buy my pills")
    server.guild.permissions &= ~(1 << 13)
    with pytest.raises(Rejected, match="Missing Permissions"):
        await adapter.send(outgoing(action=Action.HIDE, target=said))


async def test_an_answer_to_what_is_gone_is_said_all_the_same(
    server: DiscordStandIn, adapter: Discord
) -> None:
    said = await server.say("Never mind")
    del server.guild.messages[said]
    await adapter.send(outgoing("Noted", action=Action.REPLY, thread=said, reply_to=said))
    assert server.shown()[0].reply_to is None


async def test_nobody_is_mentioned(server: DiscordStandIn, adapter: Discord) -> None:
    await adapter.send(outgoing("@everyone <@&5> <@6>"))
    (call,) = server.called("POST", "/messages")
    assert call.body["allowed_mentions"] == {"parse": [], "replied_user": False}


async def test_the_same_key_gives_the_first_message(
    server: DiscordStandIn, adapter: Discord
) -> None:
    first = await adapter.send(outgoing("Which lid?", key="k" * 500))
    assert await adapter.send(outgoing("Which lid?", key="k" * 500)) == first
    assert len(server.shown()) == 1


async def test_what_only_its_escapes_make_too_long_is_said_in_a_frame(
    server: DiscordStandIn, adapter: Discord
) -> None:
    await adapter.send(outgoing("*" * 2000))
    assert server.shown()[0].text == "\\*" * 2000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**bold** _it_ ~~no~~", "\\*\\*bold\\*\\* \\_it\\_ \\~\\~no\\~\\~"),
        ("# title\n> quote\n- list", "\\# title\n\\> quote\n\\- list"),
        ("1. first", "1\\. first"),
        ("-# small", "\\-# small"),
        ("[click](https://x.example/a_b)", "\\[click\\](https://x.example/a_b)"),
        ("https://x.example/a_b*c", "https://x.example/a_b*c"),
        ("<@123> <#5> <:lid:7>", "\\<@123> \\<#5> \\<:lid:7>"),
        ("||spoiler|| `code`", "\\|\\|spoiler\\|\\| \\`code\\`"),
        ("half \ud83d and nul \x00", "half \ufffd and nul "),
        ("3 - 2 = 1, a.b", "3 - 2 = 1, a.b"),
    ],
)
def test_peoples_words_shape_nothing(text: str, shown: str) -> None:
    assert shaping.plain(text) == shown


@pytest.mark.parametrize("bad", ["", "../../users/@me", "12a", "１２", "9" * 30])
async def test_what_is_no_id_is_never_asked_for(
    server: DiscordStandIn, adapter: Discord, bad: str
) -> None:
    with pytest.raises(Rejected, match="is no channel of Discord"):
        await adapter.send(outgoing(channel=bad))
    assert not server.called("POST", "messages")


async def test_without_the_right_to_speak_it_says_which_to_give(
    server: DiscordStandIn, adapter: Discord
) -> None:
    server.guild.permissions &= ~(1 << 11)
    with pytest.raises(Rejected, match=r"Missing Permissions\. Give the bot's role"):
        await adapter.send(outgoing())

"""The real discord.py against a local Discord: hearing, and saying."""

from typing import Any

import pytest

from bot.errors import Rejected
from bot.networks import (
    Action,
    Button,
    Content,
    EventKind,
    Media,
    MediaFile,
    MediaLimits,
    Poll,
)
from tests.adapters.discord.life import Bot, listening, outgoing, until
from tests.stand_ins.discord import BOT, CHANNEL, FORUM, GUILD, PEOPLE, DiscordStandIn


async def test_what_a_person_says_is_heard_and_answered(bot: Bot, there: DiscordStandIn) -> None:
    id = await there.say("please make the lid dishwasher-safe")
    event = await bot.hears("please make the lid dishwasher-safe")
    assert (event.message, event.channel, event.private) == (id, CHANNEL, False)
    reply = outgoing("Thanks", action=Action.REPLY, thread=id, reply_to=id)
    receipt = await bot.adapter.send(reply)
    [shown] = there.shown()
    assert (shown.id, shown.text, shown.reply_to) == (receipt.message, "Thanks", id)


async def test_a_post_opens_its_thread_and_is_found_there(bot: Bot, there: DiscordStandIn) -> None:
    post = outgoing(content=Content(text="What is missing?", title="Lids", open_thread=True))
    receipt = await bot.adapter.send(post)
    assert there.threads[receipt.message]["name"] == "Lids"
    assert await bot.adapter.send(post) == receipt
    await there.say("a handle", channel=receipt.message)
    event = await bot.hears("a handle")
    assert (event.channel, event.thread, event.reply_to) == (
        CHANNEL,
        receipt.message,
        receipt.message,
    )
    answer = outgoing(
        "Noted", "k2", action=Action.REPLY, thread=event.thread, reply_to=event.message
    )
    await bot.adapter.send(answer)
    assert there.shown()[-1].thread == receipt.message


async def test_a_forum_takes_a_post_with_its_tags_once(bot: Bot, there: DiscordStandIn) -> None:
    content = Content(text="What is missing?", title="Lids", tags=("idea", "unknown"))
    post = outgoing(content=content, channel=FORUM)
    receipt = await bot.adapter.send(post)
    assert await bot.adapter.send(post) == receipt
    [thread] = there.threads.values()
    assert (thread["id"], thread["applied_tags"]) == (receipt.message, ["300000000000000001"])


async def test_pictures_polls_and_buttons_are_carried(there: DiscordStandIn) -> None:
    async def media(one: Media, limits: MediaLimits) -> MediaFile:
        assert one.type in limits.bytes
        return MediaFile(data=b"picture", type=one.type, name="lid.png", alt="A lid")

    content = Content(
        text="Which?",
        media=(Media(url="media:1", type="image/png"),),
        buttons=(Button(label="Yes", value="vote:1"), Button(label="No", value="vote:1")),
    )
    poll = Content(text="", poll=Poll(question="Which?", options=("Red", "Blue")))
    async with listening(there, media=media) as bot:
        await bot.adapter.send(outgoing(content=content))
        await bot.adapter.send(outgoing(content=poll, key="k2"))
    first, second = (c.body for c in there.requests if c.path.endswith("/messages"))
    assert first["attachments"][0]["description"] == "A lid"
    [row] = first["components"]
    assert [b["custom_id"] for b in row["components"]] == [
        "hubbub:say:vote:1#0",
        "hubbub:say:vote:1#1",
    ]
    assert second["poll"]["question"] == {"text": "Which?"}
    assert [a["poll_media"]["text"] for a in second["poll"]["answers"]] == ["Red", "Blue"]


async def test_text_mentions_nobody_and_shapes_nothing(bot: Bot, there: DiscordStandIn) -> None:
    await bot.adapter.send(outgoing("# @everyone *look* <@100000000000000010> [a](http://b.c)"))
    [body] = [c.body for c in there.requests if c.path.endswith("/messages")]
    assert body["content"] == (r"\# @everyone \*look\* \<@100000000000000010> \[a\](http://b.c)")
    assert body["allowed_mentions"] == {"parse": []}
    await bot.adapter.send(outgoing("*" * 2000, "k2"))
    assert there.shown()[-1].text == "*" * 2000


async def test_what_we_said_is_edited_and_taken_back(bot: Bot, there: DiscordStandIn) -> None:
    said = await bot.adapter.send(outgoing("Helo"))
    await bot.adapter.send(outgoing("Hello", "k2", action=Action.EDIT, target=said.message))
    assert [shown.text for shown in there.shown()] == ["Hello"]
    for action in (Action.DELETE, Action.HIDE):  # the second time it is gone already
        taken = outgoing("", "k3", action=action, target=said.message)
        assert (await bot.adapter.send(taken)).message == said.message
    assert there.shown() == []


async def test_a_private_message_arrives_or_says_why_not(bot: Bot, there: DiscordStandIn) -> None:
    direct: dict[str, Any] = {"action": Action.DIRECT, "recipient": PEOPLE["ada"]}
    await bot.adapter.send(outgoing("Hello Ada", **direct))
    assert there.shown()[0].recipient == PEOPLE["ada"]
    there.no_direct_messages = True
    with pytest.raises(Rejected, match="takes no private messages"):
        await bot.adapter.send(outgoing("Again", "k2", **direct))


async def test_edits_deletions_reactions_and_votes_are_heard(
    bot: Bot, there: DiscordStandIn
) -> None:
    where = {"channel_id": CHANNEL, "guild_id": GUILD}
    id = await there.say("firts")
    message = {**there.messages[id], **where, "content": "first"}
    await there.happen(
        "MESSAGE_UPDATE", message | {"edited_timestamp": "2026-03-02T09:01:00+00:00"}
    )
    who = where | {"user_id": PEOPLE["ada"], "message_id": id}
    await there.happen("MESSAGE_REACTION_ADD", who | {"emoji": {"id": None, "name": "👍"}})
    await there.happen("MESSAGE_POLL_VOTE_ADD", who | {"answer_id": 2})
    await there.happen("MESSAGE_DELETE", where | {"id": id})
    await there.happen("MESSAGE_DELETE_BULK", where | {"ids": ["5", "6"]})
    await until(lambda: "delete:6" in bot.inbox)
    kinds = [getattr(event, "kind", None) for event in bot.inbox.values()]
    assert kinds == [
        EventKind.MESSAGE,
        EventKind.EDIT,
        EventKind.REACTION,
        EventKind.POLL_VOTE,
        *[EventKind.DELETE] * 3,
    ]


async def test_our_own_words_are_known_as_ours(bot: Bot, there: DiscordStandIn) -> None:
    said = await bot.adapter.send(outgoing("It is us"))
    message = there.messages[said.message] | {"guild_id": GUILD}
    await there.happen("MESSAGE_CREATE", message)
    event = await bot.hears("It is us")
    assert event.author is not None
    assert (event.author.id, event.author.is_self) == (BOT, True)

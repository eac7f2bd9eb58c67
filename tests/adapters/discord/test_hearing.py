"""What is said on Discord arrives, from whom and where."""

from adapters.discord.adapter import Discord
from bot.networks import Action, Content, EventKind, Health, Poll
from tests.adapters.discord.conftest import listening, outgoing
from tests.adapters.ear import Ear, wait_for
from tests.stand_ins.discord import DiscordStandIn
from tests.stand_ins.discord.guild import FORUM, GUILD, TEXT, person


async def test_a_message_arrives_and_is_answered(
    server: DiscordStandIn, adapter: Discord, ear: Ear
) -> None:
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        said = await server.say("A lid that fits, please")
        heard = await ear.until(lambda one: one.message == said)
        assert (heard.kind, heard.channel, heard.text) == (
            EventKind.MESSAGE,
            TEXT,
            "A lid that fits, please",
        )
        assert heard.author is not None
        assert (heard.author.id, heard.author.name) == (person("ada")["id"], "Ada")
        answer = await adapter.send(
            outgoing("Noted", action=Action.REPLY, thread=said, reply_to=said)
        )
    (shown,) = server.shown()
    assert (shown.id, shown.text, shown.reply_to) == (answer.message, "Noted", said)
    assert answer.permalink.endswith(f"/{TEXT}/{answer.message}")


async def test_what_we_say_ourselves_is_known_as_ours(
    server: DiscordStandIn, adapter: Discord, ear: Ear
) -> None:
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        receipt = await adapter.send(outgoing("Hello"))
        heard = await ear.until(lambda one: one.message == receipt.message)
    assert heard.author is not None and heard.author.is_self


async def test_a_private_message_arrives_as_such(
    server: DiscordStandIn, adapter: Discord, ear: Ear
) -> None:
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        said = await server.say("Only for you", private=True)
        heard = await ear.until(lambda one: one.message == said)
    assert heard.private


async def test_what_is_said_in_a_thread_belongs_to_its_channel(
    server: DiscordStandIn, adapter: Discord, ear: Ear
) -> None:
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        post = await adapter.send(outgoing("Which colour?", channel=FORUM))
        said = await server.say("Green", channel=post.message)
        heard = await ear.until(lambda one: one.message == said)
        assert (heard.channel, heard.thread, heard.reply_to) == (FORUM, post.message, post.message)
        await adapter.send(
            outgoing(
                "Green it is",
                key="answer",
                action=Action.REPLY,
                channel=FORUM,
                thread=heard.thread,
                reply_to=said,
            )
        )
    shown = server.shown()[-1]
    assert (shown.channel, shown.thread, shown.reply_to) == (FORUM, post.message, said)


async def test_reactions_and_votes_arrive_though_nothing_is_remembered(
    server: DiscordStandIn, adapter: Discord, ear: Ear
) -> None:
    """The library tells of these only as raw events: it keeps no messages."""
    about = {"channel_id": TEXT, "guild_id": GUILD, "user_id": person("ada")["id"]}
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        poll = Poll(question="Which?", options=("Blue", "Green"))
        post = (await adapter.send(outgoing(content=Content(text="Choose", poll=poll)))).message
        about["message_id"] = post
        emoji = {"id": None, "name": "🔥"}
        for kind in ("ADD", "REMOVE", "ADD"):
            server.happen(
                f"MESSAGE_REACTION_{kind}", {**about, "emoji": emoji, "burst": False, "type": 0}
            )
        server.happen("MESSAGE_POLL_VOTE_ADD", {**about, "answer_id": 2})
        vote = await ear.until(lambda one: one.kind is EventKind.POLL_VOTE)
    assert (vote.reply_to, vote.data) == (post, {"options": [1]})
    marks = [one.kind for one in ear.heard if one.data.get("emoji") == "🔥"]
    assert marks == [EventKind.REACTION, EventKind.REACTION_REMOVED, EventKind.REACTION]


async def test_an_event_that_the_library_can_not_read_does_not_end_the_connection(
    server: DiscordStandIn, adapter: Discord, ear: Ear
) -> None:
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        for name in ("GUILD_MEMBER_ADD", "THREAD_CREATE", "GUILD_CREATE", "INTERACTION_CREATE"):
            server.happen(name, {"id": "seven"})
        said = await server.say("Still there?")
        await ear.until(lambda one: one.message == said)
    assert len(server.gateway.identified) == 1


async def test_edits_and_deletions_are_followed(
    server: DiscordStandIn, adapter: Discord, ear: Ear
) -> None:
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        said = await server.say("A lit that fits")
        server.edit(said, "A lid that fits")
        edit = await ear.until(lambda one: one.kind is EventKind.EDIT)
        assert (edit.message, edit.text) == (said, "A lid that fits")
        await adapter.send(outgoing(action=Action.HIDE, target=said))
        gone = await ear.until(lambda one: one.kind is EventKind.DELETE)
        assert gone.message == said

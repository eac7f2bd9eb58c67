"""Slash commands, menus, forms and buttons."""

from collections.abc import Sequence
from typing import Any

from bot.networks import Action, EventKind
from tests.adapters.discord.life import Bot, listening, outgoing, until
from tests.stand_ins.discord import CHANNEL, PEOPLE, DiscordStandIn

COMMAND, BUTTON, COMPLETION, FORM = 2, 3, 4, 5
EPHEMERAL = 64


def suggest(*options: tuple[str, str], **more: Any) -> dict[str, Any]:
    given = [{"type": 3, "name": name, "value": value} for name, value in options]
    return {"id": "1", "type": 1, "name": "suggest", "options": given, **more}


async def answered(there: DiscordStandIn, id: str) -> Any:
    await until(lambda: id in there.callbacks)
    return there.callbacks[id][0]


async def test_a_command_is_deferred_and_answered_for_its_person_alone(
    bot: Bot, there: DiscordStandIn
) -> None:
    words = suggest(("product", "Trail Mug"), ("words", "a better lid"))
    id = await there.ask(COMMAND, words)
    assert await answered(there, id) == {"type": 5, "data": {"flags": EPHEMERAL}}
    event = await bot.hears("Trail Mug a better lid")
    assert (event.kind, event.data, event.message) == (
        EventKind.COMMAND,
        {"command": "suggest"},
        id,
    )
    assert b"interaction-" not in event.raw  # its token
    thanks = outgoing(
        "Thanks", action=Action.DIRECT, recipient=PEOPLE["ada"], reply_to=event.message
    )
    receipt = await bot.adapter.send(thanks)
    assert await bot.adapter.send(thanks) == receipt
    assert [body["content"] for body in there.callbacks[id][1:]] == ["Thanks", "Thanks"]
    assert len(there.shown()) == 1
    await bot.adapter.send(
        outgoing("More", "k2", action=Action.DIRECT, recipient=PEOPLE["ada"], reply_to=id)
    )
    assert there.shown()[-1].recipient == PEOPLE["ada"]  # one answer each; then in private


async def test_after_a_restart_the_answer_comes_in_private(there: DiscordStandIn) -> None:
    async with listening(there) as before:
        id = await there.ask(COMMAND, {"id": "2", "type": 1, "name": "ideas"})
        await until(lambda: f"interaction:{id}" in before.inbox)
    async with listening(there) as after:
        await after.adapter.send(
            outgoing("Late", action=Action.DIRECT, recipient=PEOPLE["ada"], reply_to=id)
        )
    assert there.shown()[-1].recipient == PEOPLE["ada"]


async def test_an_interaction_that_comes_twice_counts_once(bot: Bot, there: DiscordStandIn) -> None:
    words = suggest(("words", "twice"))
    id = await there.ask(COMMAND, words)
    await answered(there, id)
    await there.happen("INTERACTION_CREATE", there._sent[-1]["d"])
    await there.say("after")
    await bot.hears("after")
    assert len(bot.heard("twice")) == 1
    assert len([c for c in there.requests if c.path.endswith("/callback")]) == 1


async def test_suggest_without_words_opens_a_form(bot: Bot, there: DiscordStandIn) -> None:
    id = await there.ask(COMMAND, suggest(("product", "Trail Mug")))
    form = await answered(there, id)
    assert form["type"] == 9
    assert form["data"]["custom_id"] == "hubbub:modal:suggest:Trail Mug"
    row = {"type": 1, "components": [{"type": 4, "custom_id": "words", "value": "a handle"}]}
    written = {"custom_id": form["data"]["custom_id"], "components": [row]}
    second = await there.ask(FORM, written)
    event = await bot.hears("Trail Mug a handle")
    assert (event.kind, event.data, event.message) == (
        EventKind.COMMAND,
        {"command": "suggest"},
        second,
    )
    assert f"interaction:{id}" not in bot.inbox


async def test_products_are_completed(there: DiscordStandIn) -> None:
    async def products(beginning: str) -> Sequence[str]:
        return [f"{beginning}il Mug"] * 30

    async with listening(there, products=products):
        option = {"type": 3, "name": "product", "value": "Tra", "focused": True}
        id = await there.ask(COMPLETION, suggest() | {"options": [option]})
        answer = await answered(there, id)
    assert answer["type"] == 8
    assert answer["data"]["choices"] == [{"name": "Trail Mug", "value": "Trail Mug"}] * 25


async def test_a_message_is_made_a_suggestion_from_its_menu(
    bot: Bot, there: DiscordStandIn
) -> None:
    target = await there.say("a lid that closes", author="ben")
    message = there.messages[target]
    menu = {
        "id": "3",
        "type": 3,
        "name": "Make this a suggestion",
        "target_id": target,
        "resolved": {"messages": {target: message}},
    }
    id = await there.ask(COMMAND, menu)
    await until(lambda: f"interaction:{id}" in bot.inbox)
    event: Any = bot.inbox[f"interaction:{id}"]
    assert (event.kind, event.text, event.reply_to, event.data) == (
        EventKind.COMMAND,
        "a lid that closes",
        target,
        {"command": "suggest"},
    )


async def test_a_button_works_after_a_restart(there: DiscordStandIn) -> None:
    message: dict[str, Any] = {
        "id": "77",
        "channel_id": CHANNEL,
        "content": "Which?",
        "author": {"id": "1", "username": "hubbub", "discriminator": "0", "avatar": None},
        "attachments": [],
        "embeds": [],
        "timestamp": "2026-03-02T09:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "pinned": False,
        "type": 0,
        "components": [],
    }
    async with listening(there) as bot:  # which has never sent it
        pressed = {"custom_id": "hubbub:say:vote:1#0", "component_type": 2}
        id = await there.ask(BUTTON, pressed, message=message)
        answer = await answered(there, id)
        assert (answer["type"], answer["data"]["flags"]) == (4, EPHEMERAL)
        event: Any = bot.inbox[f"interaction:{id}"]
    assert (event.kind, event.reply_to, event.data) == (
        EventKind.BUTTON,
        "77",
        {"value": "vote:1"},
    )


async def test_commands_are_told_only_when_they_changed(there: DiscordStandIn) -> None:
    for _ in range(2):
        async with listening(there):
            pass
    told = [call for call in there.requests if call.method == "PUT"]
    assert len(told) == 1
    assert [c["name"] for c in there.commands] == ["suggest", "ideas", "Make this a suggestion"]

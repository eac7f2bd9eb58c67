"""Commands, forms, buttons and the message's menu: answered in time, and only once."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from adapters.discord.adapter import Discord
from bot.clock import SystemClock
from bot.networks import (
    Action,
    Button,
    Command,
    Content,
    EventKind,
    Health,
    InboundEvent,
    Receipt,
    Services,
)
from bot.networks.port import Event
from tests.adapters.discord.conftest import build, listening, outgoing
from tests.adapters.ear import Ear, wait_for
from tests.stand_ins.discord import DiscordStandIn
from tests.stand_ins.discord.guild import person

COMMANDS = (
    Command(name="suggest", does="Suggest something", words="your idea", about_product=True),
    Command(name="help", does="What this bot can do"),
)


async def products(beginning: str) -> Sequence[str]:
    return [
        name for name in ("Trail Lid Cup", "Ember Pan") if beginning.casefold() in name.casefold()
    ]


@pytest.fixture
def adapter(server: DiscordStandIn) -> Discord:
    services = Services(clock=SystemClock(), commands=COMMANDS, products=products)
    return build(server, services)


def option(name: str, value: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": 3, "value": value, **more}


async def test_commands_are_told_to_discord_only_when_they_differ(
    server: DiscordStandIn, adapter: Discord, ear: Ear
) -> None:
    for _ in range(2):
        async with listening(adapter, ear):
            await wait_for(lambda: adapter.health()[0] is Health.OK)
    assert [one["name"] for one in server.guild.commands] == [
        "suggest",
        "help",
        "Make this a suggestion",
    ]
    assert len(server.called("PUT", "/commands")) == 1
    changed = build(server, Services(clock=SystemClock(), commands=COMMANDS[:1]))
    async with listening(changed, ear):
        await wait_for(lambda: len(server.guild.commands) == 2)


async def test_a_command_is_deferred_and_answered_where_it_waits(
    server: DiscordStandIn, adapter: Discord, ear: Ear
) -> None:
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        options = [option("product", "Trail Lid Cup"), option("words", "make it blue")]
        waits = await server.ask({"id": "1", "name": "suggest", "type": 1, "options": options})
        heard = await ear.until(lambda one: one.kind is EventKind.COMMAND)
        assert heard.text == "Trail Lid Cup make it blue"
        assert (heard.data["command"], heard.private) == ("suggest", True)
        await wait_for(lambda: bool(waits.answers))
        assert waits.answers == [{"type": 5, "data": {"flags": 64}}]
        answer = outgoing(
            "Noted",
            action=Action.DIRECT,
            reply_to=heard.message,
            recipient=person("ada")["id"],
        )
        first = await adapter.send(answer)
        assert await adapter.send(answer) == first
        more = outgoing(
            "And more",
            key="another",
            action=Action.DIRECT,
            reply_to=heard.message,
            recipient=person("ada")["id"],
        )
        await adapter.send(more)
    assert [one.text for one in server.shown()] == ["Noted", "And more"]
    assert {one.recipient for one in server.shown()} == {person("ada")["id"]}
    assert server.guild.messages == {}


async def test_the_same_command_twice_is_heard_and_answered_once(
    server: DiscordStandIn, adapter: Discord, ear: Ear
) -> None:
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        waits = await server.ask({"id": "2", "name": "help", "type": 1})
        server.happen("INTERACTION_CREATE", waits.data)
        said = await server.say("After")
        await ear.until(lambda one: one.message == said)
        await wait_for(lambda: bool(waits.answers))
    assert len([one for one in ear.heard if one.kind is EventKind.COMMAND]) == 1
    assert len(server.called("POST", "/callback")) == 1


async def test_a_command_does_not_wait_for_a_slow_disk(
    server: DiscordStandIn, adapter: Discord
) -> None:
    """Discord shows a failure after three seconds."""

    async def never(_: Sequence[Event]) -> int:
        await asyncio.Event().wait()
        return 0

    listens = asyncio.create_task(adapter.run(never))
    await wait_for(lambda: adapter.health()[0] is Health.OK)
    waits = await server.ask({"id": "2", "name": "help", "type": 1})
    await wait_for(lambda: bool(waits.answers), seconds=3)
    listens.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listens


async def test_an_answer_waits_until_there_is_a_place_for_it(
    server: DiscordStandIn, adapter: Discord
) -> None:
    """Our own answer may be quicker than the acknowledgement's way to Discord."""
    answers: list[asyncio.Task[Receipt]] = []
    who = person("ada")["id"]

    async def at_once(events: Sequence[Event]) -> int:
        for event in events:
            assert isinstance(event, InboundEvent)
            answer = outgoing("Now", action=Action.DIRECT, reply_to=event.message, recipient=who)
            answers.append(asyncio.create_task(adapter.send(answer)))
        await asyncio.sleep(0.1)  # and storing takes its time
        return len(events)

    listens = asyncio.create_task(adapter.run(at_once))
    await wait_for(lambda: adapter.health()[0] is Health.OK)
    waits = await server.ask({"id": "2", "name": "help", "type": 1})
    await wait_for(lambda: bool(answers))
    receipt = await answers[0]
    assert [one["type"] for one in waits.answers] == [5]
    assert waits.original == receipt.message
    listens.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listens


async def test_after_a_restart_an_answer_comes_as_a_private_message(
    server: DiscordStandIn, adapter: Discord, ear: Ear
) -> None:
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        waits = await server.ask({"id": "2", "name": "help", "type": 1})
        heard = await ear.until(lambda one: one.kind is EventKind.COMMAND)
        await wait_for(lambda: bool(waits.answers))
    restarted = build(server)
    who = person("ada")["id"]
    await restarted.send(
        outgoing("Late", action=Action.DIRECT, reply_to=heard.message, recipient=who)
    )
    (shown,) = server.shown()
    assert shown.channel in server.guild.private
    assert (shown.text, shown.recipient) == ("Late", who)


async def test_where_nobody_waits_any_more_an_answer_comes_as_a_private_message(
    server: DiscordStandIn, adapter: Discord, ear: Ear
) -> None:
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        waits = await server.ask({"id": "2", "name": "help", "type": 1})
        heard = await ear.until(lambda one: one.kind is EventKind.COMMAND)
        await wait_for(lambda: bool(waits.answers))
        server.methods.waiting.clear()
        who = person("ada")["id"]
        late = outgoing("Late", action=Action.DIRECT, reply_to=heard.message, recipient=who)
        first = await adapter.send(late)
        assert await adapter.send(late) == first
    (shown,) = server.shown()
    assert (shown.text, shown.recipient) == ("Late", who)
    assert shown.channel in server.guild.private


async def test_suggest_without_words_opens_a_form(
    server: DiscordStandIn, adapter: Discord, ear: Ear
) -> None:
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        options = [option("product", "Ember Pan")]
        waits = await server.ask({"id": "1", "name": "suggest", "type": 1, "options": options})
        await wait_for(lambda: bool(waits.answers))
        form = waits.answers[0]
        assert form["type"] == 9
        field = {**form["data"]["components"][0]["component"], "value": "a longer handle"}
        written = await server.ask(
            {
                "custom_id": form["data"]["custom_id"],
                "components": [{"type": 18, "id": 1, "component": field}],
            },
            kind=5,
        )
        heard = await ear.until(lambda one: one.kind is EventKind.COMMAND)
        await wait_for(lambda: bool(written.answers))
    assert heard.text == "Ember Pan a longer handle"
    assert heard.data["command"] == "suggest"
    assert len(ear.heard) == 1


async def test_products_are_completed(server: DiscordStandIn, adapter: Discord, ear: Ear) -> None:
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        options = [option("product", "lid", focused=True)]
        waits = await server.ask(
            {"id": "1", "name": "suggest", "type": 1, "options": options}, kind=4
        )
        await wait_for(lambda: bool(waits.answers))
    cup = {"name": "Trail Lid Cup", "value": "Trail Lid Cup"}
    assert waits.answers == [{"type": 8, "data": {"choices": [cup]}}]
    assert ear.heard == []


async def test_the_messages_menu_suggests_what_somebody_said(
    server: DiscordStandIn, adapter: Discord, ear: Ear
) -> None:
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        said = await server.say("The lid leaks", author="ben")
        messages = {said: server.guild.messages[said]}
        await server.ask(
            {
                "id": "3",
                "name": "Make this a suggestion",
                "type": 3,
                "target_id": said,
                "resolved": {"messages": messages},
            }
        )
        heard = await ear.until(lambda one: one.kind is EventKind.COMMAND)
    assert (heard.text, heard.reply_to) == ("The lid leaks", said)
    assert heard.data["command"] == "suggest"
    assert heard.author is not None and heard.author.name == "Ada"


async def test_a_button_works_after_a_restart_and_is_answered_to_who_pressed_it(
    server: DiscordStandIn, adapter: Discord, ear: Ear
) -> None:
    content = Content(text="Vote!", buttons=(Button(label="Me too", value="voice:7"),))
    post = (await build(server).send(outgoing(content=content))).message
    custom = server.guild.messages[post]["components"][0]["components"][0]["custom_id"]
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        waits = await server.ask(
            {"custom_id": custom, "component_type": 2},
            kind=3,
            message=server.guild.messages[post],
        )
        heard = await ear.until(lambda one: one.kind is EventKind.BUTTON)
        assert (heard.data["value"], heard.reply_to) == ("voice:7", post)
        await wait_for(lambda: bool(waits.answers))
        assert waits.answers == [{"type": 6}]
        await adapter.send(
            outgoing("Counted", key="a", action=Action.REPLY, reply_to=heard.message, thread=post)
        )
    shown = server.shown()[-1]
    assert (shown.text, shown.recipient) == ("Counted", person("ada")["id"])
    assert server.guild.messages[post]["content"] == "Vote!"

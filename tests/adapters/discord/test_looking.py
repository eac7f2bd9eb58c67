"""What is missing is found, and said with what to do about it."""

import asyncio
from typing import Any

import pytest

from adapters.discord import plugin
from adapters.discord.adapter import Discord
from adapters.discord.looking import permissions
from bot.networks import Finding, Health
from tests.adapters.discord.conftest import build, listening
from tests.adapters.ear import Ear, wait_for
from tests.stand_ins.discord import DiscordStandIn
from tests.stand_ins.discord.guild import FORUM, TEXT


async def finding(adapter: Discord, what: str, channel: str | None = None) -> Finding:
    return next(one for one in await adapter.examine(channel) if one.what == what)


async def test_all_is_well(server: DiscordStandIn, adapter: Discord, ear: Ear) -> None:
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        for found in (await adapter.examine(), await adapter.examine(TEXT)):
            assert {one.health for one in found} == {Health.OK}


async def test_each_step_of_the_guide_can_be_checked(
    server: DiscordStandIn, adapter: Discord
) -> None:
    there = {one.what for one in await adapter.examine()}
    assert {step.finding for step in plugin.guide if step.finding} <= there


async def test_a_token_that_is_not_taken(server: DiscordStandIn) -> None:
    found = await finding(build(server, token="an-old-token"), "token")
    assert found.health is Health.OFF
    assert "Reset Token" in found.then
    assert "an-old-token" not in repr(found)


async def test_an_intent_that_is_off(server: DiscordStandIn) -> None:
    server.methods.flags = 0
    adapter = build(server, members=True)
    for what, name in (
        ("message content", "Message Content Intent"),
        ("members", "Server Members Intent"),
    ):
        found = await finding(adapter, what)
        assert found.health is Health.OFF
        assert name in found.then


async def test_commands_that_go_elsewhere(server: DiscordStandIn, adapter: Discord) -> None:
    server.methods.endpoint = "https://elsewhere.example"
    assert (await finding(adapter, "commands")).health is Health.OFF


@pytest.mark.parametrize(
    ("what", "right", "health"),
    [
        ("see", 1 << 10, Health.OFF),
        ("speak", 1 << 11, Health.OFF),
        ("speak in threads", 1 << 38, Health.WARN),
        ("open threads", 1 << 35, Health.WARN),
        ("attach", 1 << 15, Health.WARN),
        ("embed", 1 << 14, Health.WARN),
        ("polls", 1 << 49, Health.WARN),
        ("history", 1 << 16, Health.WARN),
        ("delete", 1 << 13, Health.WARN),
    ],
)
async def test_a_right_that_is_missing(
    server: DiscordStandIn, adapter: Discord, what: str, right: int, health: Health
) -> None:
    server.guild.permissions &= ~right
    found = await finding(adapter, what, TEXT)
    assert found.health is health
    assert "allow" in found.then
    others = [one for one in await adapter.examine(TEXT) if one.what != what]
    assert {one.health for one in others} == {Health.OK}


@pytest.mark.parametrize("channel", ["12345", "nonsense"])
async def test_a_channel_that_is_not_there(
    server: DiscordStandIn, adapter: Discord, channel: str
) -> None:
    (found,) = await adapter.examine(channel)
    assert (found.what, found.health) == ("channel", Health.OFF)


async def test_where_it_can_speak(server: DiscordStandIn, adapter: Discord) -> None:
    places = {one.channel: one for one in await adapter.places()}
    assert {one.kind for one in places.values()} == {"text", "announcements", "forum"}
    assert places[FORUM].tags == ("Idea", "Cup")
    assert places[TEXT].name == "Fern & Kettle #ideas"
    assert {one.health for one in places[TEXT].findings} == {Health.OK}


def overwrite(id: str, *, allow: int = 0, deny: int = 0) -> dict[str, Any]:
    return {"id": id, "type": 0, "allow": str(allow), "deny": str(deny)}


@pytest.mark.parametrize(
    ("overwrites", "may"),
    [
        ([], True),
        ([overwrite("guild", deny=1 << 11)], False),
        ([overwrite("guild", deny=1 << 11), overwrite("role", allow=1 << 11)], True),
        ([overwrite("role", deny=1 << 11), overwrite("me", allow=1 << 11)], True),
        ([overwrite("role", allow=1 << 11), overwrite("me", deny=1 << 11)], False),
        ([overwrite("another", deny=1 << 11)], True),
    ],
)
def test_what_is_allowed_and_denied_is_added_up_as_discord_does(
    overwrites: list[Any], may: bool
) -> None:
    roles = [
        {"id": "guild", "permissions": str(1 << 11)},
        {"id": "role", "permissions": "0"},
        {"id": "another", "permissions": str(1 << 3)},
    ]
    mask = permissions({"permission_overwrites": overwrites}, "guild", "me", {"role"}, roles)
    assert bool(mask & 1 << 11) is may


async def test_that_it_is_cut_off_is_said(ear: Ear) -> None:
    """The library tries again for ever by itself, and says nothing."""
    server = await asyncio.to_thread(DiscordStandIn().start)
    adapter = build(server)
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        await asyncio.to_thread(server.stop)
        await wait_for(lambda: adapter.health()[0] is Health.OFF)
        assert adapter.health()[1] == "Discord is not connected; we try again."


async def test_it_tells_since_when_it_is_connected_and_what_it_heard_last(
    server: DiscordStandIn, adapter: Discord, ear: Ear
) -> None:
    assert adapter.health() == (Health.OFF, "Discord is not connected.")
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        assert "nothing was heard yet" in adapter.health()[1]
        said = await server.say("Hello")
        await ear.until(lambda one: one.message == said)
        assert "heard last at" in adapter.health()[1]
    assert adapter.health()[0] is Health.OFF

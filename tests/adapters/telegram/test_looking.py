"""What is found where something is missing, each with what to do about it."""

from collections.abc import Callable

import pytest

from adapters.telegram import plugin
from adapters.telegram.adapter import Telegram
from bot.networks import Finding, Health
from tests.adapters.ear import Ear, wait_for
from tests.adapters.telegram.conftest import build, listening
from tests.stand_ins.telegram import TelegramStandIn
from tests.stand_ins.telegram import chats as there
from tests.stand_ins.telegram.chats import CHANNEL, DISCUSSION, GROUP

ALL_RIGHTS = {"can_delete_messages"}
Break = Callable[[TelegramStandIn], object]


def named(findings: object) -> dict[str, Finding]:
    assert isinstance(findings, list | tuple)
    return {one.what: one for one in findings}


async def test_with_all_rights_everything_is_well(
    server: TelegramStandIn, adapter: Telegram, ear: Ear
) -> None:
    server.chats.admin[GROUP] = ALL_RIGHTS
    async with listening(adapter, ear):
        await server.say("A word")
        await wait_for(lambda: bool(ear.heard))
        findings = [*await adapter.examine(), *await adapter.examine(str(GROUP))]
        findings += await adapter.examine(str(CHANNEL))
    assert [one for one in findings if one.health is not Health.OK] == []
    assert set(named(findings)) >= {
        *("token", "groups", "privacy", "updates", "places"),
        *("chat", "speak", "attach", "hear", "reactions", "delete", "discussion"),
    }


def without(permission: str) -> Break:
    return lambda server: server.chats.permissions.discard(permission)


@pytest.mark.parametrize(
    ("channel", "breaks", "what", "health"),
    [
        (GROUP, without("can_send_messages"), "speak", Health.WARN),
        (GROUP, without("can_send_photos"), "attach", Health.WARN),
        (GROUP, lambda server: None, "reactions", Health.WARN),
        (GROUP, lambda server: None, "delete", Health.WARN),
        (GROUP, lambda server: server.chats.gone.add(GROUP), "chat", Health.OFF),
        (CHANNEL, lambda server: server.chats.admin.clear(), "speak", Health.WARN),
        (CHANNEL, lambda server: server.chats.linked.clear(), "discussion", Health.WARN),
        (CHANNEL, lambda server: server.chats.gone.add(DISCUSSION), "discussion", Health.WARN),
        ("nowhere", lambda server: None, "chat", Health.OFF),
        (-100999, lambda server: None, "chat", Health.OFF),
    ],
)
async def test_what_is_missing_in_a_chat_is_found(
    server: TelegramStandIn,
    adapter: Telegram,
    channel: int | str,
    breaks: Break,
    what: str,
    health: Health,
) -> None:
    breaks(server)
    found = named(await adapter.examine(str(channel)))[what]
    assert found.health is health
    assert found.says.endswith(".")
    assert found.then


async def test_privacy_mode_is_found(
    server: TelegramStandIn, adapter: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(there.BOT, "can_read_all_group_messages", False)
    monkeypatch.setitem(there.BOT, "can_join_groups", False)
    found = named(await adapter.examine())
    assert found["privacy"].health is Health.WARN
    assert "/setprivacy" in found["privacy"].then
    assert found["groups"].health is Health.WARN
    assert named(await adapter.examine(str(GROUP)))["hear"].health is Health.WARN


async def test_a_wrong_token_is_found_and_never_shown(server: TelegramStandIn) -> None:
    adapter = build(server, token="123456:an-old-token")
    found, *_ = await adapter.examine()
    assert (found.what, found.health) == ("token", Health.OFF)
    assert "an-old-token" not in found.says + found.then
    assert named(await adapter.examine(str(GROUP)))["chat"].health is Health.OFF


async def test_updates_that_nobody_fetches_are_found(
    server: TelegramStandIn, adapter: Telegram
) -> None:
    for number in range(120):
        await server.say(f"Number {number}")
    assert "waits for us: 120 updates" in named(await adapter.examine())["updates"].says
    server.methods.webhook["url"] = "https://elsewhere.example"
    assert named(await adapter.examine())["updates"].health is Health.WARN


async def test_the_places_are_those_where_something_was_heard(
    server: TelegramStandIn, adapter: Telegram, ear: Ear
) -> None:
    assert await adapter.places() == []
    assert named(await adapter.examine())["places"].health is Health.WARN
    server.chats.gone.add(DISCUSSION)
    async with listening(adapter, ear):
        for chat in (there.FORUM, DISCUSSION):
            await server.say("A word", channel=str(chat))
        await wait_for(lambda: len(ear.heard) == 2)
        forum, lost = await adapter.places()
    assert (forum.name, forum.kind) == ("Ideas", "forum")
    assert lost.name == "Talk about the shop"
    assert lost.findings[0].health is Health.OFF


def test_every_step_of_the_guide_names_a_finding_that_there_is() -> None:
    known = {"token", "groups", "privacy", "updates", "places", ""}
    assert {step.finding for step in plugin.guide} <= known
    assert len(plugin.guide) >= 5

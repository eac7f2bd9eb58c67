"""What is missing is named, with what to do about it."""

import pytest

from bot.errors import Unauthorized
from bot.networks import Health
from tests.adapters.discord.life import Bot, built
from tests.stand_ins.discord import CHANNEL, FORUM, DiscordStandIn
from tests.stand_ins.faults import Fault

RIGHTS = {  # https://docs.discord.com/developers/topics/permissions
    "View Channel": (10, Health.OFF),
    "Send Messages": (11, Health.OFF),
    "Read Message History": (16, Health.WARN),
    "Attach Files": (15, Health.WARN),
    "Embed Links": (14, Health.WARN),
    "Create Public Threads": (35, Health.WARN),
    "Send Messages in Threads": (38, Health.WARN),
    "Manage Messages": (13, Health.WARN),
}


async def missing(there: DiscordStandIn) -> dict[str, Health]:
    found = await built(there).examine(CHANNEL)
    assert all(one.then for one in found if one.health is not Health.OK)
    return {one.what: one.health for one in found if one.health is not Health.OK}


async def test_nothing_is_missing(there: DiscordStandIn) -> None:
    assert await missing(there) == {}


@pytest.mark.parametrize("right", ["Attach Files", "Embed Links", "Manage Messages"])
async def test_a_missing_right_is_named(there: DiscordStandIn, right: str) -> None:
    bit, health = RIGHTS[right]
    there.rights = str(((1 << 50) - 1) & ~(1 << bit) & ~(1 << 3))  # nor an administrator
    assert await missing(there) == {right: health}


async def test_a_missing_intent_and_a_bad_token_are_named(there: DiscordStandIn) -> None:
    there.flags = 0
    assert await missing(there) == {"message content intent": Health.OFF}
    there.fail(Fault.TOKEN_EXPIRED)
    assert await missing(there) == {"token": Health.OFF}
    with pytest.raises(Unauthorized):
        await built(there).places()


async def test_places_name_channels_and_forums_with_their_tags(bot: Bot) -> None:
    places = {place.channel: place for place in await bot.adapter.places()}
    assert {id: place.kind for id, place in places.items()} == {CHANNEL: "text", FORUM: "forum"}
    assert places[FORUM].tags == ("Idea",)


async def test_health_is_a_sentence(bot: Bot) -> None:
    assert bot.adapter.health()[1].startswith("Connected to Discord since")

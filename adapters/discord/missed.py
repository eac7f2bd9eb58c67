"""What was said while nobody listened, read from each channel's history.

Edits, deletions, reactions, votes and commands of that time are nowhere to be read.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime
from typing import Any

from adapters.discord.client import Calls, Refused
from adapters.discord.translate import moment, snowflake
from adapters.discord.world import DM, World
from bot.errors import NetworkError
from bot.logs import log

# https://docs.discord.com/developers/resources/message#get-channel-messages
_PAGE, _MOST_PAGES, _MOST_CHANNELS = 100, 5, 100

_log = log("discord")


def busy_since(told: Mapping[str, Any], since: datetime) -> Iterator[str]:
    """The channels and threads of a server, as GUILD_CREATE tells them, where something was said
    later than ``since``."""
    for channel in (*(told.get("channels") or ()), *(told.get("threads") or ())):
        last = channel.get("last_message_id")
        if last and moment(str(last)) > since:
            yield str(channel["id"])


def private(world: World) -> Iterator[str]:
    """Private channels are not told; these are the ones that we have seen."""
    for id, channel in world.channels.items():
        if channel.get("type") == DM:
            yield id


async def said(
    calls: Calls, channels: list[str], since: datetime, guild: str | None
) -> AsyncIterator[Mapping[str, Any]]:
    """Messages as MESSAGE_CREATE would have told them, oldest first in each channel. Never
    raises: what can't be read is passed over."""
    for channel in channels[:_MOST_CHANNELS]:
        try:
            async for message in _history(calls, channel, since):
                yield message | ({"guild_id": guild} if guild else {})
        except Refused:
            continue  # we may not read its history
        except NetworkError as error:
            _log.warning("what was missed can't be read", why=str(error))
            return


async def _history(calls: Calls, channel: str, since: datetime) -> AsyncIterator[dict[str, Any]]:
    after = snowflake(since)
    for _ in range(_MOST_PAGES):
        query = {"after": after, "limit": _PAGE}
        path = "/channels/{channel_id}/messages"
        page = await calls("GET", path, query=query, channel_id=channel)
        for message in reversed(page):
            yield message
        if len(page) < _PAGE:
            return
        after = str(page[0]["id"])
    _log.warning("more was said than is read again", channel=channel)

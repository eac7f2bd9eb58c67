"""What was said while nobody listened, read from the channels."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import discord

from bot.logs import log
from bot.networks.port import Event

# After a start nobody knows what was heard before: so far back is looked, and never to before we
# came. What is here already is kept once.
LOOK_BACK = timedelta(hours=24)
_PER_CHANNEL = 500
_PAGE = 100  # Discord's limit

_log = log("discord")


def seen_until(events: Sequence[Event]) -> int:
    """The youngest message among them."""
    kept = (e.dedupe_key.removeprefix("message:") for e in events if "message:" in e.dedupe_key)
    return max((int(id) for id in kept if id.isdigit()), default=0)


async def missed(
    client: discord.Client, *, since: int, now: datetime
) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Messages younger than ``since``, oldest first in each channel, with their server's id.

    ``since``: a message's id; 0 looks back for a day. A channel that can't be read is left out.
    """
    since = since or discord.utils.time_snowflake(now - LOOK_BACK)
    for guild in client.guilds:
        joined = getattr(guild.me, "joined_at", None)
        after = max(since, discord.utils.time_snowflake(joined) if joined else 0)
        for channel in _with_news(guild, after):
            try:
                async for message in _history(client, channel.id, after):
                    yield str(guild.id), message
            except discord.HTTPException as error:
                _log.warning("a gap stays", channel=channel.id, reason=str(error))


def _with_news(guild: discord.Guild, after: int) -> Iterator[Any]:
    channels: list[Any] = [*guild.text_channels, *guild.threads]
    for channel in channels:
        if (channel.last_message_id or 0) > after:
            yield channel


async def _history(
    client: discord.Client, channel: int, after: int
) -> AsyncIterator[dict[str, Any]]:
    for _ in range(_PER_CHANNEL // _PAGE):
        page: Sequence[Any] = await client.http.logs_from(channel, _PAGE, after=after)
        for message in sorted(page, key=lambda one: int(one["id"])):
            after = int(message["id"])
            yield message
        if len(page) < _PAGE:
            return
    _log.warning("a gap stays: too much was said", channel=channel)

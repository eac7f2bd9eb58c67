"""discord.py behind a thin seam: one connection, every event raw and in order."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord.settings import DiscordSettings
from bot.errors import (
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from bot.logs import log

Hear = Callable[[str, Any, str], None]

# Waiting longer than this is for the outbox, which can do other things meanwhile; discord.py takes
# no less than 30 s.
LONGEST_WAIT = 30.0

_log = log("discord")


def redirect(settings: DiscordSettings) -> None:
    """Point the library at the servers that the settings name; it knows one set per process."""
    if settings.api_base:
        Route.BASE = settings.api_base
    if settings.gateway:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway)
    if settings.cdn_base:
        discord.Asset.BASE = settings.cdn_base


def intents(settings: DiscordSettings) -> discord.Intents:
    """The least: what needs no permission, the words of messages, and joins where wanted."""
    wanted = discord.Intents.default()
    wanted.message_content = True
    wanted.members = settings.members
    wanted.typing = False
    return wanted


class Connection(discord.Client):
    """One life of the connection: a Client that has ended can't be used again.

    ``hear`` is given every event of the gateway before the library reads it: its name, its data,
    and the place in the session, which a resumed session repeats.
    """

    def __init__(self, settings: DiscordSettings, hear: Hear | None = None) -> None:
        super().__init__(
            intents=intents(settings),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            max_ratelimit_timeout=LONGEST_WAIT,
            chunk_guilds_at_startup=False,
        )
        if hear:
            parsers = self._connection.parsers
            for name, parser in list(parsers.items()):
                parsers[name] = self._guarded(name, parser, hear)

    def _guarded(self, name: str, parser: Callable[[Any], None], hear: Hear) -> Any:
        """An event that the library can't read would end the connection for good:
        https://github.com/Rapptz/discord.py/issues/10520"""

        def parse(data: Any) -> None:
            ws: Any = self.ws  # None until the first connection stands
            hear(name, data, f"{ws.session_id}:{ws.sequence}" if ws else "")
            try:
                parser(data)
            except Exception as error:
                _log.warning("an event was not read", name=name, reason=repr(error))

        return parse

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        _log.exception("a listener failed", listener=event_method)


def typed(error: Exception) -> NetworkError:
    """What discord.py raised, by what to do next."""
    if isinstance(error, NetworkError):
        return error
    if isinstance(error, discord.LoginFailure):
        return Unauthorized("Discord does not take the bot's token. Reset it and set it anew.")
    if isinstance(error, discord.RateLimited):
        return _rate_limited(error.retry_after)
    if isinstance(error, discord.HTTPException):
        return _answered(error)
    if isinstance(error, aiohttp.ClientConnectorError):
        return Unavailable(f"Discord can't be reached: {error}")
    return OutcomeUnknown(f"Discord did not answer: {error!r}")


def _rate_limited(seconds: float) -> RateLimited:
    return RateLimited("Discord asks us to wait.", retry_after=timedelta(seconds=seconds))


def _answered(error: discord.HTTPException) -> NetworkError:
    said = f"Discord says: {error.text or error.status} ({error.status}, code {error.code})"
    if error.status == 401:
        return Unauthorized(said)
    if error.status == 429:
        return _rate_limited(_seconds(error.response.headers.get("Retry-After")))
    if error.status >= 500:
        return OutcomeUnknown(said)
    return Rejected(said)


def _seconds(header: str | None) -> float:
    """Discord's own limits tell it in the answer; in front of it stands Cloudflare, which often
    says nothing."""
    try:
        return min(max(float(header or ""), 1.0), 3600.0)
    except ValueError:
        return 60.0

"""discord.py behind a thin seam: every event raw and in order, every call once, our own errors."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from adapters.discord.settings import DiscordSettings
from bot.errors import (
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from bot.logs import hide, log
from bot.networks import MediaFile

# An event of the gateway: its name, its data, and its place in the session, which a resumed
# session repeats. `CUT` is none of Discord's: the connection is being taken up again.
CUT = "CUT"
Hear = Callable[[str, Any, str], None]
Json = dict[str, Any]

# Waiting longer for our turn is for the outbox, which can do other things meanwhile; discord.py
# takes no less.
_LONGEST_TURN = 30.0
_LEAVE_SECONDS = 2.0
_OUR_TURN = timedelta(seconds=5)
# Where Discord does not say how long, and the longest that is believed.
_SOME_TIME, _LONGEST = 30.0, 3600.0
_TOKEN = (
    "Discord does not take the bot's token. Under Bot press Reset Token, put the new one into "
    "[networks.discord], and restart Hubbub."
)
_CLOSED = {4004: _TOKEN, 4013: "Discord does not know an intent that we ask for."}

_log = log("discord")


def redirect(settings: DiscordSettings) -> None:
    """Point the library at the servers that the settings name; it knows one set per process."""
    if settings.api_base:
        Route.BASE = settings.api_base
    if settings.gateway:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway)
    if settings.cdn_base:
        discord.Asset.BASE = settings.cdn_base
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # we never speak aloud
    hide(settings.token.get_secret_value())


def _intents(settings: DiscordSettings) -> discord.Intents:
    """The least: what needs no permission, the words of messages, and joins where wanted."""
    wanted = discord.Intents.default()
    wanted.message_content = True
    wanted.members = settings.members
    wanted.typing = False
    return wanted


def _only_once() -> aiohttp.TraceConfig:
    """The library tries five times and sleeps in between; here each answer is ours to judge."""
    trace = aiohttp.TraceConfig()

    async def look(
        _session: object, _context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        answer = params.response
        if answer.status == 429:
            seconds = patience(answer.headers)
            answer.close()
            raise RateLimited(
                f"Discord asks for patience: {seconds:.0f} seconds.",
                retry_after=timedelta(seconds=seconds),
            )
        if answer.status >= 500:
            answer.close()
            raise OutcomeUnknown(f"Discord answered with an error of its own ({answer.status}).")

    async def note(
        _session: object, context: SimpleNamespace, _params: aiohttp.TraceRequestStartParams
    ) -> None:
        if context.trace_request_ctx is not None:
            context.trace_request_ctx.left = True

    trace.on_request_start.append(note)
    trace.on_request_end.append(look)
    return trace


def patience(headers: Mapping[str, str]) -> float:
    """For how many seconds a 429 asks us to wait: 1 to an hour, whatever it says.
    https://docs.discord.com/developers/topics/rate-limits#header-format"""
    try:
        seconds = float(headers["Retry-After"])
    except (KeyError, ValueError, OverflowError):
        return _SOME_TIME
    return min(max(seconds, 1.0), _LONGEST) if seconds == seconds else _SOME_TIME


class Connection(discord.Client):
    """One life of the connection: a Client that has ended can't be used again."""

    def __init__(self, settings: DiscordSettings, hear: Hear) -> None:
        redirect(settings)
        super().__init__(
            intents=_intents(settings),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            max_ratelimit_timeout=_LONGEST_TURN,
            chunk_guilds_at_startup=False,
            http_trace=_only_once(),
        )
        self.calls = Calls(self.http, settings.timeout_seconds)
        self._hear = hear
        parsers = self._connection.parsers
        for name, parser in list(parsers.items()):
            parsers[name] = self._guarded(name, parser, hear)

    def _guarded(self, name: str, parser: Callable[[Any], None], hear: Hear) -> Any:
        """An event that the library can't read would end the connection for good:
        https://github.com/Rapptz/discord.py/issues/10520"""

        def parse(data: Any) -> None:
            ws = self.ws
            hear(name, data, f"{ws.session_id}:{ws.sequence}")
            try:
                parser(data)
            except Exception as error:
                _log.warning("the library can't read an event", name=name, why=repr(error))

        return parse

    async def end(self) -> None:
        """Whether or not Discord takes its leave too."""
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LEAVE_SECONDS):
                    await self.close()
        finally:
            await self.http.close()

    async def on_disconnect(self) -> None:
        self._hear(CUT, {}, "")

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        _log.exception("a listener failed", listener=event_method)


@asynccontextmanager
async def speaking(settings: DiscordSettings) -> AsyncIterator["Calls"]:
    """To say something while nobody listens."""
    redirect(settings)
    http = HTTPClient(
        asyncio.get_running_loop(),
        http_trace=_only_once(),
        max_ratelimit_timeout=_LONGEST_TURN,
    )
    try:
        with our_errors(harmless=True):
            async with asyncio.timeout(settings.timeout_seconds):
                await http.static_login(settings.token.get_secret_value())
        yield Calls(http, settings.timeout_seconds)
    finally:
        await http.close()


class Calls:
    """Calls to Discord's HTTP API, each at most ``seconds`` long."""

    def __init__(self, http: HTTPClient, seconds: float) -> None:
        self._http, self._seconds = http, seconds

    async def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        files: Sequence[MediaFile] = (),
        harmless: bool = False,
        query: Mapping[str, Any] | None = None,
        **ids: str,
    ) -> Any:
        """What Discord answers; ``ids`` fill the ``path``. ``harmless``: it may be done twice, so
        that an unknown outcome is none. Raises `NetworkError`."""
        way = SimpleNamespace(left=False)
        what: Json = {"trace_request_ctx": way, **({"params": query} if query else {})}
        if files:
            what["form"] = _form(body, files)
        elif body is not None:
            what["json"] = body
        with our_errors(harmless=harmless or method != "POST"):
            try:
                async with asyncio.timeout(self._seconds):
                    return await self._http.request(Route(method, path, **ids), **what)
            except TimeoutError as error:
                if way.left:
                    raise
                raise RateLimited("Our turn did not come.", retry_after=_OUR_TURN) from error


def _form(body: Any, files: Sequence[MediaFile]) -> list[Json]:
    """https://docs.discord.com/developers/reference#uploading-files"""
    return [
        {"name": "payload_json", "value": json.dumps(body)},
        *(
            {
                "name": f"files[{number}]",
                "value": file.data,
                "filename": file.name,
                "content_type": file.type,
            }
            for number, file in enumerate(files)
        ),
    ]


@contextmanager
def our_errors(*, harmless: bool = False) -> Iterator[None]:
    """Raises `NetworkError` for what the library raises. ``harmless``: it may be done twice, so
    that an unknown outcome is none."""
    try:
        yield
    except Exception as error:
        found = _typed(error)
        if harmless and isinstance(found, OutcomeUnknown):
            found = Unavailable(str(found))
        if found is error:
            raise
        raise found from error


def _typed(error: Exception) -> NetworkError:
    match error:
        case NetworkError():
            return error
        case discord.LoginFailure():
            return Unauthorized(_TOKEN)
        case discord.PrivilegedIntentsRequired():
            return Unavailable(
                "Discord does not let the bot read messages: in the Developer Portal, under Bot, "
                'switch on "Message Content Intent" (and "Server Members Intent" where '
                "members = true)."
            )
        case discord.ConnectionClosed():
            says = _CLOSED.get(error.code, f"Discord ended the connection ({error.code}).")
            return Unauthorized(says) if error.code == 4004 else Unavailable(says)
        case discord.RateLimited():
            wait = timedelta(seconds=error.retry_after)
            return RateLimited("Discord asks for patience.", retry_after=wait)
        case discord.HTTPException():
            return _answered(error)
        case aiohttp.ClientConnectorError():
            return Unavailable("Discord can't be reached.")
    return OutcomeUnknown(f"Discord did not answer as it should: {error!r}.")


class Refused(Rejected):
    """``code``: Discord's own.
    https://docs.discord.com/developers/topics/opcodes-and-status-codes#json"""

    def __init__(self, says: str, code: int) -> None:
        super().__init__(says)
        self.code = code


UNKNOWN_MESSAGE, THREAD_IS_THERE = 10008, 160004
# Nobody waits for the answer any more: message, webhook, interaction, token.
TOO_LATE = frozenset({UNKNOWN_MESSAGE, 10015, 10062, 50027})
_HINTS = {
    10003: " Is the channel still there, and may the bot see it?",
    50001: " Let the bot see the channel: Edit Channel, Permissions.",
    50007: " They take no private messages from members of the server, or have blocked the bot.",
    50013: " Give the bot's role the permission: Server Settings, Roles.",
}


def _answered(error: discord.HTTPException) -> NetworkError:
    words = error.text.strip().rstrip(".") or f"no, {error.status}"
    if error.status == 401:
        return Unauthorized(_TOKEN)
    return Refused(f"Discord says: {words}.{_HINTS.get(error.code, '')}", error.code)

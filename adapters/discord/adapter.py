"""One bot on Discord, speaking and listening."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

import discord

from adapters.discord import asking, looking, speaking
from adapters.discord.catching_up import missed, seen_until
from adapters.discord.client import Connection, redirect, typed
from adapters.discord.settings import DiscordSettings
from adapters.discord.translate import NETWORK, translate
from bot.errors import (
    DatabaseUnavailable,
    NetworkError,
    OutcomeUnknown,
    Rejected,
    Unauthorized,
    Unavailable,
)
from bot.logs import hide, log
from bot.networks import (
    Action,
    Finding,
    Health,
    Outgoing,
    Place,
    Receipt,
    Receive,
    Services,
)
from bot.networks.port import Event

_AT_MOST = 200  # events stored together
_AGAIN_AFTER = 1.0
# https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-close-event-codes
_TOKEN_REFUSED, _INTENT_MISSING = 4004, 4014
_PORTAL = "https://discord.com/developers/applications"
INTENT = (
    'Discord refuses the connection: switch on "Message Content Intent" (and "Server Members '
    f'Intent" where members = true) under Bot at {_PORTAL}, then start Hubbub again.'
)
TOKEN = (
    f"Discord does not take the bot's token: reset it under Bot at {_PORTAL}, set it as token in "
    "[networks.discord], and start Hubbub again. It is not tried again before."
)

_log = log("discord")


class Discord:
    """``run`` owns the connection; what is sent while it is down goes by a short one of its own."""

    network = NETWORK
    capabilities = speaking.CAPABILITIES

    def __init__(self, settings: DiscordSettings, services: Services) -> None:
        self.account = settings.account
        self._settings, self._services, self._clock = settings, services, services.clock
        self._token = settings.token.get_secret_value()
        self._questions = asking.Questions(services, services.clock)
        self._unstored: asyncio.Queue[tuple[str, Any, datetime]] = asyncio.Queue()
        self._parents: dict[str, str] = {}
        self._interactions: dict[str, Any] = {}
        self._client: Connection | None = None
        self._me = ""
        self._seen = self._gap_from = 0
        self._connected: datetime | None = None
        self._last_event: datetime | None = None
        self._trouble = ""
        self._refused = False

    async def run(self, receive: Receive) -> None:
        if self._refused or not self._token:
            self._trouble = self._trouble or TOKEN
            await asyncio.Event().wait()
        client = Connection(self._settings, self._hear)
        client.event(_named("on_ready", lambda: self._ready(client, receive)))
        client.event(_named("on_interaction", lambda one: self._asked(one, receive)))
        storing = asyncio.create_task(self._store(receive))
        living = asyncio.create_task(self._live(client))
        try:
            done, _ = await asyncio.wait([storing, living], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            raise Unavailable("Discord ended the connection.")
        finally:
            self._client = self._connected = None
            for task in (storing, living):
                task.cancel()
            await asyncio.gather(storing, living, return_exceptions=True)
            await client.close()

    async def _live(self, client: Connection) -> None:
        try:
            await client.login(self._token)
            self._me = str(client.user.id) if client.user else ""
            self._client = client
            await self._synchronise(client)
            await client.connect()
        except (discord.LoginFailure, discord.PrivilegedIntentsRequired) as error:
            refused = isinstance(error, discord.LoginFailure)
            await self._give_up(TOKEN if refused else INTENT)
        except discord.ConnectionClosed as error:
            if error.code in (_TOKEN_REFUSED, _INTENT_MISSING):
                await self._give_up(TOKEN if error.code == _TOKEN_REFUSED else INTENT)
            raise Unavailable(f"Discord closed the connection ({error.code}).") from error
        except Exception as error:
            self._trouble = f"Discord can't be reached: {error}"
            raise Unavailable(self._trouble) from error

    async def _give_up(self, why: str) -> None:
        """To try again would burn Discord's patience and change nothing: a person has to act."""
        self._refused, self._trouble, self._connected = True, why, None
        _log.error("not connected", reason=why)
        await asyncio.Event().wait()

    async def _synchronise(self, client: Connection) -> None:
        if not self._services.commands:
            return
        try:
            if await asking.synchronise(client, self._services.commands):
                _log.info("commands told", how_many=len(self._services.commands))
        except discord.HTTPException as error:
            _log.warning("commands could not be told", reason=str(error))

    # What we hear

    def _hear(self, name: str, data: Any, place: str) -> None:
        now = self._clock.now()
        self._last_event = now
        if name == "READY":
            self._gap_from = self._seen
        if name in ("READY", "RESUMED"):
            self._connected, self._trouble = self._connected or now, ""
        try:
            self._learn(name, data)
        except (KeyError, TypeError, AttributeError) as error:
            _log.warning("an event was not read", name=name, reason=repr(error))
        if name == "MESSAGE_DELETE_BULK":
            for id in data.get("ids", ()):
                self._unstored.put_nowait(("MESSAGE_DELETE", {**data, "id": id}, now))
        elif name == "INTERACTION_CREATE":  # `_asked` answers it; its token is nobody else's
            said = {key: value for key, value in data.items() if key != "token"}
            self._interactions[str(data.get("id"))] = said
        else:
            told = {**data, "__seq__": place} if isinstance(data, dict) else data
            self._unstored.put_nowait((name, told, now))

    def _learn(self, name: str, data: Any) -> None:
        """Which channel a thread is in: messages do not tell."""
        threads: Sequence[Any] = ()
        if name in ("THREAD_CREATE", "THREAD_UPDATE"):
            threads = [data]
        elif name in ("GUILD_CREATE", "THREAD_LIST_SYNC"):
            threads = data.get("threads") or ()
        for thread in threads:
            self._parents[str(thread["id"])] = str(thread["parent_id"])

    def _translated(self, name: str, data: Any, now: datetime) -> Event | None:
        return translate(self.account, name, data, me=self._me, parents=self._parents, now=now)

    async def _store(self, receive: Receive) -> None:
        while True:
            heard = [await self._unstored.get()]
            while len(heard) < _AT_MOST and not self._unstored.empty():
                heard.append(self._unstored.get_nowait())
            try:
                await self._keep([self._translated(*one) for one in heard], receive)
            except BaseException:
                for one in heard:  # whoever comes next finds them; what is kept twice counts once
                    self._unstored.put_nowait(one)
                raise

    async def _keep(self, events: Sequence[Event | None], receive: Receive) -> None:
        """Returns once they are stored."""
        known = [event for event in events if event is not None]
        while known:
            try:
                await receive(known)
                break
            except DatabaseUnavailable:
                await self._clock.sleep(_AGAIN_AFTER)
        self._seen = max(self._seen, seen_until(known))

    async def _asked(self, interaction: discord.Interaction[Any], receive: Receive) -> None:
        raw = self._interactions.pop(str(interaction.id), None)
        event = raw and self._translated("INTERACTION_CREATE", raw, self._clock.now())

        async def stored() -> None:
            await self._keep([event], receive)

        await self._questions.hear(interaction, stored)

    async def _ready(self, client: Connection, receive: Receive) -> None:
        """A new session: what was said while nobody listened is read from the channels."""
        now = self._clock.now()
        async for guild, data in missed(client, since=self._gap_from, now=now):
            message = {**data, "guild_id": guild}
            events = [self._translated("MESSAGE_CREATE", message, now)]
            if data.get("edited_timestamp"):
                events.append(self._translated("MESSAGE_UPDATE", message, now))
            await self._keep(events, receive)

    # What we say

    async def send(self, outgoing: Outgoing) -> Receipt:
        taking_away = outgoing.action in (Action.DELETE, Action.HIDE)
        if not taking_away and (problems := self.capabilities.problems(outgoing.content)):
            raise Rejected(" ".join(problems))
        if not self._token or self._refused:
            raise Unauthorized(self._trouble or TOKEN)
        try:
            async with asyncio.timeout(self._settings.timeout_seconds), self._lent() as client:
                return await self._say(client, outgoing)
        except TimeoutError as error:
            raise OutcomeUnknown("Discord did not answer in time.") from error
        except Exception as error:
            raise typed(error) from error

    async def _say(self, client: Connection, outgoing: Outgoing) -> Receipt:
        answering = outgoing.action in (Action.DIRECT, Action.REPLY)
        if answering and (receipt := await self._questions.answer(outgoing)):
            return receipt
        return await speaking.say(client, outgoing, self._services, self._parents)

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[Connection]:
        """The connection that listens, or one for this call alone while there is none."""
        if self._client is not None:
            yield self._client
            return
        client = Connection(self._settings)
        try:
            try:
                await client.login(self._token)
            except discord.LoginFailure:
                raise
            except (discord.DiscordServerError, OSError, TimeoutError) as error:
                raise Unavailable(f"Discord can't be reached: {error}") from error
            yield client
        finally:
            with suppress(OSError):
                await client.close()

    async def find(self, outgoing: Outgoing) -> Receipt | None:
        raise NotImplementedError("what has left is sent again under the same nonce")

    # How it is

    def health(self) -> tuple[Health, str]:
        if self._trouble:
            return Health.OFF, self._trouble
        if self._connected is None:
            return Health.OFF, "Not connected to Discord yet."
        heard = f", last heard of at {self._last_event:%H:%M} UTC" if self._last_event else ""
        return Health.OK, f"Connected to Discord since {self._connected:%Y-%m-%d %H:%M} UTC{heard}."

    async def examine(self, channel: str | None = None) -> Sequence[Finding]:
        if not self._token:
            return [looking.no_token()]
        try:
            async with asyncio.timeout(self._settings.timeout_seconds), self._lent() as client:
                return await looking.examine(client, channel, members=self._settings.members)
        except Exception as error:
            return [looking.trouble(typed(error))]

    async def places(self) -> Sequence[Place]:
        if not self._token:
            raise Unauthorized(TOKEN)
        try:
            async with asyncio.timeout(self._settings.timeout_seconds), self._lent() as client:
                return await looking.places(client)
        except NetworkError:
            raise
        except TimeoutError as error:
            raise Unavailable("Discord did not answer in time.") from error
        except Exception as error:
            raise typed(error) from error


def _named(name: str, listener: Any) -> Any:
    """`Client.event` takes a coroutine function by its name."""

    async def listen(*given: Any) -> None:
        await listener(*given)

    listen.__name__ = name
    return listen


def build(settings: DiscordSettings, services: Services) -> Discord:
    redirect(settings)
    hide(settings.token.get_secret_value())
    return Discord(settings, services)

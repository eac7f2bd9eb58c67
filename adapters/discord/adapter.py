"""A bot on Discord: it keeps a connection, hears what is said, and says what is to be said."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from adapters.discord import client, looking, missed, shaping, translate
from adapters.discord.asked import Asked
from adapters.discord.settings import DiscordSettings
from adapters.discord.speaking import Mouth
from adapters.discord.world import World
from bot.errors import (
    DatabaseUnavailable,
    NetworkError,
    Rejected,
    Unauthorized,
    Unavailable,
)
from bot.logs import log
from bot.networks import (
    Action,
    Capabilities,
    Finding,
    Health,
    Media,
    MediaFile,
    MediaLimits,
    Outgoing,
    Place,
    Receipt,
    Receive,
    Services,
    Settle,
)
from bot.networks.port import Event

# https://docs.discord.com/developers/reference#uploading-files: on a server that nobody boosts
_FILE_BYTES = 10 * 1024 * 1024
_MEDIA = MediaLimits(
    bytes=dict.fromkeys(
        ("image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4"), _FILE_BYTES
    )
)
_MOST_AT_ONCE, _MOST_WAITING = 200, 10_000
_STORE_AGAIN_SECONDS = 1.0
# By so much clocks may differ, and events be late.
_A_MOMENT = timedelta(minutes=1)

_log = log("discord")


class Discord:
    """One bot. What it hears waits here until it is stored; what it may have missed meanwhile is
    read again from each channel's history."""

    network = translate.NETWORK
    capabilities = Capabilities(
        text_limit=shaping.TEXT_LIMIT,
        media_limit=10,
        button_limit=25,
        settle=Settle.RESEND,
        media=_MEDIA,
        poll_options=10,
        poll_question=shaping.LONGEST_QUESTION,
        poll_option=shaping.LONGEST_ANSWER,
        title_limit=shaping.TITLE_LIMIT,
        threads_open=True,
        actions=frozenset(Action),
    )

    def __init__(self, settings: DiscordSettings, services: Services) -> None:
        client.redirect(settings)
        self.account = settings.account
        self._settings, self._services, self._clock = settings, services, services.clock
        self._world, self._asked = World(), Asked(services)
        self._connection: client.Connection | None = None
        self._unheard: list[Event] = []
        self._news = asyncio.Event()
        self._me = self._trouble = ""
        self._refused = False
        self._reading: set[asyncio.Task[None]] = set()
        self._since: datetime | None = None
        self._heard_at: datetime | None = None
        self._missed_since = self._clock.now()
        self._missed_in: set[str] = set()  # servers whose history is still to be read

    async def run(self, receive: Receive) -> None:
        if self._refused:
            await asyncio.Event().wait()  # asked once: only another token can help
        connection = client.Connection(self._settings, self._hear)
        work = [
            asyncio.create_task(self._listen(connection)),
            asyncio.create_task(self._tell(receive)),
        ]
        try:
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            raise Unavailable("Discord ended the connection.")
        except NetworkError as trouble:
            self._trouble, self._refused = str(trouble), isinstance(trouble, Unauthorized)
            raise
        finally:
            self._connection = self._since = None
            self._asked.close()
            work = [*work, *self._reading]
            await _end(work)
            await connection.end()

    async def send(self, outgoing: Outgoing) -> Receipt:
        says = outgoing.action not in {Action.DELETE, Action.HIDE}
        if says and (problems := self.capabilities.problems(outgoing.content)):
            raise Rejected(" ".join(problems))
        async with self._calls() as calls:
            mouth = Mouth(calls, self._world, self._asked, self._clock, self._fetch, self._me)
            return await mouth.say(outgoing)

    async def find(self, outgoing: Outgoing) -> Receipt | None:
        raise NotImplementedError("the same again gives the first message")

    def health(self) -> tuple[Health, str]:
        if self._since is None:
            return Health.OFF, self._trouble or "Discord is not connected."
        if self._trouble:
            return Health.WARN, self._trouble
        since = _time(self._since)
        if self._heard_at is None:
            return Health.OK, f"Connected since {since}; nothing was heard yet."
        return Health.OK, f"Connected since {since}; heard last at {_time(self._heard_at)}."

    async def examine(self, channel: str | None = None) -> Sequence[Finding]:
        try:
            async with self._calls() as calls:
                if channel is not None:
                    return await looking.at_channel(calls, channel)
                with client.our_errors(harmless=True):
                    found = await looking.at_bot(calls, self._settings.members)
                return [*found, self._connected()]
        except NetworkError as error:
            return [looking.trouble("token", error), self._connected()]

    async def places(self) -> Sequence[Place]:
        async with self._calls() as calls:
            with client.our_errors(harmless=True):
                return await looking.places(calls)

    def _connected(self) -> Finding:
        health, says = self.health()
        return Finding(what="connection", health=health, says=says)

    @asynccontextmanager
    async def _calls(self) -> AsyncIterator[client.Calls]:
        if self._connection is not None:
            yield self._connection.calls
            return
        async with client.speaking(self._settings) as calls:
            yield calls

    async def _listen(self, connection: client.Connection) -> None:
        with client.our_errors(harmless=True):
            await connection.login(self._settings.token.get_secret_value())
            self._connection = connection
            assert connection.user is not None
            self._me = str(connection.user.id)
            try:
                await self._offer_commands(connection)
            except NetworkError as error:
                _log.warning("the commands could not be told to Discord", why=str(error))
            await connection.connect()

    async def _offer_commands(self, connection: client.Connection) -> None:
        """Told only where they differ: it is limited to 200 new ones a day."""
        wanted = shaping.commands(self._services.commands)
        path, application = "/applications/{application}/commands", str(connection.application_id)
        told = await connection.calls("GET", path, application=application)
        if not shaping.is_same(told, wanted):
            await connection.calls("PUT", path, wanted, application=application)

    def _hear(self, name: str, data: Any, place: str) -> None:
        """An event of the gateway, as it came. Never raises."""
        try:
            self._notice(name, data)
        except Exception as error:
            _log.warning("an event is not as documented", name=name, why=repr(error))
        self._keep(name, data, place)

    def _keep(self, name: str, data: Any, place: str = "") -> None:
        now = self._clock.now()
        events = translate.translate(
            self.account,
            name,
            data,
            me=self._me,
            parents=self._world.parents,
            now=now,
            place=place,
        )
        if events:
            self._unheard += events
            self._heard_at = now
            self._news.set()

    def _notice(self, name: str, data: Any) -> None:
        self._world.hear(name, data)
        if self._connection is None:
            return
        if name in {"READY", "RESUMED"}:
            self._since, self._trouble = self._since or self._clock.now(), ""
        if name == client.CUT:
            self._since, self._trouble = None, "Discord is not connected; we try again."
        elif name == "READY":  # a new session: nothing of the time before it is told
            self._missed_since = self._away_since()
            self._missed_in = {str(guild["id"]) for guild in data["guilds"]}
            self._read_again([*missed.private(self._world)])
        elif name == "GUILD_CREATE" and data["id"] in self._missed_in:
            self._missed_in.remove(data["id"])
            busy = [*missed.busy_since(data, self._missed_since)]
            self._read_again(busy, str(data["id"]))
        elif name == "INTERACTION_CREATE":
            self._asked.take(data, self._connection.calls)

    def _away_since(self) -> datetime:
        longest = self._clock.now() - timedelta(minutes=self._settings.catch_up_minutes)
        return max(longest, self._heard_at - _A_MOMENT) if self._heard_at else longest

    def _read_again(self, channels: list[str], guild: str | None = None) -> None:
        if not channels or self._connection is None:
            return

        async def read(calls: client.Calls, since: datetime) -> None:
            async for message in missed.said(calls, channels, since, guild):
                self._keep("MESSAGE_CREATE", message)

        task = asyncio.create_task(read(self._connection.calls, self._missed_since))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _tell(self, receive: Receive) -> None:
        """What was heard leaves here only when it is stored."""
        while True:
            self._news.clear()
            while batch := self._unheard[:_MOST_AT_ONCE]:
                try:
                    await receive(batch)
                except DatabaseUnavailable:
                    if len(self._unheard) > _MOST_WAITING:
                        raise
                    await self._clock.sleep(_STORE_AGAIN_SECONDS)
                    continue
                del self._unheard[: len(batch)]
                for event in batch:
                    self._asked.stored(getattr(event, "message", None))
            await self._news.wait()

    async def _fetch(self, media: Media) -> MediaFile:
        return await self._services.media(media, _MEDIA)


async def _end(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancelled until they have ended: the library waits with `asyncio.wait_for`, which in Python
    3.11 swallows a cancellation that comes together with its time-out."""
    waiting = {*tasks}
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=1.0)
    await asyncio.gather(*tasks, return_exceptions=True)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"

"""A bot on Telegram: it asks for news, or is called, and says what is to be said."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from telegram import BotCommand, Message, User

from adapters.telegram import looking, shaping, speaking, translate, updates
from adapters.telegram.client import Client, our_errors
from adapters.telegram.pacing import Pace
from adapters.telegram.settings import TelegramSettings
from adapters.telegram.shaping import GIF, chat
from bot.errors import (
    HubbubError,
    NetworkError,
    RateLimited,
    Rejected,
    Unavailable,
)
from bot.logs import log
from bot.networks import (
    Action,
    Capabilities,
    Count,
    EventKind,
    Finding,
    Health,
    InboundEvent,
    Media,
    MediaFile,
    MediaLimits,
    Outgoing,
    Place,
    Receipt,
    Receive,
    Services,
    Settle,
    Windows,
)
from bot.networks.port import Event

_MB = 1_000_000
# https://core.telegram.org/bots/api#sending-files, #sendphoto: sides of 10,000 together
_MEDIA = MediaLimits(
    bytes={
        "image/jpeg": 10 * _MB,
        "image/png": 10 * _MB,
        "image/webp": 10 * _MB,
        GIF: 50 * _MB,
        "video/mp4": 50 * _MB,
    },
    side=5000,
    alt=False,
)
_LOOK_SECONDS = 60.0  # how often the webhook's state is asked for
_SECOND = 1.0

_log = log("telegram")


class Telegram:
    """One bot. What it hears is acknowledged by the next offset, after COMMIT."""

    network = translate.NETWORK
    capabilities = Capabilities(
        text_limit=4096,
        count=Count.UTF16,
        media_limit=10,
        button_limit=100,
        settle=Settle.ASK,
        media=_MEDIA,
        caption_limit=1024,
        poll_options=12,
        poll_question=shaping.LONGEST_QUESTION,
        poll_option=shaping.LONGEST_OPTION,
        poll_text_limit=shaping.LONGEST_DESCRIPTION,
        poll_media=False,
        actions=frozenset(Action),
        windows=Windows(first=False),
    )

    def __init__(self, settings: TelegramSettings, services: Services) -> None:
        self.account = settings.account
        self._settings, self._services, self._clock = settings, services, services.clock
        self._client = Client(settings)
        self._pace = Pace(
            services.clock,
            per_second=settings.per_second,
            per_minute_in_group=settings.per_minute_in_group,
        )
        self._receive: Receive | None = None
        self._untold: list[Event] = []  # what we know of our own, for the next to be received
        self._answering: set[asyncio.Task[None]] = set()
        self._seen: dict[str, str] = {}  # names of chats, by id
        self._since: datetime | None = None
        self._heard_at: datetime | None = None
        self._username = self._trouble = ""

    async def run(self, receive: Receive) -> None:
        self._receive = receive
        try:
            me = await self._begin()
            self._username = me.username or ""
            await (self._be_called() if self._settings.webhook else self._ask())
        except NetworkError as trouble:
            self._trouble = str(trouble)
            if isinstance(trouble, RateLimited):
                await self._clock.sleep(trouble.retry_after.total_seconds())
            raise
        finally:
            self._receive = self._since = None
            for task in self._answering:
                task.cancel()

    async def send(self, outgoing: Outgoing) -> Receipt:
        says = outgoing.action not in {Action.DELETE, Action.HIDE}
        if says and (problems := self.capabilities.problems(outgoing.content)):
            raise Rejected(" ".join(problems))
        if says:
            await self._pace.turn(chat(outgoing), max(1, len(outgoing.content.media)))
        message = await speaking.say(self._client.bot, outgoing, self._fetch)
        if message is None:
            return Receipt(message=outgoing.target or "")
        await self._remember(message, outgoing)
        return Receipt(message=str(message.message_id), permalink=message.link or "")

    async def find(self, outgoing: Outgoing) -> Receipt | None:
        raise NotImplementedError("a bot can't read what stands in a chat")

    def health(self) -> tuple[Health, str]:
        if self._since is None:
            return Health.OFF, self._trouble or "Telegram is not connected."
        if self._trouble:
            return Health.WARN, self._trouble
        us, since = self._username, _time(self._since)
        if self._heard_at is None:
            return Health.OK, f"Connected as @{us} since {since}; nothing was heard yet."
        heard = _time(self._heard_at)
        return Health.OK, f"Connected as @{us} since {since}; heard last at {heard}."

    async def examine(self, channel: str | None = None) -> Sequence[Finding]:
        if channel is not None:
            return await looking.at_chat(self._client.bot, self.account, channel)
        found = await looking.at_bot(self._client.bot, self._webhook())
        return [*found, looking.places(self._seen)]

    async def places(self) -> Sequence[Place]:
        """Telegram lists no chats: these are the ones where something was heard since the start."""
        bot, seen = self._client.bot, list(self._seen.items())
        return [await looking.place(bot, self.account, id, name) for id, name in seen]

    async def _begin(self) -> User:
        """Who we are, what may be asked of us, and by which way we hear."""
        bot = self._client.bot
        with our_errors(harmless=True):
            me = await bot.get_me()
            with suppress(Rejected):
                await self._offer_commands()
            if self._settings.webhook:
                await bot.set_webhook(
                    self._webhook_needed(),
                    secret_token=self._settings.secret.get_secret_value(),
                    allowed_updates=updates.ALLOWED,
                )
            elif (await bot.get_webhook_info()).url:
                await bot.delete_webhook()  # while there is one, nobody may ask
        return me

    async def _offer_commands(self) -> None:
        """The menu is set only where it differs: setting it is limited, and often."""
        wanted = [(one.name, one.does[:256]) for one in self._services.commands]
        if not wanted:
            return
        bot = self._client.bot
        now = [(one.command, one.description) for one in await bot.get_my_commands()]
        if now != wanted:
            with our_errors(harmless=True):
                await bot.set_my_commands([BotCommand(*one) for one in wanted])

    async def _ask(self) -> None:
        """Telegram keeps what is not acknowledged for a day, and acknowledging is the next
        question's offset. With nothing left to acknowledge there is none: after a quiet week
        Telegram begins to count anew (https://core.telegram.org/bots/api#update)."""
        offset: int | None = None
        while True:
            body = await self._client.updates(offset)
            self._connected()
            try:
                raws = updates.split(body)
            except ValueError as error:
                raise Unavailable(f"Telegram's answer can't be read: {error}") from error
            await self._take(raws)
            numbers = [number for raw in raws if (number := updates.number(raw)) is not None]
            offset = max(numbers) + 1 if numbers else None
            if raws and not numbers:
                await self._clock.sleep(_SECOND)  # kept, and can't be acknowledged

    async def _take(self, raws: Sequence[bytes]) -> None:
        """Each is translated alone, so that none spoils another; returns after COMMIT."""
        events = [
            event
            for raw in raws
            for event in translate.heard(raw, account=self.account, username=self._username)
        ]
        await self._tell(events)
        for event in events:
            if isinstance(event, InboundEvent):
                self._notice(event)

    async def _tell(self, events: Sequence[Event]) -> None:
        untold = [*self._untold, *events]
        if untold and self._receive is not None:
            await self._receive(untold)
            self._untold = [one for one in self._untold if one not in untold]

    def _notice(self, event: InboundEvent) -> None:
        self._heard_at = self._clock.now()
        if event.kind is EventKind.BUTTON and (query := translate.query_of(event.raw)):
            task = asyncio.create_task(self._answer(query))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        if not event.channel or event.private:
            return
        us = event.author is not None and event.author.id == self.account
        if event.kind is EventKind.MEMBER_LEFT and us:
            self._seen.pop(event.channel, None)
        elif event.kind is EventKind.CHANNEL_MOVED:
            self._seen[event.data["to"]] = self._seen.pop(event.channel, "")
        else:
            name = event.data.get("name", "")
            self._seen[event.channel] = name or self._seen.get(event.channel, "")

    async def _answer(self, query: str) -> None:
        """Stops the wheel on the button. Too late, or twice, is no harm."""
        with suppress(NetworkError), our_errors(harmless=True):
            await self._client.bot.answer_callback_query(query)

    async def _be_called(self) -> None:
        """Calls come to `accept`; here we see whether they can."""
        while True:
            with our_errors(harmless=True):
                info = await self._client.bot.get_webhook_info()
            self._connected()
            if info.url != self._webhook():
                raise Unavailable("Another program has set a webhook for this bot; ours is set.")
            if info.last_error_message:
                self._trouble = f"Telegram can't call us: {info.last_error_message}."
            await self._clock.sleep(_LOOK_SECONDS)

    def _webhook(self) -> str:
        """Where Telegram calls us; empty where we ask."""
        if not self._settings.webhook:
            return ""
        return f"{self._services.public_url.rstrip('/')}/webhooks/{self.network}"

    def _webhook_needed(self) -> str:
        needed = "http" if self._settings.is_own_server else "https://"
        if not self._services.public_url.startswith(needed):
            raise Unavailable(
                "Telegram calls only an address with https: set public_url in [web], or leave "
                "webhook away in [networks.telegram]."
            )
        return self._webhook()

    def _connected(self) -> None:
        self._since = self._since or self._clock.now()
        self._trouble = ""

    async def _remember(self, message: Message, outgoing: Outgoing) -> None:
        """Votes name only their poll, so where it stands is kept like what Telegram tells us."""
        poll = speaking.poll_of(message)
        if poll is None:
            return
        self._untold.append(
            translate.poll_shown(
                message.to_json().encode(),
                account=self.account,
                poll=poll,
                channel=outgoing.channel,
                message=str(message.message_id),
            )
        )
        with suppress(HubbubError):
            await self._tell(())

    async def held(self, url: str) -> bytes:
        """https://core.telegram.org/bots/api#getfile: up to 20 MB, by an address with our token."""
        with our_errors(harmless=True):
            file = await self._client.bot.get_file(url.removeprefix(translate.FILE))
            return bytes(await file.download_as_bytearray())

    async def _fetch(self, media: Media) -> MediaFile:
        return await self._services.media(media, _MEDIA)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def build(settings: TelegramSettings, services: Services) -> Telegram:
    return Telegram(settings, services)

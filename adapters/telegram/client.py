"""python-telegram-bot behind a thin seam: raw updates in, our own errors out."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlencode

import httpx
from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    TelegramError,
)
from telegram.request import HTTPXRequest

from adapters.telegram.settings import TelegramSettings
from adapters.telegram.updates import ALLOWED
from bot.errors import (
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from bot.logs import hide

# Where Telegram does not say how long, and the longest that is believed.
_SOME_TIME, _LONGEST = 30.0, 86_400.0
# Beyond how long Telegram keeps the question open: its answer has to travel.
_TRAVEL_SECONDS = 10.0
_AT_ONCE = 64

CONFLICT = (
    "Somebody else reads this bot's updates: another program has the same token. Stop it, or "
    "take a new token from @BotFather (/revoke) for this one."
)


class _Patience(TelegramError):
    """Asked to wait. The library's own says so only where Telegram says how long."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Telegram asks for patience: {seconds:.0f} seconds.")
        self.seconds = seconds


class _Request(HTTPXRequest):
    """The library's own transport, which also knows a 429 without a time to wait."""

    async def do_request(self, *args: object, **kwargs: object) -> tuple[int, bytes]:
        code, payload = await super().do_request(*args, **kwargs)  # type: ignore[arg-type]  # handed on as it came
        if code == httpx.codes.TOO_MANY_REQUESTS:
            raise _Patience(patience(payload))
        return code, payload


def patience(payload: bytes) -> float:
    """For how many seconds a 429 asks us to wait: 1 to a day, whatever it says.
    https://core.telegram.org/bots/api#responseparameters"""
    try:
        seconds = float(json.loads(payload)["parameters"]["retry_after"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return _SOME_TIME
    return min(max(seconds, 1.0), _LONGEST) if seconds == seconds else _SOME_TIME


class Client:
    """One bot's connections: `bot` to say things, `updates` to hear."""

    def __init__(self, settings: TelegramSettings) -> None:
        token = settings.token.get_secret_value()
        hide(token)
        seconds = settings.timeout_seconds
        waits = seconds + settings.poll_seconds + _TRAVEL_SECONDS
        self._poll_seconds = settings.poll_seconds
        self._address = f"{settings.api_base}/bot{token}/getUpdates"
        self._updates = _Request(connection_pool_size=1, read_timeout=waits)
        self.bot = Bot(
            token,
            base_url=f"{settings.api_base}/bot",
            base_file_url=f"{settings.api_base}/file/bot",
            request=_Request(
                connection_pool_size=_AT_ONCE,
                read_timeout=seconds,
                write_timeout=seconds,
                connect_timeout=seconds,
                pool_timeout=seconds,
            ),
            get_updates_request=self._updates,
        )

    async def updates(self, offset: int | None) -> bytes:
        """Telegram's answer as it came, once there is news or after a while. ``offset``: all
        before it are acknowledged by this. The library's own way would parse them all or none."""
        asked = {"timeout": self._poll_seconds, "allowed_updates": json.dumps(ALLOWED)}
        if offset is not None:
            asked["offset"] = offset
        with our_errors():
            return await self._updates.retrieve(f"{self._address}?{urlencode(asked)}")


@contextmanager
def our_errors(*, harmless: bool = False) -> Iterator[None]:
    """Raises `NetworkError` for what the library raises. ``harmless``: it may be done twice, so
    that an unknown outcome is none."""
    try:
        yield
    except ChatMigrated:
        raise  # nothing happened there; who called knows where to go on
    except TelegramError as error:
        found = _ours(error)
        if harmless and isinstance(found, OutcomeUnknown):
            found = Unavailable(str(found))
        raise found from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        says = f"Telegram's answer is not as its documentation says: {error!r}"
        raise (Unavailable if harmless else OutcomeUnknown)(says) from error


def _ours(error: TelegramError) -> NetworkError:
    words = error.message.rstrip(".")
    says = f"Telegram says: {words}."
    match error:
        case _Patience():
            return RateLimited(error.message, retry_after=timedelta(seconds=error.seconds))
        case InvalidToken():
            return Unauthorized(
                f"{says} Take the token from @BotFather again and put it into [networks.telegram]."
            )
        case Conflict():
            return Unavailable(CONFLICT)
        case Forbidden() | BadRequest():
            return Rejected(f"{says}{_hint(error.message)}")
    if isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return Unavailable(f"Telegram can't be reached: {words}.")
    return OutcomeUnknown(f"Telegram did not answer as it should: {words}.")


_HINTS: Sequence[tuple[str, str]] = (
    ("blocked by the user", " They have blocked the bot."),
    ("can't initiate", " They have to write to the bot first."),
    ("bot was kicked", " Add it to the chat again."),
    ("not a member", " Add it to the chat."),
    ("not enough rights", " Make the bot an admin there, or let it post."),
    ("chat_write_forbidden", " Let the bot post there."),
)


def _hint(message: str) -> str:
    return next((hint for words, hint in _HINTS if words in message.lower()), "")

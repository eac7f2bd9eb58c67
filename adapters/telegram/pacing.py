"""Saying no more than Telegram allows, and never waiting long in silence."""

from collections import deque
from datetime import timedelta

from bot.clock import Clock
from bot.errors import RateLimited

# https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: one message a
# second to one chat, of which short bursts are allowed.
_BURST, _BURST_SECONDS = 3, 3.0
# What takes longer goes back to the outbox, where it can be seen.
_LONGEST_WAIT = 5.0
_KEPT_SECONDS = 60.0
_MANY_CHATS = 1000
_EVERYWHERE = ""

Limit = tuple[int, float]  # so many messages in so many seconds


class Pace:
    """When the next message may leave. ``per_second`` to all chats together and
    ``per_minute_in_group``: 0 is no limit."""

    def __init__(self, clock: Clock, *, per_second: int, per_minute_in_group: int) -> None:
        self._clock = clock
        self._everywhere: list[Limit] = [(per_second, 1.0)] if per_second else []
        self._in_group: list[Limit] = (
            [(_BURST, _BURST_SECONDS), (per_minute_in_group, _KEPT_SECONDS)]
            if per_minute_in_group
            else []
        )
        self._in_private: list[Limit] = [(_BURST, _BURST_SECONDS)] if per_second else []
        self._longest = max(per_second, per_minute_in_group, _BURST, 1)
        self._said: dict[str, deque[float]] = {}

    async def turn(self, chat: str, count: int = 1) -> None:
        """Wait for one's turn to say ``count`` messages. Raises `RateLimited` where it is far."""
        now = self._clock.monotonic()
        limits = self._in_group if chat.startswith(("-", "@")) else self._in_private
        turns = [self._after(_EVERYWHERE, limit, now) for limit in self._everywhere]
        turns += [self._after(chat, limit, now) for limit in limits]
        at = max([now, *turns])
        if at - now > _LONGEST_WAIT:
            raise RateLimited(
                "Telegram allows no more there for the moment.",
                retry_after=timedelta(seconds=at - now),
            )
        self._forget(now)
        for place in (_EVERYWHERE, chat):
            said = self._said.setdefault(place, deque(maxlen=self._longest))
            said.extend([at] * count)
        if at > now:
            await self._clock.sleep(at - now)

    def _after(self, place: str, limit: Limit, now: float) -> float:
        most, seconds = limit
        said = self._said.get(place, ())
        return said[-most] + seconds if len(said) >= most else now

    def _forget(self, now: float) -> None:
        if len(self._said) > _MANY_CHATS:
            self._said = {
                place: said for place, said in self._said.items() if said[-1] > now - _KEPT_SECONDS
            }

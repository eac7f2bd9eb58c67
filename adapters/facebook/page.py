"""Our Page: its token, what Facebook still allows it, and calls in its name."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn

from adapters.facebook.answers import Answer, Lost, NotReached, Refused, Usage, meaning
from adapters.facebook.client import Files, GraphClient
from adapters.facebook.settings import FacebookSettings
from bot.clock import Clock
from bot.errors import OutcomeUnknown, RateLimited, Unauthorized
from bot.logs import hide

# https://developers.facebook.com/docs/graph-api/overview/rate-limiting: a rolling hour.
_COUNTED_OVER = timedelta(hours=1)
SLOW_AT = 75.0  # per cent
# So far apart are two things that we say there, from `SLOW_AT` to everything used up.
_GAP, _LONGEST_GAP = 2.0, 30.0


class Page:
    """Calls in the Page's name. Every call raises the `NetworkError` that tells what to do next.

    ``refused``: why Facebook no longer takes our token; then nothing is called any more until
    `forgive`. ``in_development``: what Facebook said when it let us write only to testers.
    """

    def __init__(self, settings: FacebookSettings, clock: Clock) -> None:
        self.id, self.refused, self.in_development = settings.page, "", ""
        self._given, self._clock = settings.token.get_secret_value(), clock
        self._own: str | None = None
        self._asking = asyncio.Lock()
        self._usage: tuple[Usage, datetime] | None = None
        self._next_write = clock.now()
        self._graph = GraphClient(
            base=settings.graph_base,
            version=settings.graph_version,
            secret=settings.app_secret.get_secret_value(),
            timeout=settings.timeout_seconds,
            heard=self._heard,
        )

    async def read(self, path: str, **args: Any) -> Answer:
        return await self._call("GET", path, args)

    async def write(
        self, path: str, fields: Mapping[str, Any], *, files: Files | None = None, seen: bool = True
    ) -> Answer:
        """``seen``: people see what comes of it; else an unclear outcome is as good as none."""
        return await self._call("POST", path, fields, files, wrote=seen)

    async def remove(self, path: str) -> Answer:
        return await self._call("DELETE", path, {}, wrote=True)

    async def as_app(self, path: str, token: str, **args: Any) -> Answer:
        """Reads with another token: the app's own."""
        return await self._with(token, "GET", path, args)

    async def token(self) -> str:
        """The Page's own, made from the one that was given: that may be a person's."""
        async with self._asking:
            if self._own is None:
                asked = {"fields": "access_token"}
                answer = await self._with(self._given, "GET", self.id, asked)
                own = answer.get("access_token")
                self._own = own if isinstance(own, str) and own else self._given
                hide(self._own)
            return self._own

    def refuse(self, why: str) -> NoReturn:
        """Facebook no longer takes our token. Raises `Unauthorized`."""
        self.refused = why
        raise Unauthorized(why)

    def forgive(self) -> None:
        """A person looks again: perhaps the token is taken by now."""
        self.refused, self._own = "", None

    @property
    def used(self) -> float:
        """Of what Facebook allows, in per cent; what it said last is forgotten within its hour."""
        if self._usage is None:
            return 0.0
        usage, at = self._usage
        return usage.percent * max(1.0 - (self._clock.now() - at) / _COUNTED_OVER, 0.0)

    @property
    def gap(self) -> float:
        """Seconds between two things that we say there; 0 while there is room."""
        over = min((self.used - SLOW_AT) / (100.0 - SLOW_AT), 1.0)
        return _GAP + over * (_LONGEST_GAP - _GAP) if over >= 0 else 0.0

    def close(self) -> None:
        self._graph.close()

    def pace(self) -> None:
        """Before each thing that we say there. Raises `RateLimited` while it is too early for it:
        nothing was sent."""
        now, gap = self._clock.now(), self.gap
        if self._usage is not None:
            usage, at = self._usage
            if (blocked := at + usage.regained_in - now) > timedelta():
                raise RateLimited("Facebook shuts us out for a while.", retry_after=blocked)
        if gap and (wait := self._next_write - now) > timedelta():
            raise RateLimited(
                f"{self.used:.0f} % of what Facebook allows is used: we go slower.",
                retry_after=wait,
            )
        self._next_write = now + timedelta(seconds=gap)

    async def _call(
        self,
        method: str,
        path: str,
        fields: Mapping[str, Any],
        files: Files | None = None,
        *,
        wrote: bool = False,
    ) -> Answer:
        return await self._with(await self.token(), method, path, fields, files, wrote=wrote)

    async def _with(
        self,
        token: str,
        method: str,
        path: str,
        fields: Mapping[str, Any],
        files: Files | None = None,
        *,
        wrote: bool = False,
    ) -> Answer:
        if self.refused:
            raise Unauthorized(self.refused)
        try:
            return await self._graph.call(method, path, token, fields, files)
        except (NotReached, Lost, Refused) as error:
            says = meaning(error, wrote=wrote)
            if isinstance(error, Refused) and error.of_token:
                self.refused = str(says)
            elif isinstance(error, Refused) and error.in_development:
                self.in_development = str(error)
            raise says from error

    def _heard(self, usage: Usage) -> None:
        self._usage = usage, self._clock.now()


def need(answer: Answer, name: str) -> str:
    """A field that says what came of it. Without it nobody knows: `OutcomeUnknown`."""
    value = answer.get(name)
    if not isinstance(value, str | int) or isinstance(value, bool) or not value:
        raise OutcomeUnknown(f"Facebook's answer lacks {name}.")
    return str(value)


def rows(answer: Answer, name: str = "data") -> list[dict[str, Any]]:
    """The objects of a list in an answer, none where it is not as documented."""
    found = answer.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

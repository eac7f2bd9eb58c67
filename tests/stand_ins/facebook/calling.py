"""How Facebook calls our webhook: signed, at least once, and not always in order."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from itertools import count
from time import time
from typing import Any

import aiohttp

from adapters.facebook.webhook import sign
from tests.stand_ins.faults import Fault

Deliver = Callable[[Mapping[str, str], bytes], int]
_RETRY_SECONDS = 0.1
# Real ones go on for a day and a half.
_MOST_TRIES = 100


class Calling:
    """Tells one callback what happens, one event a call, and never drops any.

    ``delivered``: the bodies that were taken. ``at_once``: so many calls, as Facebook has several
    on their way to a busy Page; one keeps them in order.
    """

    def __init__(self, secret: str, page: str, callback: str | Deliver | None) -> None:
        self.callback = callback
        self.at_once = 1
        self.delivered: list[bytes] = []
        self._secret, self._page = secret, page
        self._faults: list[Fault] = []
        self._held: bytes | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue()
        self._numbers = count(1)

    def fail(self, fault: Fault) -> None:
        self._faults.append(fault)

    def tell(self, field: str, value: Mapping[str, Any]) -> None:
        """An event of the ``feed`` or of ``messages``. From any thread."""
        part = (
            {"changes": [{"field": "feed", "value": value}]}
            if field == "feed"
            else {"messaging": [value]}
        )
        self.send(self.body(part))

    def body(self, *parts: Mapping[str, Any]) -> bytes:
        entries = [{"id": self._page, "time": int(time()), **part} for part in parts]
        return json.dumps({"object": "page", "entry": entries}).encode()

    def send(self, body: bytes) -> None:
        """A call with this body, if nothing goes wrong with it."""
        if self.callback is None or self._loop is None:
            return
        for one in self._after_faults(body):
            self._loop.call_soon_threadsafe(self._waiting.put_nowait, one)

    def _after_faults(self, body: bytes) -> list[bytes]:
        if b'"is_echo": true' in body or f'"from": {{"id": "{self._page}"'.encode() in body:
            return [body]  # what we said ourselves: the faults are for what people say
        fault = self._faults.pop(0) if self._faults else None
        held, self._held = self._held, None
        match fault:
            case Fault.WEBHOOK_SILENT:
                found = []
            case Fault.EVENT_TWICE:
                found = [body, body]
            case Fault.EVENTS_REORDERED:
                self._held = body
                found = []
            case Fault.EVENT_BROKEN:
                broken = {"field": "feed", "value": {"item": next(self._numbers)}}
                found = [self.body({"changes": [broken]}), body]
            case _:
                found = [body]
        return [*found, *([held] if held else [])]

    @property
    def busy(self) -> bool:
        """Something is on its way."""
        return bool(self._waiting._unfinished_tasks)  # type: ignore[attr-defined]  # no public name

    @asynccontextmanager
    async def serving(self, loop: asyncio.AbstractEventLoop) -> AsyncIterator[None]:
        self._loop = loop
        async with aiohttp.ClientSession() as session:
            tasks = [asyncio.create_task(self._deliver_all(session)) for _ in range(self.at_once)]
            try:
                yield
            finally:
                self._loop = None
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _deliver_all(self, session: aiohttp.ClientSession) -> None:
        while True:
            body = await self._waiting.get()
            for _ in range(_MOST_TRIES):
                if await self._deliver(session, body) == 200:
                    self.delivered.append(body)
                    break
                await asyncio.sleep(_RETRY_SECONDS)
            self._waiting.task_done()

    async def _deliver(self, session: aiohttp.ClientSession, body: bytes) -> int:
        headers = {
            "content-type": "application/json",
            "x-hub-signature-256": sign(self._secret, body),
        }
        if callable(self.callback):
            return self.callback(headers, body)
        assert self.callback is not None
        try:
            async with session.post(self.callback, data=body, headers=headers) as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0

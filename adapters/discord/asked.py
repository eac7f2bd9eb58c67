"""What people ask by a command, a button or a form: answered within 3 s, then within 15 min.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from adapters.discord.client import Calls, Refused
from adapters.discord.shaping import plain_words
from adapters.discord.translate import (
    AUTOCOMPLETE,
    INTERACTION,
    MODAL,
    PRODUCT,
    WORDS,
    asks_for_words,
    is_command,
    is_press,
)
from bot.errors import HubbubError
from bot.logs import log
from bot.networks import Command, MediaFile, Services

# A token lives 15 minutes; the last one is for what travels.
_LIVES_SECONDS = 14 * 60.0
# Of the 3 seconds that Discord waits, so much for being stored first.
_STORED_SECONDS = 1.5
_ALONE = 1 << 6  # only who asked can see it
_CHOICES, _LONGEST_CHOICE, _LONGEST_LABEL, _LONGEST_WORDS = 25, 100, 45, 1000
_LATER, _LATER_SILENTLY, _CHOOSE, _FORM = 5, 6, 8, 9

_log = log("discord")


@dataclass(slots=True)
class _Open:
    application: str
    token: str
    until: float
    pressed: bool
    stored: asyncio.Event = field(default_factory=asyncio.Event)
    deferred: asyncio.Event = field(default_factory=asyncio.Event)
    key: str = ""  # of what was said in the place that waits for it


class Asked:
    """What is open now; in memory, as Discord keeps it no longer than 15 minutes either."""

    def __init__(self, services: Services) -> None:
        self._services, self._clock = services, services.clock
        self._open: dict[str, _Open] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, data: Any, calls: Calls) -> None:
        """Answer at once what has to be; the same may arrive again."""
        id = str(data["id"])
        if id in self._open:
            return
        self._close_old()
        self._open[id] = one = _Open(
            application=str(data["application_id"]),
            token=str(data["token"]),
            until=self._clock.monotonic() + _LIVES_SECONDS,
            pressed=is_press(data),
        )
        task = asyncio.create_task(self._respond(id, one, data, calls))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stored(self, message: str | None) -> None:
        if one := self._open.get((message or "").removeprefix(INTERACTION)):
            one.stored.set()

    def give_up(self, message: str) -> None:
        """It can no longer be answered where it was asked."""
        self._open[message.removeprefix(INTERACTION)].until = 0.0

    def is_open(self, message: str | None) -> bool:
        """Whether what was asked under this id can still be answered where it was asked."""
        if not message or not message.startswith(INTERACTION):
            return False
        one = self._open.get(message.removeprefix(INTERACTION))
        return one is not None and one.until > self._clock.monotonic()

    async def answer(
        self,
        message: str,
        key: str,
        body: Mapping[str, Any],
        files: Sequence[MediaFile],
        calls: Calls,
    ) -> str:
        """The first answer fills the place that waits for it, so saying it again changes nothing;
        others follow it. Gives the message's id. Raises `NetworkError`."""
        one = self._open[message.removeprefix(INTERACTION)]
        await one.deferred.wait()  # before it, there is no place
        one.key = one.key or key
        if one.key == key and not one.pressed:
            path = "/webhooks/{application}/{token}/messages/@original"
            said = await calls(
                "PATCH", path, body, files=files, application=one.application, token=one.token
            )
        else:
            flags = int(body.get("flags", 0)) | _ALONE
            path = "/webhooks/{application}/{token}"
            said = await calls(
                "POST",
                path,
                {**body, "flags": flags},
                files=files,
                application=one.application,
                token=one.token,
            )
        return str(said["id"])

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _respond(self, id: str, one: _Open, data: Any, calls: Calls) -> None:
        path = "/interactions/{interaction}/{token}/callback"
        try:
            body = await self._response(one, data)
            await calls("POST", path, body, interaction=id, token=one.token, harmless=True)
        except (HubbubError, LookupError, TypeError, AttributeError) as error:
            _log.warning("what was asked could not be answered at once", why=repr(error))
            if isinstance(error, Refused):
                self.give_up(id)
        finally:
            one.deferred.set()

    async def _response(self, one: _Open, data: Any) -> dict[str, Any]:
        if data["type"] == AUTOCOMPLETE:
            return {"type": _CHOOSE, "data": {"choices": await self._choices(data["data"])}}
        if is_command(data) and asks_for_words(data["data"]):
            return {"type": _FORM, "data": self._form(data["data"])}
        with suppress(TimeoutError):
            async with asyncio.timeout(_STORED_SECONDS):
                await one.stored.wait()
        if one.pressed:
            return {"type": _LATER_SILENTLY}
        return {"type": _LATER, "data": {"flags": _ALONE}}

    async def _choices(self, what: Mapping[str, Any]) -> list[dict[str, str]]:
        options = what.get("options") or ()
        begun = next((str(one.get("value", "")) for one in options if one.get("focused")), "")
        names = await self._services.products(begun)
        short = [plain_words(name)[:_LONGEST_CHOICE] for name in names if name.strip()]
        return [{"name": name, "value": name} for name in short[:_CHOICES]]

    def _form(self, what: Mapping[str, Any]) -> dict[str, Any]:
        name = str(what["name"])
        product = next((o["value"] for o in what.get("options") or () if o["name"] == PRODUCT), "")
        about = next(
            (c for c in self._services.commands if c.name == name), Command(name=name, does=name)
        )
        words = {
            "type": 4,
            "custom_id": WORDS,
            "style": 2,
            "required": True,
            "max_length": _LONGEST_WORDS,
        }
        label = (about.words or about.name)[:_LONGEST_LABEL]
        return {
            "custom_id": f"{MODAL}{name}:{product}"[:100],
            "title": (about.does or about.name)[:_LONGEST_LABEL],
            "components": [{"type": 18, "label": label, "component": words}],
        }

    def _close_old(self) -> None:
        now = self._clock.monotonic()
        for id in [id for id, one in self._open.items() if one.until + 60 < now]:
            del self._open[id]

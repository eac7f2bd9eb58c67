"""A local Discord: its HTTP interface and its gateway, as far as we use them, with faults.

Runs in a thread with a loop of its own, so that whoever speaks to it may have any loop or none.
"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType, web

from tests.stand_ins.discord.http import EVENTS, Call, Http
from tests.stand_ins.discord.things import (  # and what tests speak of
    BOT,
    CHANNEL,
    FORUM,
    GUILD,
    PEOPLE,
    TOKEN,
    bot,
    channel,
    guild_alone,
    id_of,
    member,
    person,
    unescaped,
)
from tests.stand_ins.faults import Fault, Shown

__all__ = [
    "BOT",
    "CHANNEL",
    "FORUM",
    "GUILD",
    "PEOPLE",
    "TOKEN",
    "Call",
    "DiscordStandIn",
    "discord",
    "running",
]


@dataclass(slots=True)
class DiscordStandIn(Http):
    """People there, and the gateway."""

    # What every stand-in has

    def settings(self) -> Mapping[str, Any]:
        return {
            "token": TOKEN,
            "api_base": f"http://127.0.0.1:{self.port}/api/v10",
            "gateway": f"ws://127.0.0.1:{self.port}/gw",
            "cdn_base": f"http://127.0.0.1:{self.port}/cdn",
            "timeout_seconds": 3.0,
        }

    def fail(self, fault: Fault) -> None:
        if fault is Fault.TOKEN_EXPIRED:
            self._expired = True
        elif fault in (Fault.DISCONNECTED, Fault.SESSION_LOST):
            self._call(self._cut(lost=fault is Fault.SESSION_LOST))
        else:
            self._faults.append(fault)

    def shown(self) -> Sequence[Shown]:
        return [
            Shown(
                id=m["id"],
                channel=m["channel_id"],
                text=unescaped(m["content"] or "".join(e["description"] for e in m["embeds"])),
                thread=m["channel_id"] if m["channel_id"] in self.threads else None,
                reply_to=(m.get("message_reference") or {}).get("message_id"),
                recipient=m["channel_id"][1:] if m["channel_id"].startswith("9") else None,
                media=len(m["attachments"]),
            )
            for m in list(self.messages.values())
            if m["author"]["id"] == BOT
        ]

    async def say(
        self,
        text: str,
        *,
        channel: str | None = None,
        author: str = "ada",
        reply_to: str | None = None,
        private: bool = False,
    ) -> str:
        id = id_of(author)
        where = f"9{id}" if private else channel or self.channel
        message = self._message(where, {"content": text}, person(author))
        if reply_to:
            message["type"] = 19
            message["message_reference"] = {"message_id": reply_to, "channel_id": where}
        if not private:
            message |= {"guild_id": GUILD, "member": member(author)}
        await self.happen("MESSAGE_CREATE", message)
        return str(message["id"])

    async def happen(self, name: str, data: Any) -> None:
        """An event of the gateway, whatever it is."""
        await asyncio.wrap_future(
            asyncio.run_coroutine_threadsafe(self._tell(name, data), self._loop)
        )

    async def ask(
        self, kind: int, data: Mapping[str, Any], author: str = "ada", **more: Any
    ) -> str:
        """A person uses a command, a button or a form; gives the interaction's id."""
        id = self.new_id()
        interaction = {
            "id": id,
            "application_id": BOT,
            "type": kind,
            "token": f"interaction-{id}",
            "version": 1,
            "guild_id": GUILD,
            "channel_id": CHANNEL,
            "channel": channel(CHANNEL),
            "member": {**member(author), "user": person(author), "permissions": "0"},
            "locale": "de",
            "entitlements": [],
            "authorizing_integration_owners": {},
            "attachment_size_limit": 0,
            "data": data,
            **more,
        }
        await self.happen("INTERACTION_CREATE", interaction)
        return id

    # The gateway

    async def _tell(self, name: str, data: Any) -> None:
        fault = self._faults[0] if self._faults and self._faults[0] in EVENTS else None
        if fault:
            self._faults.pop(0)
        if fault is Fault.EVENTS_REORDERED:
            self._held = (name, data)
            return
        if fault is Fault.EVENT_BROKEN:
            await self._push("MESSAGE_CREATE", {"id": "7", "author": 3})
        await self._push(name, data, again=fault is Fault.EVENT_TWICE)
        if self._held:
            held, self._held = self._held, None
            await self._push(*held)

    async def _push(self, name: str, data: Any, *, again: bool = False) -> None:
        event = {"op": 0, "t": name, "s": len(self._sent) + 1, "d": data}
        self._sent.append(event)
        for _ in range(1 + again):
            if self._socket is not None and not self._socket.closed:
                await self._socket.send_json(event)

    async def _cut(self, *, lost: bool) -> None:
        socket, self._socket = self._socket, None
        if lost:
            self._session, self._sent = "", []
        if socket is not None:
            await socket.close(code=4000)

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json(
            {"op": 10, "d": {"heartbeat_interval": 40_000}, "s": None, "t": None}
        )
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            await self._heard(socket, json.loads(message.data))
        return socket

    async def _heard(self, socket: web.WebSocketResponse, said: Any) -> None:
        match said["op"]:
            case 1:
                await socket.send_json({"op": 11, "d": None, "s": None, "t": None})
            case 2:
                await self._identify(socket, said["d"])
            case 6:
                await self._resume(socket, said["d"])

    async def _identify(self, socket: web.WebSocketResponse, said: Any) -> None:
        self.identifies += 1
        if self.close_with or said["token"] != TOKEN or self._expired:
            await socket.close(code=self.close_with or 4004)
            return
        self._session, self._sent, self._socket = self.new_id(), [], socket
        await self._push(
            "READY",
            {
                "v": 10,
                "user": bot(),
                "guilds": [{"id": GUILD, "unavailable": True}],
                "session_id": self._session,
                "resume_gateway_url": f"ws://127.0.0.1:{self.port}/gw",
                "application": {"id": BOT, "flags": self.flags},
            },
        )
        await self._push("GUILD_CREATE", self._guild())

    async def _resume(self, socket: web.WebSocketResponse, said: Any) -> None:
        if said["session_id"] != self._session:
            await socket.send_json({"op": 9, "d": False, "s": None, "t": None})
            return
        self.resumes += 1
        self._socket = socket
        for event in self._sent[int(said["seq"]) :]:
            await socket.send_json(event)
        await self._push("RESUMED", {})

    def _guild(self) -> dict[str, Any]:
        return {
            **guild_alone(),
            "roles": [self._role()],
            "joined_at": "2026-01-01T00:00:00+00:00",
            "large": False,
            "member_count": 3,
            "voice_states": [],
            "members": [{**member("bot"), "user": bot()}],
            "channels": self._channels(),
            "threads": list(self.threads.values()),
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    def _call(self, what: Any) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(timeout=5)

    # Its life

    async def _open(self) -> web.AppRunner:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/gw", self._gateway)
        app.router.add_get("/gw/", self._gateway)
        app.router.add_route("*", "/api/v10/{path:.*}", self._api)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = runner.addresses[0][1]
        return runner


@contextmanager
def running() -> Iterator[DiscordStandIn]:
    """In a thread of its own, until the block ends."""
    there = DiscordStandIn()
    loop = there._loop
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner = asyncio.run_coroutine_threadsafe(there._open(), loop).result(timeout=5)
    try:
        yield there
    finally:
        there._call(there._cut(lost=True))
        there._call(runner.cleanup())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        loop.close()


@asynccontextmanager
async def discord() -> AsyncIterator[DiscordStandIn]:
    with running() as there:
        yield there

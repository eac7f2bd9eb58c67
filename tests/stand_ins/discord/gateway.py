"""The gateway: sessions that can be resumed, events in order, and what goes wrong with them."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

from aiohttp import WSMsgType, web

from tests.stand_ins.discord.guild import APPLICATION, BOT, GUILD, Guild, Json
from tests.stand_ins.faults import Fault

_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME, _RECONNECT, _INVALID, _HELLO, _ACK = (
    0,
    1,
    2,
    6,
    7,
    9,
    10,
    11,
)
_HEARTBEAT_MS = 41_250


@dataclass
class Session:
    id: str = field(default_factory=lambda: uuid4().hex)
    events: list[Json] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None

    def add(self, name: str, data: Json) -> Json:
        told = {"op": _DISPATCH, "s": len(self.events) + 1, "t": name, "d": data}
        self.events.append(told)
        return told


class Gateway:
    """``refuses``: the close code that an IDENTIFY gets; ``identified``: every one that came."""

    def __init__(self, guild: Guild, token: str) -> None:
        self.guild, self.token = guild, token
        self.session: Session | None = None
        self.identified: list[Json] = []
        self.resumed = 0
        self.refuses = 0
        self.address: Callable[[], str] = str
        self._out: asyncio.Queue[tuple[str, Json]] = asyncio.Queue()
        self._failing: deque[Fault] = deque()
        self._held: list[tuple[str, Json]] = []

    def fail(self, fault: Fault) -> None:
        self._failing.append(fault)

    def tell(self, name: str, data: Json) -> None:
        """In the server's own loop."""
        self._out.put_nowait((name, data))

    async def deliver(self) -> None:
        """Events leave one after the other, as long as this runs."""
        while True:
            name, data = await self._out.get()
            fault = None
            if name == "MESSAGE_CREATE" and not data["author"].get("bot") and self._failing:
                fault = self._failing.popleft()
            await self._happen(fault, name, data)

    async def _happen(self, fault: Fault | None, name: str, data: Json) -> None:
        match fault:
            case Fault.EVENTS_REORDERED:
                self._held.append((name, data))
                return
            case Fault.EVENT_TWICE:
                await self._send(name, data)
            case Fault.EVENT_BROKEN:
                await self._send(name, {**data, "id": None, "author": "nobody", "timestamp": 7})
            case Fault.DISCONNECTED:
                await self._cut(4000)
            case Fault.SESSION_LOST:
                await self._cut(4000)
                self.session = None
        await self._send(name, data)
        while self._held:
            await self._send(*self._held.pop())

    async def _cut(self, code: int) -> None:
        if self.session and self.session.socket:
            socket, self.session.socket = self.session.socket, None
            await socket.close(code=code)

    async def _send(self, name: str, data: Json) -> None:
        if self.session is None:
            return  # nobody has a session: whoever comes later reads it in the history
        told = self.session.add(name, data)
        if self.session.socket is not None:
            await _say(self.session.socket, told)

    async def babble(self) -> None:
        """Say something that is no JSON."""
        assert self.session is not None and self.session.socket is not None
        await self.session.socket.send_str('{"op": 0, "t": ')

    async def accept(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=True, timeout=1.0)
        await socket.prepare(request)
        await _say(socket, {"op": _HELLO, "d": {"heartbeat_interval": _HEARTBEAT_MS}})
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            asked = json.loads(message.data)
            match asked["op"]:
                case 1:
                    await _say(socket, {"op": _ACK})
                case 2:
                    await self._identify(socket, asked["d"])
                case 6:
                    await self._resume(socket, asked["d"])
        if self.session and self.session.socket is socket:
            self.session.socket = None
        return socket

    async def _identify(self, socket: web.WebSocketResponse, asked: Json) -> None:
        self.identified.append(asked)
        if asked["token"] != self.token:
            await socket.close(code=4004, message=b"Authentication failed.")
            return
        if self.refuses:
            await socket.close(code=self.refuses)
            return
        self.session = session = Session(socket=socket)
        ready = {
            "v": 10,
            "user": BOT,
            "guilds": [{"id": GUILD, "unavailable": True}],
            "session_id": session.id,
            "resume_gateway_url": self.address(),
            "application": {"id": APPLICATION, "flags": 0},
            "private_channels": [],
        }
        await _say(socket, session.add("READY", ready))
        await _say(socket, session.add("GUILD_CREATE", self.guild.told()))

    async def _resume(self, socket: web.WebSocketResponse, asked: Json) -> None:
        if self.session is None or self.session.id != asked["session_id"]:
            await _say(socket, {"op": _INVALID, "d": False})
            return
        self.resumed += 1
        missed = self.session.events[int(asked["seq"]) :]
        for told in missed:
            await _say(socket, told)
        self.session.socket = socket
        await _say(socket, self.session.add("RESUMED", {}))


async def _say(socket: web.WebSocketResponse, told: Json) -> None:
    if not socket.closed:
        await socket.send_str(json.dumps(told))

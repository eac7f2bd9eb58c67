"""A local Discord: its HTTP interface and its gateway, as far as we use them, with faults.

Runs in a thread with a loop of its own, so that whoever speaks to it may have any loop or none.
"""

import asyncio
import json
import re
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.stand_ins.faults import Fault, Shown

TOKEN = "stand-in-token-of-a-bot"
GUILD, CHANNEL, FORUM = "200000000000000001", "200000000000000002", "200000000000000003"
BOT, OWNER, ROLE = "100000000000000001", "100000000000000002", GUILD
PEOPLE = {"ada": "100000000000000010", "ben": "100000000000000011"}
_ALL_RIGHTS = str((1 << 50) - 1)
_HOW_LATE = 30.0
_CALLS = {
    Fault.RATE_LIMITED,
    Fault.RATE_LIMITED_SILENTLY,
    Fault.FAILED,
    Fault.FAILED_THOUGH_DONE,
    Fault.TIMED_OUT,
    Fault.TIMED_OUT_THOUGH_DONE,
    Fault.BROKEN_JSON,
    Fault.FIELD_MISSING,
}
_EVENTS = {Fault.EVENT_TWICE, Fault.EVENTS_REORDERED, Fault.EVENT_BROKEN}
_THOUGH_DONE = {Fault.TIMED_OUT_THOUGH_DONE, Fault.FAILED_THOUGH_DONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that came in. ``path`` below the interface's base; ``body`` its JSON."""

    method: str
    path: str
    body: Any
    files: tuple[str, ...] = ()
    content_type: str = "application/json"


@dataclass(slots=True)
class DiscordStandIn:
    network: str = "discord"
    faults: frozenset[Fault] = frozenset(
        _CALLS | _EVENTS | {Fault.DISCONNECTED, Fault.SESSION_LOST, Fault.TOKEN_EXPIRED}
    )
    channel: str = CHANNEL
    requests: list[Call] = field(default_factory=list)
    rights: str = _ALL_RIGHTS
    flags: int = 1 << 18 | 1 << 14  # message content and members, for small bots
    close_with: int = 0  # the gateway's answer to an IDENTIFY
    no_direct_messages: bool = False
    identifies: int = 0
    resumes: int = 0
    commands: list[Any] = field(default_factory=list)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    threads: dict[str, dict[str, Any]] = field(default_factory=dict)
    callbacks: dict[str, list[Any]] = field(default_factory=dict)  # by interaction
    port: int = 0
    _faults: list[Fault] = field(default_factory=list)
    _expired: bool = False
    _nonces: dict[tuple[str, str], str] = field(default_factory=dict)
    _sent: list[dict[str, Any]] = field(default_factory=list)  # of this session
    _socket: web.WebSocketResponse | None = None
    _session: str = ""
    _number: int = 0
    _held: tuple[str, Any] | None = None
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

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
                text=_unescaped(m["content"] or "".join(e["description"] for e in m["embeds"])),
                thread=m["channel_id"] if m["channel_id"] in self.threads else None,
                reply_to=(m.get("message_reference") or {}).get("message_id"),
                recipient=m["channel_id"][1:] if m["channel_id"].startswith("9") else None,
                media=len(m["attachments"]),
            )
            for m in self.messages.values()
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
        id = PEOPLE[author]
        where = f"9{id}" if private else channel or self.channel
        message = self._message(where, {"content": text}, _person(author))
        if reply_to:
            message["type"] = 19
            message["message_reference"] = {"message_id": reply_to, "channel_id": where}
        if not private:
            message |= {"guild_id": GUILD, "member": _member(author)}
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
            "channel": _channel(CHANNEL),
            "member": {**_member(author), "user": _person(author), "permissions": "0"},
            "locale": "de",
            "entitlements": [],
            "authorizing_integration_owners": {},
            "attachment_size_limit": 0,
            "data": data,
            **more,
        }
        await self.happen("INTERACTION_CREATE", interaction)
        return id

    def new_id(self) -> str:
        self._number += 1
        return str((int(time.time() * 1000) - 1420070400000 << 22) + self._number)

    # The gateway

    async def _tell(self, name: str, data: Any) -> None:
        fault = self._faults[0] if self._faults and self._faults[0] in _EVENTS else None
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
                "user": _bot(),
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
            **_guild_alone(),
            "roles": [self._role()],
            "joined_at": "2026-01-01T00:00:00+00:00",
            "large": False,
            "member_count": 3,
            "voice_states": [],
            "members": [{**_member("bot"), "user": _bot()}],
            "channels": self._channels(),
            "threads": list(self.threads.values()),
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    def _role(self) -> dict[str, Any]:
        return {
            "id": ROLE,
            "name": "@everyone",
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "position": 0,
            "permissions": self.rights,
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }

    def _channels(self) -> list[dict[str, Any]]:
        text = _channel(CHANNEL)
        ids = [m["id"] for m in self.messages.values() if m["channel_id"] == CHANNEL]
        return [text | {"last_message_id": max(ids, key=int, default=None)}, _forum()]

    # The HTTP interface

    async def _api(  # noqa: C901  # one branch a fault
        self, request: web.Request
    ) -> web.StreamResponse:
        call = await _read(request)
        self.requests.append(call)
        by_its_own = call.path.startswith(("/interactions/", "/webhooks/"))
        known = request.headers.get("Authorization") == f"Bot {TOKEN}" and not self._expired
        if not (known or by_its_own):
            return _json({"message": "401: Unauthorized", "code": 0}, 401)
        fault = None
        if call.method != "GET" and self._faults and self._faults[0] in _CALLS:
            fault = self._faults.pop(0)
        match fault:
            case Fault.RATE_LIMITED:
                return _json(
                    {
                        "message": "You are being rate limited.",
                        "retry_after": 45.0,
                        "global": False,
                    },
                    429,
                    {"Via": "1.1 google", "Retry-After": "45"},
                )
            case Fault.RATE_LIMITED_SILENTLY:
                return web.Response(status=429, text="error code: 1015")
            case Fault.FAILED:
                return _json({"message": "500: Internal Server Error", "code": 0}, 500)
            case Fault.TIMED_OUT:
                await asyncio.sleep(_HOW_LATE)
        status, answer = self._answer(call)
        if fault is Fault.FAILED_THOUGH_DONE:
            return _json({"message": "500: Internal Server Error", "code": 0}, 500)
        if fault is Fault.TIMED_OUT_THOUGH_DONE:
            await asyncio.sleep(_HOW_LATE)
        if fault is Fault.BROKEN_JSON:
            return web.Response(body=b'{"id": ', headers={"Content-Type": "application/json"})
        if fault is Fault.FIELD_MISSING and isinstance(answer, dict):
            answer = {key: value for key, value in answer.items() if key != "id"}
        return web.Response(status=204) if answer is None else _json(answer, status)

    def _answer(self, call: Call) -> tuple[int, Any]:
        for method, pattern, answer in self._routes():
            if call.method == method and (found := re.fullmatch(pattern, call.path)):
                given: tuple[int, Any] = answer(call, *found.groups())
                return given
        return 404, {"message": f"404: Not Found: {call.method} {call.path}", "code": 0}

    def _routes(self) -> Iterator[tuple[str, str, Any]]:
        yield "GET", "/users/@me", lambda _: (200, _bot())
        yield "GET", "/oauth2/applications/@me", lambda _: (200, _application(self.flags))
        yield "GET", "/users/@me/guilds", lambda _: (200, [_guild_alone() | {"permissions": "0"}])
        yield "GET", r"/guilds/(\d+)", self._get_guild
        yield "GET", r"/guilds/\d+/members/\d+", lambda _: (200, {**_member("bot"), "user": _bot()})
        yield "GET", r"/guilds/\d+/channels", lambda _: (200, self._channels())
        yield "GET", r"/guilds/\d+/threads/active", lambda _: (200, self._active())
        yield "GET", r"/channels/(\d+)", self._get_channel
        yield "GET", r"/channels/(\d+)/messages", self._history
        yield "GET", r"/channels/\d+/messages/(\d+)", self._get_message
        yield "POST", r"/channels/(\d+)/messages", self._post
        yield "PATCH", r"/channels/\d+/messages/(\d+)", self._edit
        yield "DELETE", r"/channels/\d+/messages/(\d+)", self._delete
        yield "POST", r"/channels/(\d+)/messages/(\d+)/threads", self._open_thread
        yield "POST", r"/channels/(\d+)/threads", self._forum_post
        yield "POST", "/users/@me/channels", self._direct
        yield "GET", r"/applications/\d+/commands", lambda _: (200, self.commands)
        yield "PUT", r"/applications/\d+/commands", self._commands
        yield "POST", r"/interactions/(\d+)/[^/]+/callback", self._callback
        yield "PATCH", r"/webhooks/\d+/interaction-(\d+)/messages/@original", self._original

    def _active(self) -> Any:
        return {"threads": list(self.threads.values()), "members": [], "has_more": False}

    def _get_guild(self, call: Call, id: str) -> tuple[int, Any]:
        return 200, {**_guild_alone(), "roles": [self._role()]}

    def _get_channel(self, call: Call, id: str) -> tuple[int, Any]:
        known = {c["id"]: c for c in self._channels()} | self.threads
        if id in known:
            return 200, known[id]
        return 404, {"message": "Unknown Channel", "code": 10003}

    def _history(self, call: Call, channel: str) -> tuple[int, Any]:
        found = [m for m in self.messages.values() if m["channel_id"] == channel]
        return 200, sorted(found, key=lambda m: -int(m["id"]))

    def _get_message(self, call: Call, id: str) -> tuple[int, Any]:
        if id in self.messages:
            return 200, self.messages[id]
        return 404, {"message": "Unknown Message", "code": 10008}

    def _post(self, call: Call, channel: str) -> tuple[int, Any]:
        if channel.startswith("9") and self.no_direct_messages:
            return 403, {"message": "Cannot send messages to this user", "code": 50007}
        if problem := _refused(call.body):
            return 400, {"message": problem, "code": 50035}
        mark = (channel, str(call.body.get("nonce")))
        if call.body.get("enforce_nonce") and mark in self._nonces:
            return 200, self.messages[self._nonces[mark]]
        message = self._message(channel, call.body, _bot(), call.files)
        self._nonces[mark] = message["id"]
        return 200, message

    def _edit(self, call: Call, id: str) -> tuple[int, Any]:
        self.messages[id] |= {k: v for k, v in call.body.items() if k in ("content", "embeds")}
        return 200, self.messages[id]

    def _delete(self, call: Call, id: str) -> tuple[int, Any]:
        if self.messages.pop(id, None) is None:
            return 404, {"message": "Unknown Message", "code": 10008}
        return 204, None

    def _open_thread(self, call: Call, channel: str, message: str) -> tuple[int, Any]:
        if message in self.threads:
            return 400, {"message": "A thread has already been created", "code": 160004}
        self.threads[message] = thread = _thread(message, channel, call.body["name"])
        asyncio.ensure_future(self._push("THREAD_CREATE", thread))  # noqa: RUF006  # of this loop
        return 201, thread

    def _forum_post(self, call: Call, channel: str) -> tuple[int, Any]:
        message = self._message(self.new_id(), call.body["message"], _bot(), call.files)
        id = message["id"] = message["channel_id"]
        self.messages[id] = self.messages.pop(next(reversed(self.messages)))
        self.threads[id] = thread = _thread(id, channel, call.body["name"])
        thread["applied_tags"] = call.body.get("applied_tags", [])
        return 201, {**thread, "message": message}

    def _direct(self, call: Call) -> tuple[int, Any]:
        person = str(call.body["recipient_id"])
        user = {"id": person, "username": "someone", "discriminator": "0", "avatar": None}
        return 200, {"id": f"9{person}", "type": 1, "last_message_id": None, "recipients": [user]}

    def _commands(self, call: Call) -> tuple[int, Any]:
        self.commands = [
            {**c, "id": self.new_id(), "application_id": BOT, "version": "1"} for c in call.body
        ]
        return 200, self.commands

    def _callback(self, call: Call, id: str) -> tuple[int, Any]:
        if id in self.callbacks:
            return 400, {"message": "Interaction has already been acknowledged.", "code": 40060}
        self.callbacks[id] = [call.body]
        return 200, {"interaction": {"id": id, "type": 2}}

    def _original(self, call: Call, id: str) -> tuple[int, Any]:
        if id not in self.callbacks:
            return 404, {"message": "Unknown Webhook", "code": 10015}
        self.callbacks[id].append(call.body)
        original = next((m for m in self.messages.values() if m.get("answers") == id), None)
        original = original or self._message(CHANNEL, call.body, _bot())
        original |= {"answers": id, "content": call.body.get("content") or ""}
        return 200, original

    def _message(
        self, channel: str, said: Mapping[str, Any], author: Any, files: Sequence[str] = ()
    ) -> dict[str, Any]:
        id = self.new_id()
        self.messages[id] = message = {
            "id": id,
            "channel_id": channel,
            "type": 0,
            "author": author,
            "content": said.get("content") or "",
            "timestamp": "2026-03-02T09:00:00.000000+00:00",
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [
                {"id": str(n), "filename": f, "size": 1, "url": "http://x", "proxy_url": "http://x"}
                for n, f in enumerate(files)
            ],
            "embeds": list(said.get("embeds") or ()),
            "components": list(said.get("components") or ()),
            "pinned": False,
            "flags": 0,
        }
        if said.get("message_reference"):
            message["message_reference"] = {k: str(v) for k, v in said["message_reference"].items()}
        if said.get("poll"):
            message["asked"] = said["poll"]
        return message

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


async def _read(request: web.Request) -> Call:
    path = request.path.removeprefix("/api/v10")
    if request.content_type == "multipart/form-data":
        form = await request.post()
        payload = str(form.get("payload_json", "null"))
        names = tuple(p.filename for p in form.values() if isinstance(p, web.FileField))
        return Call(
            method=request.method,
            path=path,
            body=json.loads(payload),
            files=names,
            content_type="multipart/form-data",
        )
    text = await request.text()
    return Call(method=request.method, path=path, body=json.loads(text) if text else None)


def _json(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    body = json.dumps(data).encode()
    kind = {"Content-Type": "application/json"}
    return web.Response(body=body, status=status, headers={**kind, **(headers or {})})


def _refused(body: Mapping[str, Any]) -> str:
    """What Discord would say to a message that it does not take."""
    if len(body.get("content") or "") > 2000:
        return "Invalid Form Body: content: Must be 2000 or fewer in length."
    if len(str(body.get("nonce", ""))) > 25:
        return "Invalid Form Body: nonce: Must be 25 or fewer in length."
    if not any(body.get(part) for part in ("content", "embeds", "attachments", "poll")):
        return "Cannot send an empty message"
    return ""


def _unescaped(text: str) -> str:
    return re.sub(r"\\([^\w\s])", r"\1", text)


def _user(id: str, name: str, bot: bool = False) -> dict[str, Any]:
    return {
        "id": id,
        "username": name,
        "global_name": name.title(),
        "discriminator": "0",
        "avatar": None,
        "bot": bot,
    }


def _bot() -> dict[str, Any]:
    return _user(BOT, "hubbub", bot=True)


def _person(name: str) -> dict[str, Any]:
    return _user(PEOPLE[name], name)


def _member(name: str) -> dict[str, Any]:
    joined = "2026-01-01T00:00:00+00:00"
    return {"roles": [], "joined_at": joined, "deaf": False, "mute": False, "flags": 0}


def _application(flags: int) -> dict[str, Any]:
    return {
        "id": BOT,
        "name": "hubbub",
        "icon": None,
        "description": "",
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": "00",
        "flags": flags,
        "owner": _user(OWNER, "owner"),
        "team": None,
    }


def _guild_alone() -> dict[str, Any]:
    return {
        "id": GUILD,
        "name": "Fern & Kettle",
        "icon": None,
        "owner_id": OWNER,
        "owner": False,
        "features": [],
        "emojis": [],
        "stickers": [],
        "roles": [],
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "afk_timeout": 60,
        "mfa_level": 0,
        "premium_tier": 0,
        "nsfw_level": 0,
        "system_channel_flags": 0,
        "preferred_locale": "en-US",
    }


def _channel(id: str) -> dict[str, Any]:
    return {
        "id": id,
        "type": 0,
        "guild_id": GUILD,
        "name": "general",
        "position": 0,
        "permission_overwrites": [],
        "nsfw": False,
        "parent_id": None,
        "last_message_id": None,
        "topic": None,
    }


def _forum() -> dict[str, Any]:
    tag = {"id": "300000000000000001", "name": "Idea", "moderated": False}
    return {
        **_channel(FORUM),
        "type": 15,
        "name": "ideas",
        "flags": 0,
        "default_forum_layout": 0,
        "available_tags": [tag | {"emoji_id": None, "emoji_name": None}],
    }


def _thread(id: str, channel: str, name: str) -> dict[str, Any]:
    return {
        "id": id,
        "type": 11,
        "guild_id": GUILD,
        "parent_id": channel,
        "owner_id": BOT,
        "name": name,
        "last_message_id": None,
        "message_count": 0,
        "member_count": 1,
        "thread_metadata": {
            "archived": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": "2026-03-02T09:00:00+00:00",
            "locked": False,
        },
    }

"""A local Discord's HTTP interface, as far as we use it, with faults."""

import asyncio
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.stand_ins.discord.things import (
    BOT,
    CHANNEL,
    ROLE,
    TOKEN,
    application,
    bot,
    channel,
    forum,
    guild_alone,
    member,
    thread,
)
from tests.stand_ins.faults import Fault

_ALL_RIGHTS = str((1 << 50) - 1)
_HOW_LATE = 30.0
CALLS = {
    Fault.RATE_LIMITED,
    Fault.RATE_LIMITED_SILENTLY,
    Fault.FAILED,
    Fault.FAILED_THOUGH_DONE,
    Fault.TIMED_OUT,
    Fault.TIMED_OUT_THOUGH_DONE,
    Fault.BROKEN_JSON,
    Fault.FIELD_MISSING,
}
EVENTS = {Fault.EVENT_TWICE, Fault.EVENTS_REORDERED, Fault.EVENT_BROKEN}
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
class Http:
    """What it knows, and its answers to calls."""

    network: str = "discord"
    faults: frozenset[Fault] = frozenset(
        CALLS | EVENTS | {Fault.DISCONNECTED, Fault.SESSION_LOST, Fault.TOKEN_EXPIRED}
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

    def new_id(self) -> str:
        self._number += 1
        return str((int(time.time() * 1000) - 1420070400000 << 22) + self._number)

    async def _push(self, name: str, data: Any, *, again: bool = False) -> None:
        """Tell by the gateway."""
        raise NotImplementedError

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
        text = channel(CHANNEL)
        ids = [m["id"] for m in self.messages.values() if m["channel_id"] == CHANNEL]
        return [text | {"last_message_id": max(ids, key=int, default=None)}, forum()]

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
        if call.method != "GET" and self._faults and self._faults[0] in CALLS:
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
        yield "GET", "/users/@me", lambda _: (200, bot())
        yield "GET", "/oauth2/applications/@me", lambda _: (200, application(self.flags))
        yield "GET", "/users/@me/guilds", lambda _: (200, [guild_alone() | {"permissions": "0"}])
        yield "GET", r"/guilds/(\d+)", self._get_guild
        yield "GET", r"/guilds/\d+/members/\d+", lambda _: (200, {**member("bot"), "user": bot()})
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
        return 200, {**guild_alone(), "roles": [self._role()]}

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
        message = self._message(channel, call.body, bot(), call.files)
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
        self.threads[message] = made = thread(message, channel, call.body["name"])
        asyncio.ensure_future(self._push("THREAD_CREATE", made))  # noqa: RUF006  # of this loop
        return 201, made

    def _forum_post(self, call: Call, channel: str) -> tuple[int, Any]:
        message = self._message(self.new_id(), call.body["message"], bot(), call.files)
        id = message["id"] = message["channel_id"]
        self.messages[id] = self.messages.pop(next(reversed(self.messages)))
        self.threads[id] = made = thread(id, channel, call.body["name"])
        made["applied_tags"] = call.body.get("applied_tags", [])
        return 201, {**made, "message": message}

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
        original = original or self._message(CHANNEL, call.body, bot())
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

"""Discord's HTTP API and gateway on one local port: they answer, remember, and fail on demand."""

import asyncio
import json
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any, Self
from uuid import uuid4

from aiohttp import web

from tests.stand_ins.discord.gateway import Gateway
from tests.stand_ins.discord.guild import (
    APPLICATION,
    BOT,
    BOT_ID,
    GUILD,
    TEXT,
    Guild,
    Json,
    Refused,
    member,
    now,
    person,
    snowflake,
)
from tests.stand_ins.discord.methods import Methods, Waiting
from tests.stand_ins.discord.routes import ROUTES, Call
from tests.stand_ins.faults import Fault, Shown

TOKEN = "NzAw.stand-in.token-that-nobody-may-see"
_OF_EVENTS = frozenset(
    {
        Fault.EVENT_TWICE,
        Fault.EVENTS_REORDERED,
        Fault.EVENT_BROKEN,
        Fault.DISCONNECTED,
        Fault.SESSION_LOST,
    }
)
_DONE = frozenset(
    {
        Fault.FAILED_THOUGH_DONE,
        Fault.TIMED_OUT_THOUGH_DONE,
        Fault.BROKEN_JSON,
        Fault.FIELD_MISSING,
    }
)
_OF_CALLS = _DONE | {
    Fault.RATE_LIMITED,
    Fault.RATE_LIMITED_SILENTLY,
    Fault.FAILED,
    Fault.TIMED_OUT,
    Fault.TOKEN_EXPIRED,
}
_LOOK_SECONDS, _HANGS_SECONDS = 0.02, 30.0


class DiscordStandIn:
    network = "discord"
    faults = _OF_CALLS | _OF_EVENTS
    channel = TEXT

    def __init__(self) -> None:
        self.guild = Guild()
        self.gateway = Gateway(self.guild, TOKEN)
        self.methods = Methods(self.guild, self.gateway.tell)
        self.requests: list[Call] = []
        self.limits: Mapping[str, str] = {}  # headers of every answer to a POST
        self._failing: deque[Fault] = deque()
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.address = ""

    def start(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    async def __aenter__(self) -> Self:
        return self.start()

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.stop)

    def settings(self) -> Mapping[str, Any]:
        return {
            "token": TOKEN,
            "account": BOT_ID,
            "api_base": f"http://{self.address}/api/v10",
            "gateway": f"ws://{self.address}/gateway",
            "cdn_base": f"http://{self.address}/cdn",
            "timeout_seconds": 1.0,
        }

    def fail(self, fault: Fault) -> None:
        """Of calls, with the next that says something."""
        assert fault in self.faults
        if fault in _OF_CALLS:
            self._failing.append(fault)
        else:
            self.gateway.fail(fault)

    def shown(self) -> list[Shown]:
        ours = [one for one in list(self.guild.messages.values()) if one["author"] is BOT]
        return [self._shown(one) for one in ours] + [
            Shown(
                id=one["id"],
                channel=one["channel_id"],
                text=_text(one),
                recipient=one["recipient"],
                media=len(one["attachments"]),
            )
            for one in self.methods.alone
        ]

    def called(self, method: str, ending: str) -> list[Call]:
        return [
            one for one in list(self.requests) if one.method == method and one.path.endswith(ending)
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
        who = person(author)
        self.guild.people.setdefault(who["id"], who)
        place = self.guild.direct(who["id"])["id"] if private else channel or TEXT
        more: Json = {}
        if reply_to:
            more["type"] = 19
            more["message_reference"] = {"message_id": reply_to, "channel_id": place, "type": 0}
        said = self.guild.write(place, who, content=text, **more)
        self.happen("MESSAGE_CREATE", said)
        return str(said["id"])

    async def ask(self, data: Json, *, author: str = "ada", kind: int = 2, **more: Any) -> Waiting:
        """A person uses a command, a form, or (``kind`` 3) a button."""
        who = person(author)
        self.guild.people.setdefault(who["id"], who)
        token = uuid4().hex
        told = {
            "id": snowflake(),
            "application_id": APPLICATION,
            "type": kind,
            "token": token,
            "version": 1,
            "channel_id": TEXT,
            "channel": self.guild.channels[TEXT],
            "guild_id": GUILD,
            "locale": "en-US",
            "guild_locale": "en-US",
            "app_permissions": "0",
            "entitlements": [],
            "authorizing_integration_owners": {"0": GUILD},
            "context": 0,
            "attachment_size_limit": 10_485_760,
            "member": {**member(who), "permissions": "0"},
            "data": data,
            **more,
        }
        self.methods.waiting[token] = waiting = Waiting(told)
        self.happen("INTERACTION_CREATE", told)
        return waiting

    def happen(self, name: str, data: Json) -> None:
        """The gateway tells of something."""
        self._loop.call_soon_threadsafe(self.gateway.tell, name, data)

    async def babble(self) -> None:
        """The gateway says something that is no JSON."""
        said = asyncio.run_coroutine_threadsafe(self.gateway.babble(), self._loop)
        await asyncio.wrap_future(said)

    def edit(self, id: str, text: str) -> None:
        said = self.guild.messages[id]
        said |= {"content": text, "edited_timestamp": now()}
        self.happen("MESSAGE_UPDATE", said)

    def _shown(self, said: Json) -> Shown:
        channel = said["channel_id"]
        thread = channel if channel in self.guild.threads else None
        private = self.guild.private.get(channel)
        return Shown(
            id=said["id"],
            channel=self.guild.threads[channel]["parent_id"] if thread else channel,
            text=_text(said),
            thread=thread,
            reply_to=said.get("message_reference", {}).get("message_id"),
            recipient=private["recipients"][0]["id"] if private else None,
            media=len(said["attachments"]),
        )

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._run())
        self._loop.close()

    async def _run(self) -> None:
        app = web.Application(client_max_size=100_000_000)
        app.router.add_get("/gateway", self.gateway.accept)
        app.router.add_route("*", "/api/v10/{path:.*}", self._call)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.address = f"127.0.0.1:{runner.addresses[0][1]}"
        self.gateway.address = lambda: f"ws://{self.address}/gateway"
        delivering = asyncio.create_task(self.gateway.deliver())
        self._ready.set()
        await self._ended.wait()
        delivering.cancel()
        await runner.cleanup()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"]
        body, files = await _read(request)
        call = Call(
            method=request.method, path=path, body=body, query=dict(request.query), files=files
        )
        self.requests.append(call)
        needs_token = not path.startswith(("/interactions/", "/webhooks/"))
        if needs_token and request.headers.get("Authorization") != f"Bot {TOKEN}":
            return _answer(401, {"code": 0, "message": "401: Unauthorized"})
        fault = self._failing.popleft() if self._failing and _says(call) else None
        if fault is not None and fault not in _DONE:
            return await self._failed(request, fault)
        try:
            answer = self._done(call)
        except Refused as no:
            return _answer(no.status, no.body)
        if fault is not None:
            return await self._failed(request, fault)
        headers = self.limits if call.method == "POST" else {}
        return _answer(204 if answer is None else 200, answer, headers)

    def _done(self, call: Call) -> Any:
        for method, pattern, do in ROUTES:
            if method == call.method and (found := pattern.fullmatch(call.path)):
                return do(self.methods, call, **found.groupdict())
        raise Refused(404, 0, "404: Not Found")

    async def _failed(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        match fault:
            case Fault.RATE_LIMITED:
                says = {"message": "You are being rate limited.", "retry_after": 2, "global": False}
                return _answer(429, says, {"Retry-After": "2", "Via": "1.1 google"})
            case Fault.RATE_LIMITED_SILENTLY:
                return web.Response(status=429, text="slow down")
            case Fault.FAILED | Fault.FAILED_THOUGH_DONE:
                return _answer(500, {"code": 0, "message": "500: Internal Server Error"})
            case Fault.BROKEN_JSON:
                return _answer(200, None, body=b'{"id": "7')
            case Fault.FIELD_MISSING:
                return _answer(200, {"channel_id": TEXT})
            case Fault.TOKEN_EXPIRED:
                return _answer(401, {"code": 0, "message": "401: Unauthorized"})
        for _ in range(int(_HANGS_SECONDS / _LOOK_SECONDS)):
            if request.transport is None or self._ended.is_set():
                break
            await asyncio.sleep(_LOOK_SECONDS)
        return web.Response(status=499)  # nobody hears it


def _says(call: Call) -> bool:
    """Whether a call makes something that people see."""
    ending = call.path.rpartition("/")[2]
    if call.path.startswith("/webhooks/"):
        return True
    return call.path.startswith("/channels/") and (
        (call.method == "POST" and ending in {"messages", "threads"})
        or call.method in {"PATCH", "DELETE"}
    )


def _text(said: Json) -> str:
    embedded = " ".join(one["description"] for one in said.get("embeds", ()))
    asked = said.get("poll", {}).get("question", {}).get("text", "")
    return str(said.get("content") or embedded or asked)


def _answer(
    status: int, answer: Any, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> web.Response:
    """The content type is exactly this, without a charset, as the library compares it."""
    if status == 204:
        return web.Response(status=204, headers=headers)
    return web.Response(
        status=status,
        body=json.dumps(answer).encode() if body is None else body,
        headers={"Content-Type": "application/json", **(headers or {})},
    )


async def _read(request: web.Request) -> tuple[Any, dict[str, bytes]]:
    if request.content_type == "multipart/form-data":
        sent = await request.post()
        files = {
            name: value.file.read()
            for name, value in sent.items()
            if isinstance(value, web.FileField)
        }
        return json.loads(str(sent["payload_json"])), files
    text = await request.text()
    return (json.loads(text) if text else None), {}

"""The Bot API over HTTP: answers, keeps updates till they are acknowledged, fails on demand."""

import asyncio
import json
import re
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import ClientSession, web

from tests.stand_ins.faults import Fault, Shown
from tests.stand_ins.telegram.chats import BOT, GROUP, Chats, Json, Refused, person
from tests.stand_ins.telegram.methods import Methods

TOKEN = f"{BOT['id']}:stand-in-token-that-nobody-may-see"
SECRET = "a_secret-that-only-telegram-knows"
_LOOK_SECONDS = 0.02
_HANGS_SECONDS = 30.0
_READS = frozenset(
    "getUpdates getMe getWebhookInfo setWebhook deleteWebhook getMyCommands setMyCommands getChat "
    "getChatMember answerCallbackQuery getFile".split()
)
_OF_CALLS = frozenset(
    {
        Fault.RATE_LIMITED,
        Fault.RATE_LIMITED_SILENTLY,
        Fault.FAILED,
        Fault.FAILED_THOUGH_DONE,
        Fault.TIMED_OUT,
        Fault.TIMED_OUT_THOUGH_DONE,
        Fault.BROKEN_JSON,
        Fault.FIELD_MISSING,
        Fault.TOKEN_EXPIRED,
    }
)
_DONE = {
    Fault.FAILED_THOUGH_DONE,
    Fault.TIMED_OUT_THOUGH_DONE,
    Fault.BROKEN_JSON,
    Fault.FIELD_MISSING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that came in: the method, its parameters, read, and files by field name."""

    method: str
    asked: Json
    files: dict[str, bytes] = field(default_factory=dict)


class TelegramStandIn:
    """``webhook``: where Hubbub is to be called; empty: it asks."""

    network = "telegram"
    faults = _OF_CALLS | {
        Fault.EVENT_TWICE,
        Fault.EVENTS_REORDERED,
        Fault.EVENT_BROKEN,
        Fault.DISCONNECTED,
    }
    channel = str(GROUP)

    def __init__(self, *, webhook: bool = False) -> None:
        self.chats = Chats()
        self.methods = Methods(self.chats)
        self.requests: list[Call] = []
        self.unsent: list[Json] = []  # updates held back, to come in the wrong order
        self._webhook = webhook
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
            "api_base": self.address,
            "secret": SECRET,
            "webhook": self._webhook,
            "timeout_seconds": 1.0,
            "poll_seconds": 1,
            "per_second": 0,
            "per_minute_in_group": 0,
        }

    def fail(self, fault: Fault) -> None:
        assert fault in self.faults
        self._failing.append(fault)

    def shown(self) -> list[Shown]:
        return [
            Shown(
                id=str(id),
                channel=str(chat),
                text=message.get("text") or message.get("caption") or _asked(message),
                thread=_text(message.get("message_thread_id")),
                reply_to=_text(message.get("reply_to_message", {}).get("message_id")),
                recipient=str(chat) if chat > 0 else None,
                media=int(any(kind in message for kind in ("photo", "video", "animation"))),
            )
            for (chat, id), message in list(self.chats.messages.items())
            if message["from"]["id"] == BOT["id"]
        ]

    def called(self, method: str) -> list[Call]:
        return [call for call in list(self.requests) if call.method == method]

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
        chat = who["id"] if private else int(channel or GROUP)
        answered = int(reply_to) if reply_to else None
        said = self.chats.say(chat, who, text, answered)
        self.happen(message=said)
        return str(said["message_id"])

    def happen(self, **update: Any) -> None:
        """The bot is told of something: a field of `Update`. Faults of events happen here."""
        fault = next((one for one in self._failing if one not in _OF_CALLS), None)
        if fault is Fault.DISCONNECTED:
            fault = None  # cut at the next question
        if fault is not None:
            self._failing.remove(fault)
        if fault is Fault.EVENTS_REORDERED:
            self.unsent.append(update)
            return
        if fault is Fault.EVENT_BROKEN:
            self.chats.tell(message={"message_id": "seven", "date": "yesterday", "chat": None})
        told = self.chats.tell(**update)
        if fault is Fault.EVENT_TWICE:
            self.chats.updates.append(told)
        while self.unsent:
            self.chats.tell(**self.unsent.pop())

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._run())
        self._loop.close()

    async def _run(self) -> None:
        app = web.Application(client_max_size=100_000_000)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{name}", self._file)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._ready.set()
        calling = asyncio.create_task(self._call_hubbub())
        await self._ended.wait()
        calling.cancel()
        await runner.cleanup()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != TOKEN:
            return _answer(401, {"description": "Unauthorized"})
        method = request.match_info["method"]
        asked, files = await _read(request)
        self.requests.append(Call(method=method, asked=asked, files=files))
        if method == "getUpdates":
            return await self._updates(request, asked)
        fault = None if method in _READS else self._next_fault()
        if fault is not None and fault not in _DONE:
            return await self._failed(request, fault)
        answer = self._done(method, asked)
        return answer if fault is None else await self._failed(request, fault)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        held = self.methods.files.get(request.match_info["name"])
        if request.match_info["token"] != TOKEN or held is None:
            return web.Response(status=404)
        return web.Response(body=held)

    def _done(self, method: str, asked: Json) -> web.Response:
        handler = getattr(self.methods, _snake(method), None)
        if handler is None:
            return _answer(404, {"description": "Not Found: method not found"})
        try:
            return _answer(200, {"result": handler(asked)})
        except Refused as no:
            parameters = {"parameters": no.parameters} if no.parameters else {}
            return _answer(no.code, {"description": no.says, **parameters})

    def _next_fault(self) -> Fault | None:
        found = next((one for one in self._failing if one in _OF_CALLS), None)
        if found is not None:
            self._failing.remove(found)
        return found

    async def _failed(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        match fault:
            case Fault.RATE_LIMITED:
                says = {"description": "Too Many Requests: retry after 1"}
                return _answer(429, {**says, "parameters": {"retry_after": 1}})
            case Fault.RATE_LIMITED_SILENTLY:
                return _answer(429, {"description": "Too Many Requests"})
            case Fault.FAILED | Fault.FAILED_THOUGH_DONE:
                return _answer(500, {"description": "Internal Server Error"})
            case Fault.BROKEN_JSON:
                return _closing(web.Response(body=b'{"ok": true, "resu'))
            case Fault.FIELD_MISSING:
                return _answer(200, {"result": {"chat": {"id": 1}}})
            case Fault.TOKEN_EXPIRED:
                return _answer(401, {"description": "Unauthorized"})
        await self._hang(request)
        return _closing(web.Response(status=499))  # nobody hears it

    async def _hang(self, request: web.Request) -> None:
        """No answer: until they give up, or we do."""
        for _ in range(int(_HANGS_SECONDS / _LOOK_SECONDS)):
            if request.transport is None or self._ended.is_set():
                break
            await asyncio.sleep(_LOOK_SECONDS)
        if request.transport is not None:
            request.transport.abort()

    async def _updates(self, request: web.Request, asked: Json) -> web.StreamResponse:
        if self.methods.webhook["url"]:
            says = "Conflict: can't use getUpdates method while webhook is active"
            return _answer(409, {"description": says})
        if Fault.DISCONNECTED in self._failing:
            self._failing.remove(Fault.DISCONNECTED)
            assert request.transport is not None
            request.transport.abort()
        if (offset := asked.get("offset")) is not None:
            kept = [one for one in self.chats.updates if one["update_id"] >= offset]
            self.chats.updates[:] = kept
        allowed = {"update_id", *asked["allowed_updates"]}
        for _ in range(int(asked.get("timeout", 0) / _LOOK_SECONDS) + 1):
            if self.chats.updates or self._ended.is_set() or Fault.DISCONNECTED in self._failing:
                break
            await asyncio.sleep(_LOOK_SECONDS)
        told = [one for one in self.chats.updates[:100] if one.keys() <= allowed]
        return _answer(200, {"result": told})

    async def _call_hubbub(self) -> None:
        """With a webhook, Telegram calls until it is told 200."""
        async with ClientSession() as session:
            while True:
                await asyncio.sleep(_LOOK_SECONDS)
                if not self.methods.webhook["url"] or not self.chats.updates:
                    continue
                update, headers = self.chats.updates[0], {}
                if self.methods.secret:
                    headers["X-Telegram-Bot-Api-Secret-Token"] = self.methods.secret
                url = self.methods.webhook["url"]
                async with session.post(url, json=update, headers=headers) as answer:
                    if answer.status == 200:
                        self.chats.updates.remove(update)
                        await self._obey(await answer.text())

    async def _obey(self, body: str) -> None:
        """The answer to a webhook's call may ask for a method."""
        if body.startswith("{"):
            asked = json.loads(body)
            method = asked.pop("method")
            self.requests.append(Call(method=method, asked=asked))
            self._done(method, asked)


def _snake(name: str) -> str:
    return re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name)


def _asked(message: Json) -> str:
    return str(message.get("poll", {}).get("question", ""))


def _text(id: int | None) -> str | None:
    return None if id is None else str(id)


def _answer(code: int, body: Json) -> web.Response:
    answer = {"ok": code == 200, **({} if code == 200 else {"error_code": code}), **body}
    return _closing(web.json_response(answer, status=code))


def _closing(response: web.Response) -> web.Response:
    """Ends the connection, so that nothing is left open when a test ends."""
    response.force_close()
    return response


async def _read(request: web.Request) -> tuple[Json, dict[str, bytes]]:
    """Parameters by name: JSON where they are JSON, else as they are. Texts stay texts."""
    sent: dict[str, Any] = dict(request.query)
    if request.method == "POST":
        sent |= dict(await request.post())
    files = {
        name: value.file.read() for name, value in sent.items() if isinstance(value, web.FileField)
    }
    asked = {name: name if name in files else _value(name, value) for name, value in sent.items()}
    return asked, files


_TEXTS = frozenset({"text", "caption", "question", "description", "url", "secret_token"})


def _value(name: str, value: str) -> Any:
    if name in _TEXTS or name.endswith("_query_id"):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value

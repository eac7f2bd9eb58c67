"""The server: checks who calls, lets go wrong what shall go wrong, and calls our webhook."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

from aiohttp import web

from adapters.facebook.standing import RIGHTS
from tests.stand_ins.facebook.calling import Calling, Deliver
from tests.stand_ins.facebook.graph import Graph, comment_told, message_told
from tests.stand_ins.facebook.wall import No, Thing, Wall, id_of
from tests.stand_ins.faults import Fault, Shown

PAGE, APP = "1029384756", "778899"
TOKEN, PERSONS_TOKEN = "EAAG-page-token-of-the-shop", "EAAG-token-of-a-person"
SECRET, VERIFY = "a1b2c3d4e5f60718293a4b5c6d7e8f90", "a-word-between-us"

_CALLS = {
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
_EVENTS = {Fault.EVENT_TWICE, Fault.EVENTS_REORDERED, Fault.EVENT_BROKEN, Fault.WEBHOOK_SILENT}
_VISIBLE = ("/feed", "/comments", "/messages", "/videos")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request: ``sent`` are its fields, from the query or the body; ``query`` the address."""

    method: str
    path: str
    version: str
    sent: Mapping[str, str]
    files: Mapping[str, bytes]
    query: str
    headers: Mapping[str, str]


class Facebook:
    """Runs in a thread of its own from `start` to `stop`, or as a context manager.

    ``callback``: the address of our webhook, or a function that gets headers and body and gives
    the status; without one nobody is called. ``now``: its clock.
    """

    network = "facebook"
    faults = frozenset(_CALLS | _EVENTS)
    channel = PAGE

    def __init__(
        self,
        callback: str | Deliver | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._calls: list[Call] = []
        self.requests: Sequence[Any] = self._calls
        self.usage: Mapping[str, Any] = {}
        self.accepted: Callable[[Call], None] = lambda _: None  # done, and not answered yet
        self.calling = Calling(SECRET, PAGE, callback)
        self._queue: list[Fault] = []
        self._now = now
        self._open, self._stopping = Event(), asyncio.Event()
        self.reset()
        self._thread = Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def reset(self) -> None:
        """As if nobody had ever said anything."""
        self.wall = Wall(PAGE, now=self._now)
        self.graph = Graph(
            wall=self.wall,
            tell=self.calling.tell,
            app=APP,
            token=TOKEN,
            person=PERSONS_TOKEN,
            secret=SECRET,
            scopes=list(RIGHTS),
        )

    def settings(self) -> dict[str, Any]:
        return {
            "page": PAGE,
            "token": PERSONS_TOKEN,
            "app_id": APP,
            "app_secret": SECRET,
            "verify_token": VERIFY,
            "graph_base": self.base,
            "timeout_seconds": 1.0,
            "poll_seconds": 0.1,
            "grace_seconds": 2.0,
            "settle_seconds": 0.0,
        }

    def fail(self, fault: Fault) -> None:
        if fault in _EVENTS:
            self.calling.fail(fault)
        else:
            self._queue.append(fault)

    def shown(self) -> list[Shown]:
        us, wall = self.wall.us(), self.wall
        posts = [
            Shown(id=id, channel=PAGE, text=post["message"], media=post["pictures"])
            for id, post in list(wall.posts.items())
            if post["from"] == us
        ]
        comments = [
            Shown(
                id=id,
                channel=PAGE,
                text=one["message"],
                thread=one["post"],
                reply_to=one.get("parent", {}).get("id") or one["post"],
                media=one.get("pictures", 0),
            )
            for id, one in list(wall.comments.items())
            if one.get("from") == us
        ]
        messages = [
            Shown(id=one["id"], channel=PAGE, text=one["message"], recipient=person)
            for person, talk in list(wall.talks.items())
            for one in list(talk)
            if one["from"] == us
        ]
        return [*posts, *comments, *messages]

    async def say(
        self,
        text: str,
        *,
        channel: str | None = None,
        author: str = "ada",
        reply_to: str | None = None,
        private: bool = False,
    ) -> str:
        """``author=""``: Facebook does not tell who it is."""
        return self.say_now(text, author=author, reply_to=reply_to, private=private)

    def say_now(
        self, text: str, *, author: str = "ada", reply_to: str | None = None, private: bool = False
    ) -> str:
        """`say`, for those who do not wait."""
        if private:
            message = self.wall.add_message(id_of(author), text, by_us=False)
            self.calling.tell("messages", message_told(message))
            return str(message["id"])
        who = self.wall.them(author) if author else None
        if reply_to is None:
            post = self.wall.add_post(text, who or self.wall.them("somebody"))
            when = int(datetime.fromisoformat(post["created_time"]).timestamp())
            told = {"item": "post", "verb": "add", "post_id": post["id"], "from": post["from"]}
            self.calling.tell("feed", {**told, "message": text, "created_time": when})
            return str(post["id"])
        comment = self.wall.add_comment(reply_to, text, who)
        self.calling.tell("feed", comment_told(comment))
        return str(comment["id"])

    def start(self) -> Self:
        self._thread.start()
        assert self._open.wait(10)
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(self, *error: object) -> None:
        await asyncio.to_thread(self.stop)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        app = web.Application(client_max_size=200_000_000)
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.base = f"http://{host}:{port}"
        async with self.calling.serving(self._loop):
            self._open.set()
            await self._stopping.wait()
        await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        call = await _read(request)
        self._calls.append(call)
        fault = self._fault_for(call)
        try:
            self._check(call)
            if fault in {Fault.TIMED_OUT, Fault.FAILED}:
                return await self._nothing_done(fault)
            if fault in {Fault.RATE_LIMITED, Fault.RATE_LIMITED_SILENTLY}:
                return self._limited(fault)
            answer = self.graph.answer(call.method, call.path, call.sent, call.files)
            self.accepted(call)
        except No as no:
            return web.json_response(_error(no), status=no.status, headers=self._headers())
        except (KeyError, ValueError, TypeError) as error:
            invalid = No(100, f"(#100) Invalid parameter: {error!r}")
            return web.json_response(_error(invalid), status=400)
        return await self._done(fault, answer)

    def _fault_for(self, call: Call) -> Fault | None:
        """The next in the queue, with a call that people would see something of."""
        if not self._queue or call.method != "POST" or not f"/{call.path}".endswith(_VISIBLE):
            return None
        fault = self._queue.pop(0)
        if fault is Fault.TOKEN_EXPIRED:
            self.graph.expired = True
        return fault

    def _check(self, call: Call) -> None:
        """Who calls, and whether they prove it. Raises `No`."""
        given = _token_of(call)
        right = hmac.new(SECRET.encode(), given.encode(), hashlib.sha256).hexdigest()
        if call.sent.get("appsecret_proof", right) != right:
            raise No(100, "Invalid appsecret_proof provided in the API argument")
        if given == f"{APP}|{SECRET}":
            return
        if self.graph.expired or given not in {TOKEN, PERSONS_TOKEN}:
            raise No(190, "Error validating access token: it has expired.", 463, 401)
        if given != TOKEN and call.method != "GET":
            raise No(210, "(#210) A page access token is required to request this resource.")

    async def _nothing_done(self, fault: Fault) -> web.StreamResponse:
        if fault is Fault.TIMED_OUT:
            await self._never()
        return _five_hundred()

    def _limited(self, fault: Fault) -> web.StreamResponse:
        headers = {}
        if fault is Fault.RATE_LIMITED:
            use = {"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 0.005}
            headers["X-Business-Use-Case-Usage"] = json.dumps({PAGE: [use]})
        no = No(80001, "(#80001) There have been too many calls to this Page account.")
        return web.json_response(_error(no), status=400, headers=headers)

    async def _done(self, fault: Fault | None, answer: Thing) -> web.StreamResponse:
        match fault:
            case Fault.TIMED_OUT_THOUGH_DONE:
                await self._never()
            case Fault.FAILED_THOUGH_DONE:
                return _five_hundred()
            case Fault.BROKEN_JSON:
                return web.Response(text='{"id": "12', content_type="application/json")
            case Fault.FIELD_MISSING:
                return web.json_response({"success": True})
        return web.json_response(answer, headers=self._headers())

    async def _never(self) -> None:
        """Until the server stops: the client gives up long before."""
        await self._stopping.wait()

    def _headers(self) -> dict[str, str]:
        return {"X-App-Usage": json.dumps(self.usage)} if self.usage else {}


async def _read(request: web.Request) -> Call:
    version, _, path = request.match_info["path"].partition("/")
    sent, files = dict(request.query), {}
    if request.content_type == "multipart/form-data":
        form = await request.post()
        for name, value in form.items():
            if isinstance(value, web.FileField):
                files[name] = value.file.read()
            else:
                sent[name] = str(value)
    else:
        body = (await request.read()).decode("utf-8", "strict")
        sent |= dict(parse_qsl(body, keep_blank_values=True))
    return Call(
        method=request.method,
        path=path.strip("/"),
        version=version,
        sent=sent,
        files=files,
        query=request.query_string,
        headers=dict(request.headers),
    )


def _token_of(call: Call) -> str:
    """In a header, or where other clients put it."""
    bearer = call.headers.get("Authorization", "").removeprefix("Bearer ")
    return bearer or call.sent.get("access_token", "")


def _five_hundred() -> web.Response:
    """As Facebook's do: a page for people, without a number."""
    page = "<html><title>Facebook | Error</title><h1>Sorry, something went wrong.</h1></html>"
    return web.Response(text=page, content_type="text/html", status=500)


def _error(no: No) -> Thing:
    error: Thing = {
        "message": str(no),
        "type": "OAuthException",
        "code": no.code,
        "fbtrace_id": "AxYz",
    }
    if no.subcode:
        error["error_subcode"] = no.subcode
    return {"error": error}

"""A partner's own program: takes signed calls, and believes only those that are signed."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from bot.egress import PUBLIC, Rules, networks
from bot.errors import NotAllowed
from bot.networks import Callee, signing


class Program:
    """``answers``: statuses to give first, one a call; ``calls``: what was taken, by its id."""

    def __init__(self) -> None:
        self.secret = signing.new_secret()
        self.answers: list[int] = []
        self.calls: dict[str, bytes] = {}
        self.taken: list[str] = []
        self.url = ""
        self.port = 0

    @contextmanager
    def open(self) -> Iterator["Program"]:
        program = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the server's own name for it
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status = program.take(headers, body)
                self.send_response(status)
                if status == 302:
                    self.send_header("location", program.url)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(
                target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
            )
            thread.start()
            self.port = server.server_address[1]
            self.url = f"http://127.0.0.1:{self.port}/cases"
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

    def take(self, headers: dict[str, str], body: bytes) -> int:
        try:
            id = signing.check(self.secret, headers, body, datetime.now(UTC))
        except NotAllowed:
            return 401
        if self.answers:
            return self.answers.pop(0)
        self.taken.append(id)
        self.calls[id] = body
        return 204

    def said(self, kind: str) -> list[dict[str, Any]]:
        """The data of every call of this type, in the order in which they came."""
        calls = map(json.loads, self.calls.values())
        return [call["data"] for call in calls if call["type"] == kind]

    @property
    def rules(self) -> Rules:
        """Lets this one loopback address in."""
        return Rules(
            resolve=PUBLIC.resolve,
            ports=frozenset({self.port}),
            also=networks("127.0.0.1/32"),
            seconds=5,
        )

    async def callee(self, channel: str) -> Callee:
        return Callee(url=self.url, secret=self.secret)

    async def decide(self, address: str, id: str, **what: Any) -> httpx.Response:
        """Call Hubbub at ``address``."""
        body = json.dumps(what).encode()
        headers = signing.sign(self.secret, id, datetime.now(UTC), body)
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.post(address, content=body, headers=headers)

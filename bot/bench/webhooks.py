"""Signed webhook calls over HTTP: our endpoint, which commits, beside one that stores nothing."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from itertools import count
from subprocess import PIPE, Popen
from typing import Any

from bot.bench.bars import Measured
from bot.bench.ingest import IN_FLIGHT
from bot.bench.place import Place, need
from bot.bench.server import PAGE, SECRETS, signature
from bot.bench.sizes import Sizes
from bot.bench.talk import texts
from bot.bench.turns import Side, rates, told

_OURS, _THEIRS = "Hubbub", "Starlette"

Call = bytes


async def calling(place: Place, sizes: Sizes, network: str) -> Measured:
    """``network``: whose calls are made, one of `bot.bench.server.SECRETS`."""
    need("starlette")
    with ExitStack() as stack:
        sides = {
            name: _side(stack.enter_context(_server(name, place, network)), sizes, network)
            for name in (_OURS, _THEIRS)
        }
        found = await rates(sides, sizes.rounds)
    return Measured(figure=found[_OURS] / found[_THEIRS], how=told(found))


@contextmanager
def _server(name: str, place: Place, network: str) -> Iterator[int]:
    """The port of a server in a process of its own: who calls must not take its time."""
    start = "import sys; from bot.bench.server import main; main(*sys.argv[1:])"
    folder = place.folder / f"webhooks of {network}"
    command = [sys.executable, "-c", start, name, network, str(folder)]
    with Popen(command, stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def _side(port: int, sizes: Sizes, network: str) -> Side:
    numbers = count(1, sizes.requests)

    async def prepare() -> list[Call]:
        return calls(next(numbers), sizes.requests, network)

    async def work(ready: list[Call]) -> int:
        remaining, answered = iter(ready), 0
        async with _connections(port) as open_ones:

            async def some(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                nonlocal answered
                for call in remaining:
                    writer.write(call)
                    await _ok(reader)
                    answered += 1

            await asyncio.gather(*(some(*one) for one in open_ones))
        return answered

    return Side(prepare=prepare, work=work)


def calls(first: int, many: int, network: str) -> list[Call]:
    """Whole HTTP requests, each with a message of its own."""
    found = []
    for number, text in enumerate(texts(many, seed=first), first):
        body = json.dumps(_BODIES[network](number, text)).encode()
        header = SECRETS[network].header
        head = (
            f"POST /webhooks/{network} HTTP/1.1\r\nHost: localhost\r\n"
            f"Content-Type: application/json\r\n{header}: {signature(body)}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        found.append(head.encode() + body)
    return found


def _sandbox(number: int, text: str) -> dict[str, Any]:
    event = {"id": str(number), "at": "2026-03-02T09:00:00Z", "author": "Ada", "text": text}
    return {"events": [event]}


def _facebook(number: int, text: str) -> dict[str, Any]:
    """A comment, https://developers.facebook.com/docs/graph-api/webhooks/reference/page/#feed"""
    said = {
        "item": "comment",
        "verb": "add",
        "comment_id": f"10158_{number}",
        "post_id": f"{PAGE}_10158",
        "parent_id": f"{PAGE}_10158",
        "from": {"id": "24001", "name": "Ada"},
        "message": text,
        "created_time": 1772442000 + number,
    }
    entry = {"id": PAGE, "time": 1772442000, "changes": [{"field": "feed", "value": said}]}
    return {"object": "page", "entry": [entry]}


_BODIES = {"sandbox": _sandbox, "facebook": _facebook}


@asynccontextmanager
async def _connections(
    port: int,
) -> AsyncIterator[list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]:
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(IN_FLIGHT)]
    try:
        yield opened
    finally:
        for _, writer in opened:
            writer.close()


async def _ok(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"The endpoint answered {head.splitlines()[0].decode()!r}.")
    length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
    await reader.readexactly(int(length))

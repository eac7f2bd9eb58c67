"""The sandbox's ledger as a process of its own, which outlives those that speak to it.

    python -m adapters.sandbox.ledger --port 0 --file sent.jsonl

prints its address (``127.0.0.1:PORT``), then answers lines of JSON. Every accepted send is in the
file, one line each, before it is answered.
"""

import argparse
import asyncio
import contextlib
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from adapters.sandbox.book import LINE_LIMIT, Ledger
from bot.networks import Action, Content, Outgoing, Settle


async def serve(ledger: Ledger, port: int = 0) -> asyncio.Server:
    """Answer on 127.0.0.1; port 0 takes a free one."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A process that is killed breaks off in the middle of a line: nothing was asked then.
        with contextlib.suppress(OSError, ValueError):
            while (line := await reader.readline()).endswith(b"\n"):
                answered = await _answer(ledger, json.loads(line))
                writer.write(json.dumps(answered).encode() + b"\n")
                await writer.drain()
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", port, limit=LINE_LIMIT)


def address_of(server: asyncio.Server) -> str:
    host, port = server.sockets[0].getsockname()
    return f"{host}:{port}"


async def _answer(ledger: Ledger, request: dict[str, Any]) -> Any:
    match request.pop("do"):
        case "accept":
            settle = Settle(request.pop("settle"))
            action, content = Action(request.pop("action")), request.pop("content")
            outgoing = Outgoing(action=action, content=Content.from_json(content), **request)
            return asdict(await ledger.accept(outgoing, settle))
        case "find":
            entry = await ledger.find(request["key"])
            return asdict(entry) if entry else None
        case "entries":
            return [asdict(entry) for entry in await ledger.entries()]


async def _serve_forever(port: int, file: Path) -> None:
    server = await serve(Ledger(file), port)
    sys.stdout.write(address_of(server) + "\n")
    sys.stdout.flush()
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description="What the sandbox network really received.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--file", type=Path, required=True)
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve_forever(given.port, given.file))


if __name__ == "__main__":
    main()

"""A wire between Hubbub and a network's server that breaks in the n-th call, and is good before
and after."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

HUGE = 10_000_000
ANSWERS = {
    "broken JSON": b'{"message": \n',
    "no JSON": b"<html>502 Bad Gateway</html>\n",
    "other JSON": b'["what?"]\n',
    "not a text": b"\xff\xfe\x00\n",
    "10 MB": b'"' + b"x" * HUGE + b'"\n',
}
# What happens in a call; ``after``: once the network has acted.
FAULTS = ("refused", "reset before", "reset after", "silent after", "a byte a second", *ANSWERS)


class Wire:
    """Passes calls on to ``address``; the ``at``-th of them (from 0) meets ``fault``."""

    def __init__(self, address: str, fault: str, at: int) -> None:
        host, _, port = address.rpartition(":")
        self._host, self._port = host, int(port)
        self._fault, self._at = fault, at
        self.calls = 0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, self.calls = self.calls, self.calls + 1
        fault = self._fault if number == self._at else ""
        if fault == "refused":
            writer.transport.abort()
            return
        asked = await reader.readline()
        if not asked or fault == "reset before":
            writer.transport.abort()
            return
        answer = await self._ask(asked)
        if fault == "reset after":
            writer.transport.abort()
        elif fault == "silent after":
            await reader.read()  # until the other side gives up
        elif fault == "a byte a second":
            for byte in answer:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.02)
        else:
            writer.write(ANSWERS.get(fault, answer))
            await writer.drain()

    async def _ask(self, asked: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        writer.write(asked)
        answer = await reader.readline()
        writer.close()
        return answer


@asynccontextmanager
async def laid(wire: Wire) -> AsyncIterator[str]:
    """Gives the address at which the wire begins."""
    talks: set[asyncio.Task[None]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        talks.add(task)
        try:
            with suppress(OSError):
                await wire.carry(reader, writer)
        finally:
            talks.discard(task)
            writer.close()

    listening = await asyncio.start_server(carry, "127.0.0.1", 0)
    async with listening:
        host, port = listening.sockets[0].getsockname()
        yield f"{host}:{port}"
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)

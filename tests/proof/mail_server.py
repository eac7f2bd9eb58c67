"""A mail server that misbehaves at one point of its first conversation, then is a good one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

SECOND = 0.05  # a slow server's second; what waits for it is as impatient
HUGE = 10_000_000
REFUSALS = {
    "421": b"421 Closing\r\n",
    "451": b"451 Later\r\n",
    "535": b"535 Who are you?\r\n",
    "554": b"554 No\r\n",
}
# What no server should say; it has acted all the same.
ABSURD = {
    "999": b"999 Beyond\r\n",
    "no number": b"Certainly!\r\n",
    "half a number": b"2\r\n",
    "no text": b"\r\n",
    "not ASCII": b"\xff\xfe\x00\x80\r\n",
    "not SMTP": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "too much on a line": b"250 " + b"x" * HUGE + b"\r\n",
    "too many lines": b"250-x\r\n" * (HUGE // 7) + b"250 x\r\n",
}
# What happens instead of the answer; those that end in "after" come when it has acted.
BREAKS = ("reset before", "reset after", "silent before", "silent after", "a byte a second")


class MailServer:
    """Takes mails into ``taken``. At its ``at``-th answer (0: the greeting) ``fault`` happens,
    once; ``met`` says whether it did."""

    def __init__(self, fault: str, at: int) -> None:
        self.fault, self.at = fault, at
        self.met = False
        self.taken: list[bytes] = []
        self._answers = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            if await self._answer(writer, b"220 mail.example\r\n"):
                while line := await reader.readline():
                    verb = line[:4].upper()
                    answer = b"354 Go on\r\n" if verb == b"DATA" else b"250 OK\r\n"
                    if not await self._answer(writer, answer):
                        break
                    if verb == b"DATA":
                        mail = await reader.readuntil(b"\r\n.\r\n")
                        if not await self._answer(writer, b"250 Taken\r\n", mail):
                            break
                    if verb == b"QUIT":
                        break

    async def _answer(
        self, writer: asyncio.StreamWriter, good: bytes, mail: bytes | None = None
    ) -> bool:
        """Whether the conversation goes on."""
        number, self._answers = self._answers, self._answers + 1
        fault = self.fault if number == self.at else ""
        self.met = self.met or bool(fault)
        if mail is not None and not fault.endswith("before") and fault not in REFUSALS:
            self.taken.append(mail)
        if fault.startswith("reset"):
            writer.transport.abort()
            return False
        if fault.startswith("silent"):
            await asyncio.sleep(SECOND * 40)
            return False
        if fault == "a byte a second":
            for byte in good:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(SECOND)
            return True
        writer.write((REFUSALS | ABSURD).get(fault, good))
        await writer.drain()
        return not fault


@asynccontextmanager
async def open_mail(server: MailServer) -> AsyncIterator[int]:
    """Listens on a free port of 127.0.0.1; gives which."""
    talks: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        talks.add(task)
        try:
            await server.talk(reader, writer)
        finally:
            talks.discard(task)
            writer.transport.abort()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)

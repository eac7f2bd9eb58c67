"""What the sandbox network really received: kept in memory, in a file, or in another process."""

import asyncio
import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from bot.errors import OutcomeUnknown, Unavailable
from bot.networks import Outgoing, Settle

# A line of the ledger's protocol holds a whole message, however long.
LINE_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message that became visible on the sandbox network."""

    message: str
    key: str
    action: str
    account: str
    channel: str
    text: str
    thread: str | None = None
    reply_to: str | None = None
    recipient: str | None = None


class Book(Protocol):
    """Where sends are written down; in this process or in another."""

    async def accept(self, outgoing: Outgoing, settle: Settle) -> Entry: ...
    async def find(self, key: str) -> Entry | None: ...
    async def entries(self) -> list[Entry]: ...


class Ledger:
    """Sends in the order in which they were accepted; with ``file``, also after a restart."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._entries = entries_in(file) if file and file.exists() else []
        self._first = {entry.key: entry for entry in reversed(self._entries)}

    async def accept(self, outgoing: Outgoing, settle: Settle) -> Entry:
        """Write it down. Where the network settles by RESEND, a known key is no second entry."""
        known = self._first.get(outgoing.key)
        if known and settle is Settle.RESEND:
            return known
        entry = Entry(
            message=f"sent-{len(self._entries) + 1}",
            key=outgoing.key,
            action=outgoing.action,
            account=outgoing.account,
            channel=outgoing.channel,
            text=outgoing.content.text,
            thread=outgoing.thread,
            reply_to=outgoing.reply_to,
            recipient=outgoing.recipient,
        )
        self._write(entry)
        self._entries.append(entry)
        self._first.setdefault(entry.key, entry)
        return entry

    async def find(self, key: str) -> Entry | None:
        return self._first.get(key)

    async def entries(self) -> list[Entry]:
        return list(self._entries)

    def _write(self, entry: Entry) -> None:
        if self._file is None:
            return
        with self._file.open("ab") as file:
            file.write(json.dumps(asdict(entry)).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def entries_in(file: Path) -> list[Entry]:
    """Everything that a ledger has written to its file."""
    return [Entry(**json.loads(line)) for line in file.read_bytes().splitlines()]


class LedgerClient:
    """A ledger in another process, by its address (``host:port``)."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._host, self._port = host, int(port)

    async def accept(self, outgoing: Outgoing, settle: Settle) -> Entry:
        known = replace(outgoing, not_before=None)  # it finds what it has by the key
        values = {**asdict(known), "content": known.content.to_json(), "settle": settle}
        answer = await self._ask("accept", values)
        return Entry(**answer)

    async def find(self, key: str) -> Entry | None:
        answer = await self._ask("find", {"key": key})
        return Entry(**answer) if answer else None

    async def entries(self) -> list[Entry]:
        return [Entry(**values) for values in await self._ask("entries", {})]

    async def _ask(self, verb: str, values: Mapping[str, Any]) -> Any:
        try:
            reader, writer = await asyncio.open_connection(self._host, self._port, limit=LINE_LIMIT)
        except OSError as error:
            raise Unavailable("The sandbox's ledger can't be reached.") from error
        try:
            writer.write(json.dumps({"do": verb, **values}).encode() + b"\n")
            await writer.drain()
            answer = await reader.readline()
            if not answer.endswith(b"\n"):
                raise OutcomeUnknown("The sandbox's ledger went away before it answered.")
            return json.loads(answer)
        except OSError as error:
            raise OutcomeUnknown("The sandbox's ledger broke off.") from error
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

"""As much IMAP4rev1 (RFC 3501) as it takes to find, read and mark what is new in one mailbox."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

_COMMAND = re.compile(rb"(\S+) (?:UID )?(\w+) ?(.*)\r\n", re.IGNORECASE)


@dataclass
class Kept:
    """A mail in the mailbox."""

    uid: int
    raw: bytes
    seen: bool = False


@dataclass
class Inbox:
    """``password`` lets in. ``before_marking`` breaks the connection off that often, as if the
    program had died between storing and marking."""

    password: str = "open sesame"
    mails: list[Kept] = field(default_factory=list)
    before_marking: int = 0
    logins: int = 0

    def put(self, raw: bytes) -> None:
        self.mails.append(Kept(uid=len(self.mails) + 1, raw=raw))

    @property
    def unread(self) -> list[Kept]:
        return [mail for mail in self.mails if not mail.seen]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            writer.write(b"* OK IMAP4rev1 here\r\n")
            while line := await reader.readline():
                found = _COMMAND.fullmatch(line)
                assert found, line
                tag, verb, rest = found[1], found[2].upper(), found[3]
                if verb == b"STORE" and self.before_marking:
                    self.before_marking -= 1
                    break
                for part in self._answer(verb, rest):
                    writer.write(part)
                writer.write(tag + (b" NO no\r\n" if self._is_no(verb, rest) else b" OK done\r\n"))
                await writer.drain()
                if verb == b"LOGOUT":
                    break
        writer.transport.abort()

    def _is_no(self, verb: bytes, rest: bytes) -> bool:
        return verb == b"LOGIN" and not rest.endswith(f'"{self.password}"'.encode())

    def _answer(self, verb: bytes, rest: bytes) -> Iterator[bytes]:
        match verb:
            case b"CAPABILITY":
                yield b"* CAPABILITY IMAP4rev1\r\n"
            case b"LOGIN":
                self.logins += 1
            case b"SELECT":
                yield b"* %d EXISTS\r\n* OK [UIDVALIDITY 1] here\r\n" % len(self.mails)
            case b"SEARCH":
                asked = re.search(rb"UID (\d+)", rest)
                assert asked or b"UNSEEN" in rest, rest
                uids = [int(asked[1])] if asked else [mail.uid for mail in self.unread]
                yield b"* SEARCH %s\r\n" % b" ".join(b"%d" % uid for uid in uids)
            case b"FETCH":
                yield from self._fetched(rest)
            case b"STORE":
                assert b"\\Seen" in rest, rest
                for uid in rest.partition(b" ")[0].split(b","):
                    self.mails[int(uid) - 1].seen = True
            case b"LOGOUT":
                yield b"* BYE\r\n"

    def _fetched(self, rest: bytes) -> Iterator[bytes]:
        mail = self.mails[int(rest.partition(b" ")[0]) - 1]
        assert b"PEEK" in rest, rest  # reading alone must not mark it
        head, _, _ = mail.raw.partition(b"\r\n\r\n")
        part = head + b"\r\n\r\n" if b"HEADER" in rest else mail.raw
        name = b"BODY[HEADER]" if b"HEADER" in rest else b"BODY[]"
        yield b"* %d FETCH (UID %d RFC822.SIZE %d %s {%d}\r\n" % (
            mail.uid,
            mail.uid,
            len(mail.raw),
            name,
            len(part),
        )
        yield part + b")\r\n"

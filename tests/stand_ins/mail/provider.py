"""One provider for everybody: who is written to at the shop's address for answers is found in the
mailbox there, everybody else's mail lies by their address."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP

from tests.stand_ins.mail.imap import Inbox

REPLIES = "cases@shop.example"
SENDER = "hello@shop.example"


class MailProvider:
    def __init__(self) -> None:
        self.inbox = Inbox()
        self.mails: dict[str, list[EmailMessage]] = {}
        self.smtp_port = self.imap_port = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator["MailProvider"]:
        loop = asyncio.get_running_loop()
        smtp = await loop.create_server(lambda: SMTP(self, hostname="mail.example"), "127.0.0.1", 0)
        imap = await asyncio.start_server(self.inbox.talk, "127.0.0.1", 0)
        async with smtp, imap:
            self.smtp_port = smtp.sockets[0].getsockname()[1]
            self.imap_port = imap.sockets[0].getsockname()[1]
            yield self

    def settings(self, **more: Any) -> dict[str, Any]:
        """The section ``[networks.email]`` of a shop that is with this provider."""
        return {
            "host": "127.0.0.1",
            "port": self.smtp_port,
            "security": "none",
            "sender": SENDER,
            "reply_address": REPLIES,
            "imap_host": "127.0.0.1",
            "imap_port": self.imap_port,
            "imap_security": "none",
            "imap_username": "cases",
            "imap_password": self.inbox.password,
            "poll_seconds": 0.1,
        } | more

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # the server's own name for it
        for address in envelope.rcpt_tos:
            name, _, host = address.partition("@")
            if f"{name.partition('+')[0]}@{host}" == REPLIES:
                self.inbox.put(envelope.content)
            else:
                mail = message_from_bytes(envelope.content, policy=policy.default)
                assert isinstance(mail, EmailMessage)
                self.mails.setdefault(address, []).append(mail)
        return "250 Taken"

    def letters(self, to: str) -> list[EmailMessage]:
        return self.mails.get(to, [])

    async def answer(self, letter: EmailMessage, text: str, **headers: str) -> EmailMessage:
        """As a person's mail program does it: below the quoted letter's own thread."""
        reply = answer_to(letter, text, **headers)
        await asyncio.to_thread(self._send, reply)
        return reply

    def _send(self, mail: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=10) as server:
            server.send_message(mail)


def answer_to(letter: EmailMessage, text: str, **headers: str) -> EmailMessage:
    """``headers`` with "_" for "-"; they replace what would stand there."""
    quoted = "\n".join(f"> {line}" for line in letter.get_content().splitlines())
    reply = EmailMessage(policy=policy.SMTP)
    given = {
        "From": f"Tom Alba <{letter['To']}>",
        "To": letter["Reply-To"],
        "Subject": f"Re: {letter['Subject']}",
        "Message-ID": f"<{abs(hash((letter['Message-ID'], text)))}@alba.example>",
        "In-Reply-To": letter["Message-ID"],
        "References": letter["Message-ID"],
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in given.items():
        if value:
            reply[name] = value
    reply.set_content(f"{text}\n\nOn Mon, 2 Mar 2026 at 10:00, the shop wrote:\n{quoted}\n")
    return reply

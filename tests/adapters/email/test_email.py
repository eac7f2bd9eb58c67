"""Letters against a real mail server on loopback, well and badly behaved."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.email import KEPT, Email, EmailSettings, plugin, translate
from bot.clock import FrozenClock
from bot.errors import (
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from bot.networks import Action, Content, Health, Outgoing, Services

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SENDER = "hello@shop.example"


def letter(
    text: str = "Hello Alba", title: str = "A suggestion", to: str = "care@alba.example"
) -> Outgoing:
    return Outgoing(
        key="case:1:2",
        action=Action.DIRECT,
        account="default",
        channel=to,
        content=Content(text=text, title=title),
    )


def email(port: int = 0, **settings: Any) -> Email:
    given: dict[str, Any] = {}
    if port:
        given = {"host": "127.0.0.1", "port": port, "security": "none", "sender": SENDER}
    adapter = plugin.build(EmailSettings(**given | settings), Services(clock=FrozenClock(NOW)))
    assert isinstance(adapter, Email)
    return adapter


class Mailbox:
    """Takes every mail, or answers what it was told to."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.taken: list[bytes] = []

    async def handle_MAIL(  # noqa: N802  # the server's own name for it
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("mail", "250 OK")

    async def handle_RCPT(  # noqa: N802  # the server's own name for it
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("rcpt", "250 OK")

    async def handle_DATA(  # noqa: N802  # the server's own name for it
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        if "data" not in self.answers:
            self.taken.append(envelope.content)
        return self.answers.get("data", "250 Queued")


@asynccontextmanager
async def server_of(mailbox: Mailbox, **options: Any) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(mailbox, hostname="mail.example", **options), "127.0.0.1", 0
    )
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_letter_arrives_as_it_was_written() -> None:
    mailbox = Mailbox()
    text = "Größe – 5 €\n.\n.. dots, and " + "a long line " * 200
    async with server_of(mailbox) as port:
        receipt = await email(port).send(letter(text, "Über den Deckel"))
    [raw] = mailbox.taken
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["To"] == "care@alba.example"
    assert mail["From"] == SENDER
    assert mail["Subject"] == "Über den Deckel"
    assert mail["Message-ID"] == receipt.message
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().splitlines() == text.splitlines()


async def test_every_attempt_has_the_same_message_id() -> None:
    mailbox = Mailbox()
    async with server_of(mailbox) as port:
        first, again = [await email(port).send(letter()) for _ in range(2)]
    assert first.message == again.message
    assert len(mailbox.taken) == 2


@pytest.mark.parametrize(
    ("at", "answer", "error", "said"),
    [
        ("mail", "451 Later", RateLimited, "451 Later"),
        ("mail", "530 Log in first", Unauthorized, "Log in first"),
        ("rcpt", "450 Greylisted", RateLimited, "Greylisted"),
        ("rcpt", "550 No such user", Rejected, "No such user"),
        ("rcpt", "421 Closing", Unavailable, "Closing"),
        ("data", "452 Disk full", RateLimited, "Disk full"),
        ("data", "421 Closing", Unavailable, "Closing"),
        ("data", "554 Spam", Rejected, "554 Spam"),
    ],
)
async def test_what_the_server_answers_decides(
    at: str, answer: str, error: type[NetworkError], said: str
) -> None:
    mailbox = Mailbox(**{at: answer})
    async with server_of(mailbox) as port:
        with pytest.raises(error, match=said):
            await email(port).send(letter())
    assert mailbox.taken == []


async def test_a_wrong_password_asks_a_person() -> None:
    options = {
        "auth_require_tls": False,
        "authenticator": lambda *_: AuthResult(success=False, handled=False),
    }
    async with server_of(Mailbox(), **options) as port:
        adapter = email(port, username="shop", password="s3cret-canary")
        with pytest.raises(Unauthorized, match="refuses the user name or password") as raised:
            await adapter.send(letter())
    assert adapter.health()[0] is Health.WARN
    assert "s3cret-canary" not in f"{raised.value} {raised.value.__cause__} {adapter.health()}"


async def test_a_server_without_tls_is_not_trusted() -> None:
    mailbox = Mailbox()
    async with server_of(mailbox) as port:
        with pytest.raises(Unauthorized, match="Check security"):
            await email(port, security="starttls").send(letter())
    assert mailbox.taken == []


async def test_nobody_there_means_nothing_happened() -> None:
    async with server_of(Mailbox()) as port:
        pass
    adapter = email(port)
    with pytest.raises(Unavailable, match="can't be reached"):
        await adapter.send(letter())
    assert adapter.health()[0] is Health.WARN


Say = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _until(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, verb: bytes) -> None:
    """Be a polite server up to and with this command."""
    writer.write(b"220 mail.example\r\n")
    while line := await reader.readline():
        writer.write(b"354 Go on\r\n" if line.startswith(b"DATA") else b"250 OK\r\n")
        if line.startswith(verb):
            return


@pytest.mark.parametrize(
    ("drops_at", "error"),
    [("greeting", Unavailable), ("MAIL", Unavailable), ("RCPT", Unavailable)],
)
async def test_lost_before_the_text_means_nothing_happened(
    drops_at: str, error: type[NetworkError]
) -> None:
    async def drop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if drops_at != "greeting":
            await _until(reader, writer, b"EHLO" if drops_at == "MAIL" else b"MAIL")
            await reader.readline()
        writer.transport.abort()

    server = await asyncio.start_server(drop, "127.0.0.1", 0)
    async with server:
        with pytest.raises(error):
            await email(server.sockets[0].getsockname()[1]).send(letter())


@pytest.mark.parametrize("ending", ["drops", "is silent", "talks nonsense"])
async def test_lost_after_the_text_is_unknown(ending: str) -> None:
    done = asyncio.Event()

    async def end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _until(reader, writer, b"DATA")
        await reader.readuntil(b"\r\n.\r\n")
        if ending == "is silent":
            await done.wait()
        elif ending == "talks nonsense":
            writer.write(b"what?\r\n")
            await writer.drain()
        writer.transport.abort()

    server = await asyncio.start_server(end, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(OutcomeUnknown, match="may have left"):
            await email(port, timeout_seconds=0.5).send(letter())
        done.set()


async def test_without_a_server_letters_are_kept() -> None:
    adapter = email()
    receipt = await adapter.send(letter())
    assert (receipt.note, adapter.health()[0]) == (KEPT, Health.OK)
    assert plugin.always_on


@pytest.mark.parametrize(
    "to", ["", "nobody", "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "a@b c"]
)
async def test_what_is_no_address_is_refused(to: str) -> None:
    with pytest.raises(Rejected, match="not an e-mail address"):
        await email().send(letter(to=to))


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(), st.text())
def test_no_text_begins_a_header_of_its_own(text: str, title: str) -> None:
    hostile = letter(f"{text}\r\nBcc: x@y.example", f"{title}\r\nBcc: x@y.example\r\n\r\nHi")
    raw = translate.mail(hostile, sender=SENDER, now=NOW).as_bytes()
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["Bcc"] is None
    assert mail.keys() == [
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
    ]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"host": "mail.example"}, "needs a sender"),
        ({"host": "mail.example", "sender": "nobody"}, "sender"),
        (
            {"host": "mail.example", "sender": SENDER, "password": "x", "security": "none"},
            "a password needs",
        ),
        ({"smtp": "mail.example"}, "smtp"),
    ],
)
def test_settings_that_can_not_work_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        EmailSettings(**settings)

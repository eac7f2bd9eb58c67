"""Sending letters by SMTP, or keeping them where no server is configured; hearing the answers."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from email.message import EmailMessage

import aiosmtplib
from aiosmtplib import SMTPException, SMTPResponseException

from adapters.email import translate
from adapters.email.arriving import arrived
from adapters.email.mailbox import Arrived, Mailbox
from adapters.email.settings import EmailSettings
from bot.clock import Clock, SystemClock
from bot.errors import (
    NetworkError,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from bot.networks import (
    Capabilities,
    Finding,
    Health,
    Outgoing,
    Place,
    Receipt,
    Receive,
    Services,
    Settle,
    WebhookRequest,
    signing,
)
from bot.networks.port import Event

KEPT = "Kept here: no mail server is configured."

# Servers that say "later" (greylisting, mostly) mean some minutes.
_LATER = timedelta(minutes=5)
_CLOSING = 421  # RFC 5321: the server shuts down; nothing is wrong with the mail


class Email:
    """One mail server, by which letters leave, and the mailbox in which answers arrive."""

    network = "email"

    def __init__(self, settings: EmailSettings, clock: Clock) -> None:
        self.account = settings.account
        self.capabilities = Capabilities(
            text_limit=100_000,
            threads=False,
            publishes=False,
            settle=Settle.ASK,
            hears=settings.hears,
            tags=settings.hears,
        )
        self._settings, self._clock = settings, clock
        self._trouble = self._deaf = ""

    async def run(self, receive: Receive) -> None:
        if not self._settings.imap_host:
            await asyncio.Event().wait()
        while True:
            try:
                more = await self._look(receive)
            except (Unavailable, Unauthorized) as trouble:
                self._deaf = str(trouble)
                raise
            self._deaf = ""
            if not more:
                await asyncio.sleep(self._settings.poll_seconds)

    async def _look(self, receive: Receive) -> bool:
        """Take in the oldest new mails; whether there may be more. Marked only once stored."""
        box = Mailbox(self._settings)
        try:
            await asyncio.to_thread(box.open)
            found = await asyncio.to_thread(box.unread)
            if found:
                await receive([self._arrived(one) for one in found])
                await asyncio.to_thread(box.mark, found)
            await asyncio.to_thread(box.close)
        finally:
            box.hang_up()
        return bool(found)

    def _arrived(self, one: Arrived) -> Event:
        return arrived(
            one.raw,
            account=self.account,
            reply_address=self._settings.reply_address,
            sender=self._settings.sender,
            now=self._clock.now(),
            size=one.size,
        )

    async def send(self, outgoing: Outgoing) -> Receipt:
        if problems := self.capabilities.problems(outgoing.content):
            raise Rejected(" ".join(problems))
        sender = self._settings.sender or "hubbub@localhost"
        message = translate.mail(
            outgoing,
            sender=sender,
            now=self._clock.now(),
            reply_address=self._settings.reply_address,
        )
        if not self._settings.host:
            return Receipt(message=message["Message-ID"], note=KEPT)
        try:
            async with self._connected() as server:
                await _before_data(server, message)
                await _data(server, message)
        except (Unavailable, Unauthorized) as trouble:
            self._trouble = str(trouble)
            raise
        self._trouble = ""
        return Receipt(message=message["Message-ID"])

    async def find(self, outgoing: Outgoing) -> Receipt | None:
        raise NotImplementedError("what has left by mail can't be looked for")

    def health(self) -> tuple[Health, str]:
        if not self._settings.host and not self._deaf:
            return Health.OK, "Letters are kept here: no mail server is configured."
        if self._trouble or self._deaf:
            return Health.WARN, self._trouble or self._deaf
        return Health.OK, f"Letters leave by {self._settings.host}."

    async def examine(self, channel: str | None = None) -> Sequence[Finding]:
        health, says = self.health()
        found = [Finding(what="connection", health=health, says=says)]
        if self._settings.imap_host:
            found.append(await self._examine_mailbox())
        return found

    async def _examine_mailbox(self) -> Finding:
        box = Mailbox(self._settings)
        try:
            await asyncio.to_thread(box.open)
        except (Unavailable, Unauthorized) as trouble:
            then = "Check imap_host, imap_username and the password in [networks.email]."
            return Finding(what="mailbox", health=Health.WARN, says=str(trouble), then=then)
        finally:
            box.hang_up()
        says = f"Partners' answers are read from {self._settings.imap_host}."
        return Finding(what="mailbox", health=Health.OK, says=says)

    async def places(self) -> Sequence[Place]:
        return ()  # a letter goes to a person, wherever they are

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[aiosmtplib.SMTP]:
        settings = self._settings
        server = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            username=settings.username or None,
            password=settings.password.get_secret_value() or None,
            timeout=settings.timeout_seconds,
        )
        try:
            await _connect(server, settings)
            yield server
            # The mail has been taken: a farewell that fails changes nothing.
            with suppress(SMTPException, OSError):
                await server.quit()
        finally:
            server.close()


async def _connect(server: aiosmtplib.SMTP, settings: EmailSettings) -> None:
    try:
        await server.connect()
    except aiosmtplib.SMTPAuthenticationError as error:
        raise _refused_us(error, settings.host) from error
    except (SMTPException, OSError) as error:
        if isinstance(error, OSError | SMTPResponseException):
            raise Unavailable(f"{settings.host} can't be reached: {error}") from error
        # Neither lost nor answered: the server lacks what we ask of it, such as STARTTLS.
        raise Unauthorized(
            f"{settings.host} can't do what is asked of it: {error} "
            "Check security and username in the section for e-mail."
        ) from error


def _refused_us(error: SMTPResponseException, host: str) -> NetworkError:
    if error.code < 500:
        return Unavailable(f"{host} can't check the password right now: {error.message}")
    return Unauthorized(f"{host} refuses the user name or password: {error.message}")


async def _before_data(server: aiosmtplib.SMTP, message: EmailMessage) -> None:
    """Up to here nothing can have happened there."""
    try:
        await server.mail(message["From"].addresses[0].addr_spec)
        await server.rcpt(message["To"].addresses[0].addr_spec)
    except SMTPResponseException as error:
        raise _answered(error) from error
    except (SMTPException, OSError) as error:
        raise Unavailable(f"The connection to the mail server was lost: {error}") from error


async def _data(server: aiosmtplib.SMTP, message: EmailMessage) -> None:
    try:
        await server.data(message.as_bytes())
    except (SMTPException, OSError) as error:
        if isinstance(error, SMTPResponseException) and _is_no(error.code):
            raise _answered(error) from error
        raise OutcomeUnknown(
            "The connection was lost while the mail was handed over. It may have left."
        ) from error


def _is_no(code: int) -> bool:
    """RFC 5321 §4.2.1: refused for now or for good. All other numbers are no answer at all."""
    return 400 <= code < 600


def _answered(error: SMTPResponseException) -> NetworkError:
    said = f"The mail server says: {error.code} {error.message}"
    if error.code == _CLOSING or not _is_no(error.code):
        return Unavailable(said)
    if error.code in {530, 534, 535}:
        return Unauthorized(said)
    return RateLimited(said, retry_after=_LATER) if error.code < 500 else Rejected(said)


def build(settings: EmailSettings, services: Services) -> Email:
    return Email(settings, services.clock)


def accept(settings: EmailSettings, call: WebhookRequest) -> list[Event]:
    """A mail as it came, handed over by a mail server of the shop's own: its raw bytes are the
    body, signed as Standard Webhooks has it."""
    secret, now = settings.webhook_secret.get_secret_value(), SystemClock().now()
    if not secret or not settings.reply_address or call.method != "POST":
        raise NotFound
    signing.check(secret, call.headers, call.body, now)
    return [
        arrived(
            call.body,
            account=settings.account,
            reply_address=settings.reply_address,
            sender=settings.sender,
            now=now,
        )
    ]

"""The mailbox in which answers arrive, by IMAP. Blocking: call it in a thread.

What was stored is marked as read, and nothing else tells what is new: so the mailbox should be one
that only Hubbub reads. A process that dies between storing and marking finds the mail again, and
storing knows it by its Message-ID.
"""

import imaplib
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any

from imap_tools import AND, BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted, MailMessage
from imap_tools.errors import ImapToolsError, MailboxLoginError

from adapters.email.arriving import LARGEST
from adapters.email.settings import EmailSettings
from bot.errors import Unauthorized, Unavailable

_AT_ONCE = 20


class _Raw(MailMessage):
    """As its bytes came, too."""

    def __init__(self, fetch_data: list[Any]) -> None:
        super().__init__(fetch_data)
        self.raw = b"".join(part[1] for part in fetch_data if isinstance(part, tuple))


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A mail; of one that is too large only the head, and its whole ``size`` in bytes."""

    uid: str
    raw: bytes
    size: int = 0


class Mailbox:
    """One conversation with the server, from `open` to `close`. Raises `Unavailable` and
    `Unauthorized`. `hang_up` ends it at once, also while another thread waits for an answer."""

    def __init__(self, settings: EmailSettings) -> None:
        self._host, self._settings = settings.imap_host, settings
        self._lock, self._ended = Lock(), False
        self._connected: BaseMailBox | None = None

    @property
    def _box(self) -> BaseMailBox:
        assert self._connected is not None
        return self._connected

    def open(self) -> None:
        settings = self._settings
        try:
            self._keep(_connected(settings))
            self._box.login(
                settings.imap_username,
                settings.imap_password.get_secret_value(),
                initial_folder=settings.imap_folder,
            )
        except MailboxLoginError as error:
            raise Unauthorized(
                f"{self._host} refuses the user name or password of the mailbox."
            ) from error
        except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
            raise self._lost(error) from error

    def _keep(self, box: BaseMailBox) -> None:
        box.email_message_class = _Raw
        with self._lock:
            self._connected = box
            if self._ended:
                _cut(box)
                raise OSError("it was hung up meanwhile")

    def unread(self) -> Sequence[Arrived]:
        """The oldest that are not marked as read."""
        try:
            found = []
            for uid in self._box.uids(AND(seen=False))[:_AT_ONCE]:
                found += self._read(uid)
            return found
        except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
            raise self._lost(error) from error

    def mark(self, arrived: Sequence[Arrived]) -> None:
        """They are stored here."""
        try:
            self._box.flag([one.uid for one in arrived], "\\Seen", True)
        except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
            raise self._lost(error) from error

    def close(self) -> None:
        with suppress(ImapToolsError, imaplib.IMAP4.error, OSError):
            self._box.logout()
        self.hang_up()

    def hang_up(self) -> None:
        with self._lock:
            self._ended = True
            if self._connected is not None:
                _cut(self._connected)

    def _read(self, uid: str) -> list[Arrived]:
        for head in self._fetch(uid, headers_only=True):
            if head.size_rfc822 > LARGEST:
                return [Arrived(uid=uid, raw=head.raw, size=head.size_rfc822)]
        return [Arrived(uid=uid, raw=whole.raw) for whole in self._fetch(uid)]

    def _fetch(self, uid: str, *, headers_only: bool = False) -> list[_Raw]:
        found = self._box.fetch(AND(uid=uid), mark_seen=False, headers_only=headers_only)
        return [one for one in found if isinstance(one, _Raw)]

    def _lost(self, error: Exception) -> Unavailable:
        return Unavailable(f"The mailbox at {self._host} can't be read: {error}")


def _cut(box: BaseMailBox) -> None:
    """Who waits for an answer stops waiting first, or closing would wait for them."""
    with suppress(OSError):
        box.client.sock.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        box.client.shutdown()


def _connected(settings: EmailSettings) -> BaseMailBox:
    host, port, timeout = settings.imap_host, settings.imap_port, settings.timeout_seconds
    if settings.imap_security == "none":
        return MailBoxUnencrypted(host, port, timeout=timeout)
    trusted = ssl.create_default_context()
    if settings.imap_security == "starttls":
        return MailBoxStartTls(host, port, timeout=timeout, ssl_context=trusted)
    return MailBox(host, port, timeout=timeout, ssl_context=trusted)

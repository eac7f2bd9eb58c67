"""From what is to be said to a mail. Pure."""

import hashlib
import re
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from bot.errors import Rejected
from bot.networks import Outgoing

_LONGEST_SUBJECT = 200
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")


def mail(
    outgoing: Outgoing, *, sender: str, now: datetime, reply_address: str = ""
) -> EmailMessage:
    """The mail for one address. Raises `Rejected` where that is none. An answer to it goes to the
    ``reply_address``, with the content's tag behind a "+" of its name."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(sender)
    message["To"] = _address(outgoing.recipient or outgoing.channel)
    message["Subject"] = _one_line(outgoing.content.title) or "A message for you"
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(outgoing.key, sender)
    if outgoing.content.tag and reply_address:
        name, _, host = reply_address.rpartition("@")
        message["Reply-To"] = _address(f"{name}+{outgoing.content.tag}@{host}")
    _in_conversation(message, outgoing)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: holiday notices don't answer it
    message.set_content(_encodable(outgoing.content.text), cte="quoted-printable")
    return message


def _in_conversation(message: EmailMessage, outgoing: Outgoing) -> None:
    """Below what it answers (RFC 5322 §3.6.4). Others made those ids: they may be anything."""
    answered, first = (
        one if one and _MESSAGE_ID.fullmatch(one) else ""
        for one in (outgoing.reply_to, outgoing.thread)
    )
    if answered:
        message["In-Reply-To"] = answered
        message["References"] = " ".join(dict.fromkeys(filter(None, (first, answered))))


def message_id(key: str, sender: str) -> str:
    """The same for every attempt at one delivery, so that mailboxes can tell a repeat."""
    digest = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32]
    return f"<{digest}@{sender.rpartition('@')[2]}>"


def _address(text: str) -> Address:
    try:
        return Address(addr_spec=text)
    except (ValueError, IndexError, HeaderParseError):
        raise Rejected(f'"{_one_line(text)}" is not an e-mail address.') from None


def _one_line(text: str) -> str:
    """No line break can begin a header of its own."""
    plain = "".join(letter if letter.isprintable() else " " for letter in _encodable(text))
    return " ".join(plain.split())[:_LONGEST_SUBJECT]


def _encodable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")

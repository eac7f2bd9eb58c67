"""The mailboxes of partners and of their people."""

from bot.channels.models import Channel, ChannelKind
from bot.channels.service import ensure
from bot.db import Session

MAIL = "email"


def mailbox(session: Session, email: str, name: str) -> Channel:
    """Where letters to this address go."""
    return ensure(
        session,
        network=MAIL,
        account="default",
        remote_id=email,
        name=name,
        kind=ChannelKind.DIRECT,
    )


def is_address(email: str) -> bool:
    name, at, host = email.rpartition("@")
    plain = email.isascii() and email.isprintable() and not set(' ,;:<>()[]"\\') & set(email)
    return bool(name and at and host.strip(".") and "@" not in name) and plain and len(email) < 255

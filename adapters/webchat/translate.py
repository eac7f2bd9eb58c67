"""From what a visitor typed to our own words. Pure."""

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote
from uuid import UUID, uuid5

from bot.networks import Author, EventKind, InboundEvent

NETWORK = ACCOUNT = "webchat"
# The channel that everybody reads.
COMMUNITY, COMMUNITY_NAME = "community", "Community chat"
NAME_LIMIT = 40
TEXT_LIMIT = 2000

_THEIRS = UUID("0d8d4d7e-52b5-4a6f-8a5e-7d5a0a4f8c35")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who is in front of the page. ``secret`` stays in their cookie; only a hash of it leaves."""

    secret: str
    name: str = ""

    @property
    def remote_id(self) -> str:
        return hashlib.sha256(f"webchat visitor {self.secret}".encode()).hexdigest()[:32]

    @property
    def shown_name(self) -> str:
        """What they want to be called, else a guest's number that stays theirs."""
        return self.name or f"Guest {10 + int(self.remote_id, 16) % 990}"

    @property
    def own_channel(self) -> str:
        """Where we two talk alone."""
        return f"visitor-{self.remote_id}"

    def to_cookie(self) -> str:
        return f"{self.secret}.{quote(self.name, safe='')}"

    @classmethod
    def from_cookie(cls, value: str) -> "Visitor | None":
        secret, _, name = value.partition(".")
        if len(secret) != 32 or not set(secret) <= set("0123456789abcdef"):
            return None
        return cls(secret=secret, name=clean_name(unquote(name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What the form brought. ``value``: the quick reply that was pressed; ``once``: the form's own
    random word, so that sending the same form twice is one message."""

    text: str
    once: str
    value: str = ""
    thread: str | None = None
    reply_to: str | None = None
    private: bool = False


def to_event(visitor: Visitor, saying: Saying, now: datetime) -> InboundEvent:
    channel = visitor.own_channel if saying.private else COMMUNITY
    # Going back, writing something else and sending again is another message.
    key = hashlib.sha256(f"{saying.once} {saying.text}".encode("utf-8", "replace")).hexdigest()
    raw = {"text": saying.text, "value": saying.value, "visitor": visitor.remote_id}
    return InboundEvent(
        network=NETWORK,
        account=ACCOUNT,
        dedupe_key=key,
        kind=EventKind.BUTTON if saying.value else EventKind.MESSAGE,
        occurred_at=now,
        channel=channel,
        raw=json.dumps(raw).encode(),
        conversation=saying.thread or channel,
        message=uuid5(_THEIRS, key).hex,
        reply_to=saying.reply_to,
        thread=saying.thread,
        author=Author(id=visitor.remote_id, name=visitor.shown_name),
        text=saying.text,
        private=saying.private,
        data={"value": saying.value} if saying.value else {},
    )


def clean_name(name: str) -> str:
    """The name on one line, without characters that hide or turn others around."""
    visible = "".join(
        " " if char.isspace() else char
        for char in name
        if char.isspace() or unicodedata.category(char)[0] != "C"
    )
    return " ".join(visible.split())[:NAME_LIMIT].strip()


def clean_text(text: str) -> str:
    return text.replace("\r\n", "\n").strip()

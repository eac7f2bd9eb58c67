"""What comes in, translated once at the border into our own words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.networks.content import Media


class EventKind(StrEnum):
    MESSAGE = "message"
    EDIT = "edit"
    DELETE = "delete"
    REACTION = "reaction"
    REACTION_REMOVED = "reaction_removed"
    POLL_VOTE = "poll_vote"
    COMMAND = "command"
    BUTTON = "button"
    MEMBER_JOINED = "member_joined"
    MEMBER_LEFT = "member_left"  # also: they have blocked us
    HIDDEN = "hidden"  # from everybody else, by a person at the network
    CHANNEL_MOVED = "channel_moved"  # its id is now ``data["to"]``
    FORGET = "forget"  # the person asks through the network that we forget them
    IGNORED = "ignored"  # known and of no use to us: stored, never acted on


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who said it, as the network shows them. ``is_self``: our own bot or page."""

    id: str
    name: str = ""
    is_self: bool = False
    is_bot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundEvent:
    """One thing that happened on a network. Every id is the network's own.

    ``dedupe_key`` is the same whenever the network delivers the same event again.
    ``conversation`` names what must be kept in order: a thread, else the channel.
    ``reply_to`` is the message answered; ``thread`` the root under which replies appear.
    ``data`` holds what only some kinds have: ``emoji``; ``command`` (without a slash; its words are
    the text); ``value`` of a button; ``options`` of a vote (their numbers, none: taken back);
    ``to`` where a channel moved; ``name`` of the channel, where the network tells it; ``origin``
    (``channel`` and ``message``) what it is about, where that stands in another channel; ``about``
    the dedupe key of an earlier event whose ``origin`` is meant; of an answer to a letter, ``tag``
    (what `Content.tag` was, empty where it carries none), ``automatic`` (why a machine wrote it)
    and ``problem`` (why it can't be read whole).
    """

    network: str
    account: str
    dedupe_key: str
    kind: EventKind
    occurred_at: datetime
    channel: str
    raw: bytes
    conversation: str = ""
    message: str | None = None
    reply_to: str | None = None
    thread: str | None = None
    author: Author | None = None
    text: str = ""
    media: tuple[Media, ...] = ()
    private: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUnderstood:
    """An event that could not be translated: kept in quarantine with its raw bytes."""

    network: str
    account: str
    dedupe_key: str
    raw: bytes
    reason: str

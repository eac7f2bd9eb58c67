"""What goes out, and what the network says to it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.networks.content import Content


class Action(StrEnum):
    PUBLISH = "publish"  # a post for everybody in the channel
    REPLY = "reply"  # into a thread, in answer to a message
    DIRECT = "direct"  # to one person alone; with `Outgoing.reply_to` in answer to their comment
    EDIT = "edit"  # what we said there before now reads so
    DELETE = "delete"  # take back what we said
    HIDE = "hide"  # somebody's message, from everybody else


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One thing to say. ``key`` is the same for every attempt at it.

    ``channel``, ``thread`` and ``reply_to`` are the network's ids; ``recipient`` the person's
    on `Action.DIRECT`. ``target``: the message that `Action.EDIT`, ``DELETE`` and ``HIDE`` mean.
    ``not_before``, where an earlier attempt is looked for: none was made before this.
    """

    key: str
    action: Action
    account: str
    channel: str
    content: Content
    thread: str | None = None
    reply_to: str | None = None
    recipient: str | None = None
    target: str | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The network has it. ``message`` is its id there; replies to it come in under that id."""

    message: str
    permalink: str = ""
    note: str = ""  # for people: what was special about it, e.g. "kept here, no mail server"

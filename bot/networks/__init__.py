"""The port: what a network must be able to do, and the values that cross it."""

from bot.networks.capabilities import Capabilities, Count, MediaLimits, Settle, Windows
from bot.networks.content import Button, Content, Media, Poll
from bot.networks.events import Author, EventKind, InboundEvent, NotUnderstood
from bot.networks.port import (
    Adapter,
    Callee,
    Command,
    Finding,
    HandsOut,
    Health,
    MediaFile,
    Place,
    Plugin,
    Receive,
    Reply,
    Services,
    Step,
    WebhookRequest,
)
from bot.networks.registry import installed
from bot.networks.sending import Action, Outgoing, Receipt

__all__ = [
    "Action",
    "Adapter",
    "Author",
    "Button",
    "Callee",
    "Capabilities",
    "Command",
    "Content",
    "Count",
    "EventKind",
    "Finding",
    "HandsOut",
    "Health",
    "InboundEvent",
    "Media",
    "MediaFile",
    "MediaLimits",
    "NotUnderstood",
    "Outgoing",
    "Place",
    "Plugin",
    "Poll",
    "Receipt",
    "Receive",
    "Reply",
    "Services",
    "Settle",
    "Step",
    "WebhookRequest",
    "Windows",
    "installed",
]

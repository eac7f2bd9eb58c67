"""The port: what a network must be able to do, and the values that cross it."""

from bot.networks.capabilities import Capabilities, Count, Settle
from bot.networks.content import Button, Content, Media
from bot.networks.events import Author, EventKind, InboundEvent, NotUnderstood
from bot.networks.port import (
    Adapter,
    Challenge,
    Health,
    Plugin,
    Receive,
    Services,
    WebhookRequest,
)
from bot.networks.registry import installed
from bot.networks.sending import Action, Outgoing, Receipt

__all__ = [
    "Action",
    "Adapter",
    "Author",
    "Button",
    "Capabilities",
    "Challenge",
    "Content",
    "Count",
    "EventKind",
    "Health",
    "InboundEvent",
    "Media",
    "NotUnderstood",
    "Outgoing",
    "Plugin",
    "Receipt",
    "Receive",
    "Services",
    "Settle",
    "WebhookRequest",
    "installed",
]

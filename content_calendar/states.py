"""What became of a post, told by its deliveries. Pure; nothing of it is stored."""

from collections.abc import Iterable

from bot.outbox.models import DeliveryState
from content_calendar.models import Stage

STUCK = frozenset({DeliveryState.REFUSED, DeliveryState.UNKNOWN, DeliveryState.HELD})

LOCKED = frozenset({DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.UNKNOWN})
"""Some network has a part of it, or may have: it can't be moved any more."""

DOTS = {
    DeliveryState.PENDING: "waiting",
    DeliveryState.SENDING: "sending",
    DeliveryState.SENT: "sent",
    DeliveryState.UNKNOWN: "unknown",
    DeliveryState.REFUSED: "failed",
    DeliveryState.HELD: "overdue",
    DeliveryState.CANCELLED: "cancelled",
}
"""How a single delivery is called on a page."""


def state_of(stage: Stage, deliveries: Iterable[DeliveryState]) -> str:
    """idea, draft, in_review, scheduled, publishing, published, needs_look or cancelled.

    ``stage`` counts as long as nothing has been handed to the outbox.
    """
    all_ = set(deliveries)
    live = all_ - {DeliveryState.CANCELLED}
    if not live:
        return "cancelled" if all_ else stage.value
    if live & STUCK:
        return "needs_look"
    if live == {DeliveryState.SENT}:
        return "published"
    return "scheduled" if live == {DeliveryState.PENDING} else "publishing"

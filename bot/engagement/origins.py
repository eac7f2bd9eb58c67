"""What is said in one place about something of ours in another. Only reads."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session
from bot.inbox.models import Event

Place = tuple[str, str]  # a channel and a message there


def origins(session: Session, events: Sequence[Event]) -> dict[UUID, Place]:
    """By event, the message elsewhere that it is about: told with it (``data["origin"]``), or with
    an earlier event whose dedupe key it names (``data["about"]``)."""
    about = {event.id: key for event in events if (key := _data(event).get("about"))}
    earlier = _earlier(session, events, set(about.values())) if about else {}
    found = {}
    for event in events:
        known = earlier.get((event.network, event.account, about.get(event.id, "")))
        if place := _place(event) or known:
            found[event.id] = place
    return found


def _earlier(
    session: Session, events: Sequence[Event], keys: set[str]
) -> dict[tuple[str, str, str], Place]:
    rows = session.scalars(
        sa.select(Event).where(
            Event.network.in_({event.network for event in events}),
            Event.account.in_({event.account for event in events}),
            Event.dedupe_key.in_(keys),
        )
    )
    return {
        (row.network, row.account, row.dedupe_key): place for row in rows if (place := _place(row))
    }


def _place(event: Event) -> Place | None:
    origin = _data(event).get("origin")
    return (origin["channel"], origin["message"]) if origin else None


def _data(event: Event) -> dict[str, Any]:
    data: dict[str, Any] = event.details.get("data", {})
    return data

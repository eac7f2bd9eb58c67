"""A small shop for the calendar's tests: two channels, three people, and what left."""

from datetime import datetime

import sqlalchemy as sa

from bot.accounts.models import Role, User
from bot.channels import service as channels
from bot.channels.models import Channel
from bot.db import Session
from bot.networks import Capabilities, Count
from bot.outbox.models import Delivery, DeliveryState
from content_calendar import service
from content_calendar.draft import Draft
from content_calendar.models import Post, Stage
from content_calendar.recurrence import zone_info

LIMITS = {
    "webchat": Capabilities(text_limit=400, count=Count.GRAPHEMES),
    "telegram": Capabilities(text_limit=40, count=Count.UTF16),
    "email": Capabilities(text_limit=9_000, publishes=False),
}


def person(session: Session, role: Role, name: str = "") -> User:
    name = name or role.value.capitalize()
    return session.put(
        User(name=name, email=f"{name.lower()}@shop.test", role=role, created_at=session.now())
    )


def channel(session: Session, network: str = "webchat") -> Channel:
    return channels.ensure(
        session, network=network, account="1", remote_id="lobby", name=f"{network} lobby"
    )


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def draft(session: Session, local: str | None = "2026-03-03T14:30", **changes: object) -> Draft:
    """A post for the web chat that can go out as it is."""
    values: dict[str, object] = {
        "title": "Lids",
        "text": "Which lid do you use most?",
        "channel_ids": (channel(session).id,),
        "local": wall(local) if local else None,
        "zone": "Europe/Berlin",
    }
    return Draft(**values | changes)  # type: ignore[arg-type]  # defaults and changes in one mapping


def scheduled(session: Session, local: str = "2026-03-03T14:30", **changes: object) -> Post:
    return service.create(
        session,
        draft(session, local, **changes),
        by=None,
        capabilities=LIMITS,
        stage=Stage.SCHEDULED,
    )


def deliveries(session: Session) -> list[Delivery]:
    """Everything that has not been called off, in the order in which it is due."""
    session.flush()
    return list(
        session.scalars(
            sa.select(Delivery)
            .where(Delivery.state != DeliveryState.CANCELLED)
            .order_by(Delivery.due_at, Delivery.id)
            .execution_options(populate_existing=True)
        )
    )


def due(session: Session, zone: str = "Europe/Berlin") -> list[str]:
    """When they are due, as the clock in ``zone`` shows it."""
    there = zone_info(zone)
    return [f"{each.due_at.astimezone(there):%m-%d %H:%M}" for each in deliveries(session)]


def becomes(session: Session, state: DeliveryState, *, count: int = 1) -> None:
    """Let the first of the deliveries get into this state, as the outbox would have it."""
    for delivery in deliveries(session)[:count]:
        delivery.state = state
        delivery.sent_at = session.now() if state is DeliveryState.SENT else None
    session.flush()

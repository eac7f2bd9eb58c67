"""A queue for tests: Mondays and Thursdays at 10:00 in Berlin, and something to say."""

from uuid import UUID

import sqlalchemy as sa

from bot.accounts.models import Role, User
from bot.db import Session
from content_calendar.models import Post
from content_calendar.queue import keeping
from content_calendar.queue.keeping import Words
from content_calendar.queue.models import Category, Evergreen, Filling
from tests.content_calendar.calendars import channel, person

TIPS = (
    "Rinse the pan with cold water first. What is your trick?",
    "Enamel loves wooden spoons. Which spoon do you use?",
    "A lid saves a third of the energy. Do you cook with one?",
    "Cast iron wants oil, not soap. How do you look after yours?",
)


def owner(session: Session) -> User:
    found = session.scalar(sa.select(User).filter_by(role=Role.OWNER).limit(1))
    return found or person(session, Role.OWNER)


def category(
    session: Session,
    filling: Filling = Filling.AUTOMATIC,
    *,
    name: str = "Tips",
    days: tuple[int, ...] = (0, 3),
    minute: int = 600,
    zone: str = "Europe/Berlin",
    networks: tuple[str, ...] = ("webchat",),
) -> Category:
    """Monday and Thursday, 10:00."""
    made = keeping.add_category(session, name, filling, by=owner(session))
    channels = [channel(session, network).id for network in networks]
    keeping.add_slots(session, made.id, channels, days, minute, zone, by=owner(session))
    return made


def evergreen(session: Session, into: UUID, text: str, **changes: object) -> Evergreen:
    words = Words(**{"title": text[:20], "text": text} | changes)  # type: ignore[arg-type]  # one mapping
    return keeping.write(session, into, words, by=owner(session))


def tips(session: Session, count: int = 4, **changes: object) -> Category:
    """A category that fills itself, with so many evergreens."""
    made = category(session)
    for text in TIPS[:count]:
        evergreen(session, made.id, text, **changes)
    return made


def texts(session: Session) -> list[str]:
    """What posts say, in the order in which they were made."""
    return list(session.scalars(sa.select(Post.text).order_by(Post.id)))

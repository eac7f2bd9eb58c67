"""Posts that need a look: what failed, what may or may not have arrived, what is at risk."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel, Looked
from bot.db import Session
from bot.networks import Health
from bot.outbox.models import About, Delivery, DeliveryState
from content_calendar import queries
from content_calendar.models import Occurrence, Post, Publication
from content_calendar.states import DOTS, STUCK

_MOST = 50
AT_RISK = timedelta(days=1)
"""So far ahead posts are looked at before they are due, as `watching.preflight` does."""

_POST = "post:"  # how what was found about a single delivery is called there


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One post on one channel. ``state`` is a dot of `states.DOTS`, or ``risk``; ``says`` are the
    network's own words, ``then`` is what to do."""

    delivery_id: UUID
    title: str
    href: str
    state: str
    network: str
    channel: str
    moment: datetime
    says: str
    then: str = ""


def tray(session: Session) -> list[Item]:
    """The longest waiting first, at most `_MOST` of each kind."""
    found = _all(session, Delivery.state.in_(STUCK))
    waiting = [_item(row, DOTS[row.Delivery.state], row.Delivery.note) for row in found]
    return [*waiting, *_at_risk(session)]


def _at_risk(session: Session) -> Iterator[Item]:
    """What is to leave within a day and, as things are, will not."""
    ill = session.scalars(sa.select(Looked).where(Looked.health == Health.OFF)).all()
    silent = session.scalar(sa.select(Channel.id).where(Channel.paused_because != "").limit(1))
    if not ill and silent is None:
        return
    soon = Delivery.due_at <= session.now() + AT_RISK
    for row in _all(session, Delivery.state == DeliveryState.PENDING, soon):
        channel = row.Channel
        if channel.paused_because:
            yield _item(row, "risk", channel.paused_because, "Mend that, then let it speak again.")
        elif found := _found(ill, row.Delivery, channel):
            yield _item(row, "risk", found.says, found.then)


def _found(ill: Sequence[Looked], delivery: Delivery, channel: Channel) -> Looked | None:
    """What stands in the way of that delivery: about itself, its place, or the whole account."""
    itself, account = f"{_POST}{delivery.id}", (channel.network, channel.account)
    for one in ill:
        here = (one.network, one.account) == account and one.place in {"", channel.remote_id}
        if one.what == itself or (here and not one.what.startswith(_POST)):
            return one
    return None


def _all(session: Session, *which: sa.ColumnElement[bool]) -> Sequence[Any]:
    """Posts' deliveries with all that an item shows."""
    order = (Delivery.due_at, Delivery.id)
    of_posts = sa.select(Delivery.id).where(*which, Delivery.about == About.POST)
    # Mostly there are none, which an index tells without a join.
    ids = session.scalars(of_posts.order_by(*order).limit(_MOST)).all()
    if not ids:
        return ()
    return session.execute(
        sa.select(Delivery, Channel, Post.id, Post.title, Occurrence.local, Occurrence.at)
        .join(Publication, Publication.delivery_id == Delivery.id)
        .join(Occurrence, Publication.occurrence_id == Occurrence.id)
        .join(Post, Occurrence.post_id == Post.id)
        .join(Channel, Channel.id == Delivery.channel_id)
        .where(Delivery.id.in_(ids))
        .order_by(*order)
    ).all()


def _item(row: Any, state: str, says: str, then: str = "") -> Item:
    return Item(
        delivery_id=row.Delivery.id,
        title=row.title,
        href=queries.href(row.id, row.local),
        state=state,
        network=row.Channel.network,
        channel=row.Channel.name,
        moment=row.at,
        says=says,
        then=then,
    )

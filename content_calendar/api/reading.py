"""The calendar as programs read it: a page at a time, in a few statements each."""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel, ChannelKind
from bot.db import Session
from bot.errors import InvalidInput
from bot.outbox.models import Delivery
from bot.products.models import Product
from content_calendar.api.shapes import (
    CampaignShape,
    CarriedShape,
    ChannelShape,
    MediaShape,
    OccurrenceShape,
    PostShape,
)
from content_calendar.models import Campaign, Occurrence, Post, Publication, Series
from content_calendar.states import DOTS, STUCK, state_of

MOST = 200
T = TypeVar("T")


def after(cursor: str) -> UUID | None:
    """The id behind which a page begins. Raises `InvalidInput` for what is no cursor of ours."""
    if not cursor:
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except (ValueError, binascii.Error):
        raise InvalidInput(
            fields={"cursor": "This is no cursor. Take “next” of the page before."}
        ) from None


def _cursor(id: UUID) -> str:
    return base64.urlsafe_b64encode(id.bytes).decode().rstrip("=")


def size(limit: int) -> int:
    if not 1 <= limit <= MOST:
        raise InvalidInput(fields={"limit": f"A page has from 1 to {MOST} of them."})
    return limit


def paged(
    session: Session,
    found: sa.Select[*tuple[Any, ...]],
    id: Any,
    shape: Callable[[Sequence[Any]], Sequence[T]],
    *,
    limit: int,
    cursor: str,
) -> tuple[Sequence[T], str | None]:
    """One page of rows by ``id``, oldest first, and where the next one begins, if there is one."""
    if begin := after(cursor):
        found = found.where(id > begin)
    rows = session.execute(found.order_by(id).limit(size(limit) + 1)).all()
    shown = rows[:limit]
    return shape(shown), _cursor(shown[-1][0].id) if len(rows) > limit else None


def posts(*where: sa.ColumnExpressionArgument[bool]) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Post, Campaign.name, Product.sku, Series)
        .outerjoin(Campaign, Campaign.id == Post.campaign_id)
        .outerjoin(Product, Product.id == Post.product_id)
        .outerjoin(Series, Series.post_id == Post.id)
        .where(*where)
    )


def shaped(public_url: str) -> Callable[[Iterable[Any]], list[PostShape]]:
    def shape(rows: Iterable[Any]) -> list[PostShape]:
        return [_post(*row, public_url=public_url) for row in rows]

    return shape


def one(session: Session, id: UUID, public_url: str) -> PostShape:
    """Raises `NotFound`."""
    session.need(Post, id)
    return shaped(public_url)(session.execute(posts(Post.id == id)).all())[0]


def _post(
    post: Post, campaign: str | None, sku: str | None, series: Series | None, *, public_url: str
) -> PostShape:
    return PostShape(
        id=post.id,
        title=post.title,
        text=post.text,
        overrides=post.overrides,
        media=[MediaShape(**it) for it in post.media],
        broadcast=post.broadcast,
        campaign=campaign or "",
        product=sku or "",
        channels=[UUID(each) for each in post.channel_ids],
        stage=post.stage,
        local=post.local,
        zone=post.zone,
        rrule=series.rrule if series else "",
        exdates=series.exdates if series else [],
        created_at=post.created_at,
        updated_at=post.updated_at,
        version=post.version,
        page=f"{public_url}/posts/{post.id}",
    )


def occurrences(*where: sa.ColumnExpressionArgument[bool]) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(Occurrence, Post).join(Post, Post.id == Occurrence.post_id).where(*where)


def with_outcome(session: Session) -> Callable[[Iterable[Any]], list[OccurrenceShape]]:
    """What became of them, channel by channel."""

    def shape(rows: Iterable[Any]) -> list[OccurrenceShape]:
        rows = list(rows)
        carried = (
            sa.select(Publication.occurrence_id, Delivery)
            .join(Delivery, Delivery.id == Publication.delivery_id)
            .where(Publication.occurrence_id.in_([each.id for each, _ in rows]))
            .order_by(Publication.occurrence_id, Publication.id)
        )
        by_id = {
            id: [delivery for _, delivery in group]
            for id, group in groupby(session.execute(carried), key=lambda row: row[0])
        }
        return [_occurrence(each, post, by_id.get(each.id, [])) for each, post in rows]

    return shape


def _occurrence(
    occurrence: Occurrence, post: Post, deliveries: Sequence[Delivery]
) -> OccurrenceShape:
    return OccurrenceShape(
        id=occurrence.id,
        post=post.id,
        title=post.title,
        local=occurrence.local,
        zone=occurrence.zone,
        at=occurrence.at,
        state=state_of(post.stage, [each.state for each in deliveries]),
        channels=[_carried(each) for each in deliveries],
    )


def _carried(delivery: Delivery) -> CarriedShape:
    return CarriedShape(
        channel=delivery.channel_id,
        state=DOTS[delivery.state],
        note=delivery.note if delivery.state in STUCK else "",
        due_at=delivery.due_at,
        sent_at=delivery.sent_at,
        permalink=delivery.permalink or "",
    )


def channels(*where: sa.ColumnExpressionArgument[bool]) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(Channel).filter_by(kind=ChannelKind.COMMUNITY).where(*where)


def as_channels(rows: Iterable[Any]) -> list[ChannelShape]:
    return [
        ChannelShape(id=it.id, network=it.network, name=it.name, paused=it.paused_because or "")
        for (it,) in rows
    ]


def campaigns(*where: sa.ColumnExpressionArgument[bool]) -> sa.Select[*tuple[Any, ...]]:
    count = sa.select(sa.func.count(Post.id)).where(
        Post.workspace_id == Campaign.workspace_id, Post.campaign_id == Campaign.id
    )
    return sa.select(Campaign, count.scalar_subquery()).where(*where)


def as_campaigns(rows: Iterable[Any]) -> list[CampaignShape]:
    return [CampaignShape(id=it.id, name=it.name, posts=count) for it, count in rows]

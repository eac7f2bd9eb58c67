"""One post and what became of it, channel by channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.engagement.happenings import Resonance, resonance
from bot.inbox.models import Message
from bot.outbox.models import Delivery, DeliveryState
from bot.products.models import Product
from content_calendar import planning
from content_calendar.draft import Draft
from content_calendar.echoes import led_to
from content_calendar.models import Occurrence, Post, Publication
from content_calendar.states import DOTS, STUCK, state_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of a post on one channel. ``replies``: messages that answer it there."""

    delivery_id: UUID
    network: str
    channel: str
    text: str
    state: str
    note: str
    due_at: datetime
    sent_at: datetime | None
    permalink: str
    replies: int
    resonance: Resonance | None = None

    @property
    def stuck(self) -> bool:
        return self.state in {DOTS[state] for state in STUCK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """``on``: the wall time that is looked at, None for a post without any. ``locked``: why what
    was planned then can't be changed any more, or nothing."""

    post: Post
    draft: Draft
    product: str
    on: datetime | None
    moment: datetime | None
    state: str
    locked: str
    begun: bool
    results: tuple[Result, ...]
    led_to: tuple[tuple[UUID, str, int], ...] = ()  # suggestions: id, words, voices

    @property
    def repeats(self) -> bool:
        return bool(self.draft.rrule)


def detail(session: Session, post_id: UUID, on: datetime | None = None) -> Detail:
    """Raises `NotFound`. Without ``on``: the next one of a series, the only one of others."""
    post = session.need(Post, post_id)
    draft = planning.draft_of(session, post)
    occurrence = _looked_at(session, post, on)
    results = _results(session, occurrence) if occurrence else []
    states = [state for state, _ in results]
    product = session.find(Product, post.product_id) if post.product_id else None
    return Detail(
        post=post,
        draft=draft,
        product=product.name if product else "",
        on=on or (occurrence.local if occurrence else draft.local),
        moment=occurrence.at if occurrence else None,
        state=state_of(post.stage, states),
        locked=planning.lock_reason(session, occurrence) if occurrence else "",
        begun=planning.has_begun(session, occurrence) if occurrence else False,
        results=tuple(result for _, result in results),
        led_to=tuple(led_to(session, occurrence.id)) if occurrence else (),
    )


def _looked_at(session: Session, post: Post, on: datetime | None) -> Occurrence | None:
    wanted = sa.select(Occurrence).filter_by(post_id=post.id)
    if on:
        return session.scalar(wanted.filter_by(local=on))
    ahead = wanted.where(Occurrence.at >= session.now()).order_by(Occurrence.at).limit(1)
    last = wanted.order_by(Occurrence.at.desc()).limit(1)
    return session.scalar(ahead) or session.scalar(last)


def _results(session: Session, occurrence: Occurrence) -> list[tuple[DeliveryState, Result]]:
    replies = (
        sa.select(sa.func.count())
        .select_from(Message)
        .where(Message.answers_id == Delivery.id, Message.workspace_id == Delivery.workspace_id)
        .correlate(Delivery)
        .scalar_subquery()
    )
    rows: Sequence[Any] = session.execute(
        sa.select(Delivery, Channel, replies)
        .join(Publication, Publication.delivery_id == Delivery.id)
        .join(Channel, Publication.channel_id == Channel.id)
        .where(Publication.occurrence_id == occurrence.id)
        .order_by(Channel.name)
    ).all()
    came = resonance(session, [it.id for it, _, _ in rows])
    return [(it.state, _result(it, channel, count, came.get(it.id))) for it, channel, count in rows]


def _result(delivery: Delivery, channel: Channel, replies: int, came: Resonance | None) -> Result:
    return Result(
        resonance=came,
        delivery_id=delivery.id,
        network=channel.network,
        channel=channel.name,
        text=delivery.content["text"],
        state=DOTS[delivery.state],
        note=delivery.note,
        due_at=delivery.due_at,
        sent_at=delivery.sent_at,
        permalink=delivery.permalink,
        replies=replies,
    )

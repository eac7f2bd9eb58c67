"""Occurrences and the deliveries that carry them: written, moved and withdrawn together."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session, insert_all, insert_new
from bot.errors import Conflict, InvalidInput
from bot.networks import Action, Media
from bot.outbox import service as outbox
from bot.outbox.models import About, Delivery, DeliveryState
from content_calendar.draft import GRACE, Draft
from content_calendar.models import Campaign, Occurrence, Post, Publication, Series, Stage
from content_calendar.recurrence import Rule, occurrences, resolve
from content_calendar.saying import ballot_of, content, crops_of
from content_calendar.states import LOCKED

HORIZON = timedelta(days=35)
"""So far ahead a series is written into the outbox; what comes later is only computed."""

_DAY = timedelta(days=1)
_OPEN = {DeliveryState.PENDING, DeliveryState.HELD}
_WHY_LOCKED = {
    DeliveryState.SENT: "It has gone out already, so it can't be changed. Duplicate it instead.",
    DeliveryState.SENDING: "It is going out right now, so it can't be changed any more.",
    DeliveryState.UNKNOWN: "It may have gone out. Settle that under “Needs a look” first.",
    DeliveryState.REFUSED: "The network refused it. Take it off the calendar to change it.",
}


def rule_of(series: Series) -> Rule:
    exdates = frozenset(datetime.fromisoformat(each) for each in series.exdates)
    return Rule(start=series.start, zone=series.zone, rrule=series.rrule, exdates=exdates)


def series_of(session: Session, post: Post) -> Series | None:
    """The post's rule as it is now: read again, because its post has just been locked."""
    wanted = sa.select(Series).filter_by(post_id=post.id)
    return session.scalar(wanted.execution_options(populate_existing=True))


def draft_of(session: Session, post: Post) -> Draft:
    """What the post says, in the shape in which it is edited."""
    series = series_of(session, post)
    campaign = session.find(Campaign, post.campaign_id) if post.campaign_id else None
    return Draft(
        title=post.title,
        text=post.text,
        overrides=dict(post.overrides),
        media=tuple(Media(**it) for it in post.media),
        crops=crops_of(post.crops),
        link=post.link,
        first_comment=post.first_comment,
        poll=ballot_of(post.poll),
        tags=tuple(post.tags),
        broadcast=post.broadcast,
        campaign=campaign.name if campaign else "",
        product_id=post.product_id,
        channel_ids=tuple(UUID(each) for each in post.channel_ids),
        local=post.local,
        zone=post.zone,
        rrule=series.rrule if series else "",
        exdates=rule_of(series).exdates if series else frozenset(),
    )


def channels_of(session: Session, ids: Iterable[UUID]) -> Sequence[Channel]:
    found = sa.select(Channel).where(Channel.id.in_(list(ids))).order_by(Channel.id)
    return session.scalars(found).all()


def _channels(session: Session, post: Post) -> Sequence[Channel]:
    return channels_of(session, [UUID(each) for each in post.channel_ids])


def occurrences_of(session: Session, post: Post) -> Sequence[Occurrence]:
    return session.scalars(
        sa.select(Occurrence).filter_by(post_id=post.id).order_by(Occurrence.at)
    ).all()


def occurrence_at(session: Session, post: Post, on: datetime) -> Occurrence | None:
    """The one that is planned for that wall time."""
    return session.scalar(sa.select(Occurrence).filter_by(post_id=post.id, local=on))


def deliveries_of(session: Session, occurrence: Occurrence) -> Sequence[Delivery]:
    """What carries it, channel by channel, as the outbox sees it now."""
    return session.scalars(
        sa.select(Delivery)
        .join(Publication, Publication.delivery_id == Delivery.id)
        .where(Publication.occurrence_id == occurrence.id)
        .order_by(Delivery.id)
        .execution_options(populate_existing=True)
    ).all()


def hold(session: Session, post: Post) -> None:
    """From here to COMMIT nothing of it begins to leave: what is then seen to wait, waits."""
    carrying = sa.select(Delivery.id).filter_by(about=About.POST, about_id=post.id)
    waiting = carrying.where(Delivery.state.in_({*_OPEN, DeliveryState.SENDING}))
    session.execute(waiting.order_by(Delivery.id).with_for_update())


def lock_reason(session: Session, occurrence: Occurrence) -> str:
    """Why it can't be changed any more, or nothing."""
    states = {delivery.state for delivery in deliveries_of(session, occurrence)}
    return next((why for state, why in _WHY_LOCKED.items() if state in states), "")


def has_begun(session: Session, occurrence: Occurrence) -> bool:
    """Whether any network has, or may have, a part of it."""
    return any(delivery.state in LOCKED for delivery in deliveries_of(session, occurrence))


def reopen(session: Session, occurrence: Occurrence) -> None:
    """What a network refused may be tried once more, at another time."""
    if has_begun(session, occurrence):
        return
    for delivery in deliveries_of(session, occurrence):
        if delivery.state is DeliveryState.REFUSED:
            outbox.retry(session, delivery)
    session.flush()


def plan(
    session: Session, post: Post, local: datetime, at: datetime, series: Series | None = None
) -> Occurrence | None:
    """Write an occurrence and its deliveries; None where the post has that wall time already."""
    session.flush()
    values = {
        "post_id": post.id,
        "series_id": series.id if series else None,
        "local": local,
        "zone": post.zone,
        "at": at,
    }
    made = insert_new(session, Occurrence, [values], unique=("post_id", "local"))
    if not made:
        return None
    occurrence = session.need(Occurrence, made.pop())
    _publish(session, post, occurrence, _channels(session, post))
    return occurrence


def refit(session: Session, post: Post, occurrence: Occurrence) -> None:
    """Make its deliveries say what the post says now, on the channels that it has now."""
    wanted = {channel.id: channel for channel in _channels(session, post)}
    for publication, delivery in _publications(session, occurrence):
        channel = wanted.pop(publication.channel_id, None)
        if channel is None:
            _drop(session, publication, delivery)
        elif delivery.state in _OPEN:
            outbox.revise(session, delivery, content(post, channel.network))
            delivery.product_id = post.product_id
            session.flush()
    _publish(session, post, occurrence, wanted.values())


def _publish(
    session: Session, post: Post, occurrence: Occurrence, channels: Collection[Channel]
) -> None:
    if not channels:
        return
    drafts = [_delivery(session, post, occurrence, channel) for channel in channels]
    outbox.enqueue_all(session, drafts)
    keys = [each["key"] for each in drafts]
    carried = session.scalars(sa.select(Delivery).where(Delivery.key.in_(keys))).all()
    networks = {channel.id: channel.network for channel in channels}
    for delivery in carried:
        if delivery.state is DeliveryState.CANCELLED:  # the channel was taken out and put back
            outbox.revive(session, delivery, occurrence.at)
            session.flush()  # the outbox reads a delivery anew before each change
            outbox.revise(session, delivery, content(post, networks[delivery.channel_id]))
    rows = [{"channel_id": each.channel_id, "delivery_id": each.id} for each in carried]
    insert_all(session, Publication, [row | {"occurrence_id": occurrence.id} for row in rows])


def _delivery(
    session: Session, post: Post, occurrence: Occurrence, channel: Channel
) -> dict[str, Any]:
    return outbox.draft(
        session,
        key=f"post:{occurrence.id.hex}:{channel.id.hex}",
        channel=channel,
        action=Action.PUBLISH,
        content=content(post, channel.network),
        about=About.POST,
        about_id=post.id,
        product_id=post.product_id,
        due_at=occurrence.at,
    )


def _publications(
    session: Session, occurrence: Occurrence
) -> Sequence[sa.Row[Publication, Delivery]]:
    session.flush()
    return session.execute(
        sa.select(Publication, Delivery)
        .join(Delivery, Publication.delivery_id == Delivery.id)
        .where(Publication.occurrence_id == occurrence.id)
        .order_by(Publication.id)
        .execution_options(populate_existing=True)
    ).all()


def _drop(session: Session, publication: Publication, delivery: Delivery) -> None:
    if delivery.state is not DeliveryState.CANCELLED:
        outbox.cancel(session, delivery)
    session.delete(publication)


def withdraw(session: Session, occurrence: Occurrence) -> None:
    """It doesn't happen. Raises `Conflict` when it is going out or has gone."""
    for publication, delivery in _publications(session, occurrence):
        if delivery.state is DeliveryState.UNKNOWN:
            raise Conflict(_WHY_LOCKED[delivery.state])
        _drop(session, publication, delivery)
    session.flush()
    session.delete(occurrence)
    session.flush()


def shift(
    session: Session, occurrence: Occurrence, local: datetime, zone: str, at: datetime
) -> None:
    """Let it happen at another time. Raises `Conflict` when it is going out or has gone."""
    taken = sa.select(Occurrence.id).where(
        Occurrence.post_id == occurrence.post_id,
        Occurrence.local == local,
        Occurrence.id != occurrence.id,
    )
    if session.scalar(taken):
        raise InvalidInput(fields={"date": "This post is planned for that time already."})
    if why := lock_reason(session, occurrence):
        raise Conflict(why)
    for _, delivery in _publications(session, occurrence):
        if delivery.state is not DeliveryState.CANCELLED:
            outbox.reschedule(session, delivery, at)
            session.flush()
    occurrence.local, occurrence.zone, occurrence.at = local, zone, at


def materialise(session: Session, until: datetime | None = None) -> int:
    """Write what every series plans up to ``until`` (default: `HORIZON` ahead) into the outbox.

    Gives how many occurrences are new. Any number of processes may do it at any time.
    """
    until = until or session.now() + HORIZON
    due = (
        sa.select(Post.id)
        .join(Series, Series.post_id == Post.id)
        .where(
            Post.stage == Stage.SCHEDULED,
            sa.or_(Series.materialised_until.is_(None), Series.materialised_until < until),
        )
        .order_by(Post.id)
    )
    return sum(_materialise_one(session, id, until) for id in session.scalars(due).all())


def _materialise_one(session: Session, post_id: UUID, until: datetime) -> int:
    post = session.scalar(
        sa.select(Post)
        .filter_by(id=post_id, stage=Stage.SCHEDULED)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    series = series_of(session, post) if post else None
    return extend(session, post, series, until) if post and series else 0


def extend(session: Session, post: Post, series: Series, until: datetime) -> int:
    """Write one series up to ``until``, from where it was left off. Its post is locked."""
    after = series.materialised_until or session.now() - GRACE
    if until <= after:
        return 0
    slots = occurrences(rule_of(series), after=after, until=until, limit=5_000)
    made = [slot for slot in slots if plan(session, post, slot.local, slot.at, series)]
    series.materialised_until = until
    if made:
        session.announce("calendar")
    return len(made)


def replan(session: Session, post: Post, series: Series) -> None:
    """After a change to the series: keep what still fits, withdraw the rest, write what is new."""
    rule, now = rule_of(series), session.now()
    until = max(series.materialised_until or now, now + HORIZON)
    wanted = {slot.local for slot in occurrences(rule, after=now - GRACE, until=until, limit=5_000)}
    after = now - GRACE
    for occurrence in occurrences_of(session, post):
        fits = occurrence.local in wanted and occurrence.zone == rule.zone
        if lock_reason(session, occurrence):
            if occurrence.series_id and not fits:
                # That day has had its post: a new time of day must not give it a second one.
                after = max(after, _end_of_day(occurrence.local, rule.zone))
        elif occurrence.series_id is None or fits or occurrence.at < now - GRACE:
            refit(session, post, occurrence)
        else:
            withdraw(session, occurrence)
    series.materialised_until = after
    extend(session, post, series, until)


def _end_of_day(local: datetime, zone: str) -> datetime:
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
    return resolve(midnight, zone).at - timedelta(microseconds=1)

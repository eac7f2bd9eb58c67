"""The first comment: said by us below a post, once the network has the post."""

from datetime import timedelta

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.networks import Action, Content
from bot.outbox import service as outbox
from bot.outbox.models import About, Delivery, DeliveryState
from content_calendar.models import Occurrence, Post, Publication

_LATELY = timedelta(days=2)  # a comment that comes later than this is no first one


def follow(session: Session) -> int:
    """Enqueue what is still to be said below what went out lately; gives how much that was.

    Any number of processes may do it at any time: the key lets each comment in once.
    """
    gone = session.execute(
        sa.select(Delivery, Channel, Post.first_comment)
        .join(Publication, Publication.delivery_id == Delivery.id)
        .join(Occurrence, Publication.occurrence_id == Occurrence.id)
        .join(Post, Occurrence.post_id == Post.id)
        .join(Channel, Delivery.channel_id == Channel.id)
        .where(
            Post.first_comment != "",
            Delivery.state == DeliveryState.SENT,
            Delivery.sent_at >= session.now() - _LATELY,
            Delivery.remote_id.is_not(None),
        )
        .order_by(Delivery.id)
    ).all()
    keys = {f"comment:{said.id.hex}" for said, _, _ in gone}
    known = set(session.scalars(sa.select(Delivery.key).where(Delivery.key.in_(keys))))
    drafts = [
        outbox.draft(
            session,
            key=f"comment:{said.id.hex}",
            channel=channel,
            action=Action.REPLY,
            content=Content(text=text),
            about=About.POST,
            about_id=said.about_id,
            product_id=said.product_id,
            since=said.sent_at,
            thread=said.thread or said.remote_id,
            reply_to=said.remote_id,
        )
        for said, channel, text in gone
        if f"comment:{said.id.hex}" not in known
    ]
    if drafts:
        outbox.enqueue_all(session, drafts)
    return len(drafts)

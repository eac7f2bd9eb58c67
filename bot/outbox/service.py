"""Putting something into the outbox, and what people may still do about it there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Required, TypedDict, Unpack
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.audit import record
from bot.accounts.models import User
from bot.channels.models import Channel, Looked
from bot.db import Session, insert_new
from bot.errors import Conflict
from bot.networks import Action, Content
from bot.outbox import quiet
from bot.outbox.models import About, Delivery, DeliveryState

_WAITING = {DeliveryState.PENDING, DeliveryState.HELD}
_STUCK = {DeliveryState.REFUSED, DeliveryState.UNKNOWN, DeliveryState.HELD}


class Saying(TypedDict, total=False):
    """What to say, where, and what it speaks of; ``due_at`` left away means at once.

    ``since``: when that came up which it answers. What came up before a back-up was restored may
    have been answered already, so a person decides about it.
    """

    key: Required[str]
    channel: Required[Channel]
    action: Required[Action]
    content: Required[Content]
    about: Required[About]
    about_id: UUID | None
    product_id: UUID | None
    due_at: datetime | None
    since: datetime | None
    thread: str | None
    reply_to: str | None
    recipient: str | None
    target: str | None


def draft(session: Session, **what: Unpack[Saying]) -> dict[str, Any]:
    """The row of a delivery that is still to be enqueued."""
    place, now = what["channel"].id, session.now()
    due_at = what.get("due_at") or now
    in_doubt = quiet.may_be_said(session, what.get("since") or due_at)
    return {
        "id": session.ids.new(),
        "key": what["key"],
        "channel_id": place,
        "action": what["action"],
        "content": what["content"].to_json(),
        "conversation": f"{place.hex}:{what.get('thread') or what.get('recipient') or ''}",
        "thread": what.get("thread"),
        "reply_to": what.get("reply_to"),
        "recipient": what.get("recipient"),
        "target": what.get("target"),
        "about": what["about"],
        "about_id": what.get("about_id"),
        "product_id": what.get("product_id"),
        "created_at": now,
        "due_at": due_at,
        "turn_at": due_at,
        "state": DeliveryState.HELD if in_doubt else DeliveryState.PENDING,
        "note": quiet.MAYBE_SAID if in_doubt else "",
    }


def enqueue_all(session: Session, drafts: Sequence[Mapping[str, Any]]) -> None:
    """Put them into the outbox; one whose key is there already changes nothing."""
    session.flush()
    if insert_new(session, Delivery, drafts, unique=("key",)):
        session.announce("outbox")


def enqueue(session: Session, **what: Unpack[Saying]) -> Delivery:
    """One `draft`, put into the outbox. The same key again gives the first delivery."""
    one = draft(session, **what)
    enqueue_all(session, [one])
    return session.scalars(sa.select(Delivery).filter_by(key=one["key"])).one()


def _only(delivery: Delivery, states: set[DeliveryState]) -> None:
    if delivery.state not in states:
        raise Conflict(
            {
                DeliveryState.SENDING: "It is leaving right now.",
                DeliveryState.SENT: "It has gone out already.",
                DeliveryState.CANCELLED: "It was cancelled.",
                DeliveryState.UNKNOWN: "It may have gone out: check there first.",
            }.get(delivery.state, "It can't be changed any more.")
        )


def lock(session: Session, delivery: Delivery) -> Delivery:
    """The delivery as it is now, unchanging until COMMIT."""
    session.flush()  # refreshing would lose what was changed before
    session.refresh(delivery, with_for_update=True)
    return delivery


def cancel(session: Session, delivery: Delivery) -> None:
    """It never leaves. Raises `Conflict` when it is leaving or gone."""
    _only(lock(session, delivery), _WAITING | _STUCK)
    _move(session, delivery, DeliveryState.CANCELLED)


def reschedule(session: Session, delivery: Delivery, due_at: datetime) -> None:
    """Leave at another time. Raises `Conflict` when it is leaving or gone."""
    _only(lock(session, delivery), _WAITING)
    delivery.due_at = delivery.turn_at = due_at
    delivery.note = ""
    _move(session, delivery, DeliveryState.PENDING)


def revise(session: Session, delivery: Delivery, content: Content) -> None:
    """Say something else. Raises `Conflict` when it is leaving or gone."""
    _only(lock(session, delivery), _WAITING)
    delivery.content = content.to_json()
    _look_anew(session, delivery)
    session.announce("outbox")


def revive(session: Session, delivery: Delivery, due_at: datetime) -> None:
    """Let a cancelled delivery leave after all, at ``due_at``."""
    _only(lock(session, delivery), {DeliveryState.CANCELLED})
    delivery.due_at = delivery.turn_at = due_at
    _move(session, delivery, DeliveryState.PENDING)


def retry(session: Session, delivery: Delivery) -> None:
    """A person says: send it (again), now. For an unknown one that means: it is not there."""
    _only(lock(session, delivery), _STUCK)
    delivery.due_at = session.now()
    delivery.note = ""
    delivery.released_at = session.now()
    _move(session, delivery, DeliveryState.PENDING)


def mark_sent(session: Session, delivery: Delivery, permalink: str = "") -> None:
    """A person has seen it there."""
    _only(lock(session, delivery), {DeliveryState.UNKNOWN})
    delivery.sent_at = session.now()
    delivery.permalink = permalink
    _move(session, delivery, DeliveryState.SENT)


def take_back(session: Session, said: Delivery, channel: Channel, *, by: User) -> Delivery:
    """Delete there what we said. Raises `Conflict` where it is not known to be there."""
    if said.state is not DeliveryState.SENT or said.remote_id is None:
        raise Conflict("Only what has gone out can be deleted there.")
    deletion = enqueue(
        session,
        key=f"delete:{said.id.hex}",
        channel=channel,
        action=Action.DELETE,
        content=Content(text=""),
        about=About.STAFF,
        thread=said.thread,
        recipient=said.recipient,
        target=said.remote_id,
    )
    record(session, by, "took back", said)
    return deletion


def hide(
    session: Session, channel: Channel, message: str, *, thread: str | None, by: User
) -> Delivery:
    """Hide somebody's message, by the network's id, from everybody else."""
    hiding = enqueue(
        session,
        key=f"hide:{channel.id.hex}:{message}",
        channel=channel,
        action=Action.HIDE,
        content=Content(text=""),
        about=About.STAFF,
        thread=thread,
        target=message,
    )
    record(session, by, "hid", hiding)
    return hiding


def _look_anew(session: Session, delivery: Delivery) -> None:
    """What was found wrong with it before may be mended by this."""
    session.execute(sa.delete(Looked).where(Looked.what == f"post:{delivery.id}"))


def _move(session: Session, delivery: Delivery, state: DeliveryState) -> None:
    _look_anew(session, delivery)
    delivery.state = state
    delivery.owner = delivery.lease_until = None
    session.announce("outbox", "calendar")

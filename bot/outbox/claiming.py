"""Which deliveries leave next: claimed under a lease before the network is called."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from bot.channels.models import Channel, Overdue
from bot.db import Session
from bot.networks import Action, Capabilities, Content, Outgoing, Settle
from bot.outbox.models import LONGEST_WAIT, Delivery, DeliveryState

Accounts = dict[tuple[str, str], Capabilities]  # (network, account) → what it can do


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One attempt that is ours until ``lease_until``. ``look_first``: an earlier attempt may
    have left it there already."""

    id: UUID
    attempt: int
    owner: str
    lease_until: datetime
    network: str
    outgoing: Outgoing
    look_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """``lease`` must be longer than a send may take; ``overdue_after``: how late a post may be
    before the channel's policy decides."""

    lease: timedelta = timedelta(seconds=60)
    overdue_after: timedelta = timedelta(minutes=30)


def claim(
    session: Session, *, owner: str, accounts: Accounts, terms: Terms, most: int = 20
) -> list[Claim]:
    """At most ``most`` deliveries that are due now, at most one of each conversation.

    Also takes over what another process left under way, by the network's rule for that.
    """
    claims = []
    for delivery, channel in _rows(session, _lost(session, terms), accounts, most):
        settle = accounts[channel.network, channel.account].settle
        if settle is Settle.ASK:
            _ask(session, delivery)
        else:
            claims.append(_take(session, delivery, channel, owner, terms, settle))
    for delivery, channel in _rows(session, _due(session), accounts, most - len(claims)):
        if delivery.action is not Action.PUBLISH or _may_publish(session, delivery, channel, terms):
            claims.append(_take(session, delivery, channel, owner, terms))
    session.flush()
    return claims


def _rows(
    session: Session, which: sa.ColumnElement[bool], accounts: Accounts, most: int
) -> list[tuple[Delivery, Channel]]:
    if most <= 0 or not accounts:
        return []
    found = session.execute(
        sa.select(Delivery, Channel)
        .join(
            Channel,
            sa.and_(
                Channel.workspace_id == Delivery.workspace_id, Channel.id == Delivery.channel_id
            ),
        )
        .where(which, sa.tuple_(Channel.network, Channel.account).in_(list(accounts)))
        .order_by(Delivery.due_at, Delivery.id)
        .limit(most)
        .with_for_update(of=Delivery, skip_locked=True)
    )
    return [(delivery, channel) for delivery, channel in found]


def _lost(session: Session, terms: Terms) -> sa.ColumnElement[bool]:
    """Its lease has run out, or was given by a clock that has been put back since."""
    now = session.now()
    return sa.and_(
        Delivery.state == DeliveryState.SENDING,
        sa.or_(
            Delivery.lease_until < now,
            Delivery.lease_until > now + max(terms.lease, LONGEST_WAIT),
        ),
    )


def set_right(session: Session, longest: timedelta) -> None:
    """After the clock was put back: what would wait longer than that to be tried again has waited
    long enough."""
    now = session.now()
    session.execute(
        sa.update(Delivery)
        .where(
            Delivery.state == DeliveryState.PENDING,
            Delivery.attempt > 0,
            Delivery.note != "",
            Delivery.due_at > now + longest,
        )
        .values(due_at=now)
    )


def _due(session: Session) -> sa.ColumnElement[bool]:
    """Due, on a channel that is not paused, and next in its conversation: nothing before it is
    on its way or waiting to be tried again (RELIABILITY: I5)."""
    now = session.now()
    other = aliased(Delivery)
    to_be_tried_again = sa.and_(other.attempt > 0, other.note != "")
    # A total order that no try changes: no two wait for each other.
    before = sa.or_(
        other.turn_at < Delivery.turn_at,
        sa.and_(other.turn_at == Delivery.turn_at, other.id < Delivery.id),
    )
    in_the_way = sa.exists().where(
        other.workspace_id == Delivery.workspace_id,
        other.conversation == Delivery.conversation,
        sa.or_(
            other.state == DeliveryState.SENDING,
            sa.and_(
                other.state == DeliveryState.PENDING,
                before,
                sa.or_(other.due_at <= now, to_be_tried_again),
            ),
        ),
    )
    return sa.and_(
        Delivery.state == DeliveryState.PENDING,
        Delivery.due_at <= now,
        Channel.paused_because == "",
        ~in_the_way,
    )


def _take(
    session: Session,
    delivery: Delivery,
    channel: Channel,
    owner: str,
    terms: Terms,
    settle: Settle | None = None,
) -> Claim:
    delivery.state = DeliveryState.SENDING
    delivery.attempt += 1
    delivery.owner = owner
    delivery.lease_until = session.now() + terms.lease
    return Claim(
        id=delivery.id,
        attempt=delivery.attempt,
        owner=owner,
        lease_until=delivery.lease_until,
        network=channel.network,
        look_first=settle is Settle.READ_BACK,
        outgoing=Outgoing(
            key=delivery.key,
            action=delivery.action,
            account=channel.account,
            channel=channel.remote_id,
            content=Content.from_json(delivery.content),
            thread=delivery.thread,
            reply_to=delivery.reply_to,
            recipient=delivery.recipient,
        ),
    )


def _ask(session: Session, delivery: Delivery) -> None:
    delivery.state = DeliveryState.UNKNOWN
    delivery.owner = delivery.lease_until = None
    delivery.note = delivery.note or (
        "It may or may not have arrived, and this network can't tell us. Please look there."
    )
    session.announce("outbox", "calendar")


def _may_publish(session: Session, delivery: Delivery, channel: Channel, terms: Terms) -> bool:
    """Whether a post may go now; otherwise says why and until when not."""
    now = session.now()
    late = delivery.due_at < now - terms.overdue_after
    if late and delivery.attempt == 0 and delivery.released_at is None:
        if channel.overdue is Overdue.ASK:
            delivery.state = DeliveryState.HELD
            delivery.note = "It is late: Hubbub was not running when it was due. Send it now?"
            session.announce("outbox", "calendar")
            return False
        if channel.overdue is Overdue.SPREAD:
            delivery.released_at = now
    return _burst_allows(session, delivery, channel)


def _burst_allows(session: Session, delivery: Delivery, channel: Channel) -> bool:
    now, window = session.now(), timedelta(minutes=channel.burst_minutes)
    session.flush()  # what this claim has taken so far counts
    under_way, last, oldest = session.execute(
        sa.select(
            sa.func.count(), sa.func.max(Delivery.sent_at), sa.func.min(Delivery.sent_at)
        ).where(
            Delivery.channel_id == channel.id,
            Delivery.action == Action.PUBLISH,
            sa.or_(Delivery.state == DeliveryState.SENDING, Delivery.sent_at > now - window),
        )
    ).one()
    spread = channel.overdue is Overdue.SPREAD and delivery.released_at is not None
    apart = window / channel.burst_most
    if under_way >= channel.burst_most:
        delivery.due_at = (oldest or now) + window
    elif spread and last and last + apart > now:
        delivery.due_at = last + apart
    else:
        return True
    delivery.note = (
        f"Waiting: at most {channel.burst_most} posts in {channel.burst_minutes} minutes here."
    )
    session.announce("calendar")
    return False

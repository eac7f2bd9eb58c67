"""What becomes of a claimed delivery, by what the network said."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.channels.service import pause
from bot.db import Session
from bot.errors import LeaseLost, OutcomeUnknown, RateLimited, Rejected, Unauthorized
from bot.networks import Receipt
from bot.outbox.claiming import Claim
from bot.outbox.models import LONGEST_LIMIT, LONGEST_WAIT, Delivery, DeliveryState

# Waiting doubles from 5 s to 15 min; a hundred tries are about a day.
_FIRST_WAIT, _MOST_TRIES = timedelta(seconds=5), 100


def settle(session: Session, claim: Claim, outcome: Receipt | Exception) -> None:
    """Write down what came back. Raises `LeaseLost` when another has taken the delivery over."""
    delivery = session.scalar(
        sa.select(Delivery)
        .where(
            Delivery.id == claim.id,
            Delivery.state == DeliveryState.SENDING,
            Delivery.owner == claim.owner,
            Delivery.attempt == claim.attempt,
        )
        .with_for_update()
    )
    if delivery is None:
        raise LeaseLost
    channel = session.need(Channel, delivery.channel_id)
    if isinstance(outcome, Receipt):
        _sent(session, delivery, channel, outcome)
    else:
        _not_sent(session, delivery, channel, outcome)
    session.announce("outbox", "calendar", "messages", f"chat:{channel.id.hex}")


def _sent(session: Session, delivery: Delivery, channel: Channel, receipt: Receipt) -> None:
    _let_go(delivery, DeliveryState.SENT)
    delivery.sent_at = channel.last_sent_at = session.now()
    delivery.remote_id = receipt.message
    delivery.permalink = receipt.permalink
    delivery.note = receipt.note


def _not_sent(session: Session, delivery: Delivery, channel: Channel, error: Exception) -> None:
    now = session.now()
    match error:
        case Rejected():
            _let_go(delivery, DeliveryState.REFUSED)
        case Unauthorized():
            _let_go(delivery, DeliveryState.PENDING)
            for one in session.scalars(
                sa.select(Channel).filter_by(network=channel.network, account=channel.account)
            ):
                pause(session, one, str(error))
        case RateLimited():
            _later(delivery, now, min(max(error.retry_after, timedelta()), LONGEST_LIMIT))
        case OutcomeUnknown():
            # Stays under way without an owner; whoever claims next settles it.
            delivery.owner, delivery.lease_until = None, now + _wait(delivery.attempt)
        case _:  # Unavailable: nothing was sent
            _later(delivery, now, _wait(delivery.attempt))
    delivery.note = str(error)


def _wait(attempt: int) -> timedelta:
    return min(_FIRST_WAIT * (1 << min(attempt - 1, 10)), LONGEST_WAIT)


def _later(delivery: Delivery, now: datetime, wait: timedelta) -> None:
    given_up = delivery.attempt >= _MOST_TRIES
    _let_go(delivery, DeliveryState.HELD if given_up else DeliveryState.PENDING)
    delivery.due_at = now + wait


def _let_go(delivery: Delivery, state: DeliveryState) -> None:
    delivery.state = state
    delivery.owner = delivery.lease_until = None

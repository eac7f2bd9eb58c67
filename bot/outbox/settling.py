"""What becomes of a claimed delivery, by what the network said."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.channels.service import pause
from bot.db import Session
from bot.errors import LeaseLost, OutcomeUnknown, RateLimited, Rejected, Unauthorized
from bot.logs import mask
from bot.networks import Receipt, Settle
from bot.outbox.claiming import Claim
from bot.outbox.models import Delivery, DeliveryState

# Waiting doubles from 5 s to 15 min; a hundred tries are about a day.
_FIRST_WAIT, _LONGEST_WAIT, _MOST_TRIES = timedelta(seconds=5), timedelta(minutes=15), 100
# No retry time that a network names is believed beyond this.
_LONGEST_LIMIT = timedelta(days=1)


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
        _not_sent(session, delivery, channel, outcome, claim)
    session.announce("outbox", "calendar", "messages", f"chat:{channel.id.hex}")


def _sent(session: Session, delivery: Delivery, channel: Channel, receipt: Receipt) -> None:
    _let_go(delivery, DeliveryState.SENT)
    delivery.sent_at = channel.last_sent_at = session.now()
    delivery.remote_id = receipt.message
    delivery.permalink = receipt.permalink
    delivery.note = receipt.note


def _not_sent(
    session: Session, delivery: Delivery, channel: Channel, error: Exception, claim: Claim
) -> None:
    # What libraries raise may hold the address that they called, and with it a token.
    delivery.note = mask(str(error))
    if isinstance(error, Unauthorized):
        for one in session.scalars(
            sa.select(Channel).filter_by(network=channel.network, account=channel.account)
        ):
            pause(session, one, delivery.note)
    retry_at = session.now() + _wait(delivery, error, claim)
    match error:
        case OutcomeUnknown():
            _settle_later(delivery, retry_at)
        case Rejected() | Unauthorized() if claim.may_be_there:
            _let_go(delivery, DeliveryState.UNKNOWN)
        case Rejected():
            _let_go(delivery, DeliveryState.REFUSED)
        case Unauthorized():
            _let_go(delivery, DeliveryState.PENDING)
        case _ if delivery.attempt >= _MOST_TRIES:
            unsure = claim.may_be_there
            _let_go(delivery, DeliveryState.UNKNOWN if unsure else DeliveryState.HELD)
        case _ if claim.may_be_there:
            _settle_later(delivery, retry_at)
        case _:  # RateLimited, Unavailable: nothing was sent
            _let_go(delivery, DeliveryState.PENDING)
            delivery.due_at = retry_at


def _wait(delivery: Delivery, error: Exception, claim: Claim) -> timedelta:
    if isinstance(error, RateLimited):
        return min(max(error.retry_after, timedelta()), _LONGEST_LIMIT)
    if isinstance(error, OutcomeUnknown) and claim.settle is Settle.ASK:
        return timedelta()  # a person is asked at once
    return min(_FIRST_WAIT * (1 << min(delivery.attempt - 1, 10)), _LONGEST_WAIT)


def _settle_later(delivery: Delivery, at: datetime) -> None:
    """It stays under way without an owner; whoever claims it next finds out what became of it."""
    delivery.owner, delivery.lease_until = None, at


def _let_go(delivery: Delivery, state: DeliveryState) -> None:
    delivery.state = state
    delivery.owner = delivery.lease_until = None

"""What becomes of a claimed delivery, by what the network said."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.channels.service import pause
from bot.clock import moment_of
from bot.db import Session
from bot.errors import LeaseLost, OutcomeUnknown, RateLimited, Rejected, Unauthorized
from bot.networks import Receipt, Settle
from bot.outbox.attempts import ended, outcome_of, write_down
from bot.outbox.claiming import Claim
from bot.outbox.models import LONGEST_LIMIT, LONGEST_WAIT, About, Delivery, DeliveryState
from bot.tally import ANSWERED, ATTEMPTS

# Their ``about_id`` is the event's, whose first letters are the moment it came in.
_ANSWERS = {About.ACKNOWLEDGEMENT: "bot", About.STAFF: "person"}
# Waiting doubles from 5 s to 15 min; a hundred tries are about a day.
_FIRST_WAIT, _MOST_TRIES = timedelta(seconds=5), 100


Result = tuple[Claim, Receipt | Exception]


def settle(session: Session, claim: Claim, outcome: Receipt | Exception) -> None:
    """Write down what came back. Raises `LeaseLost` when another has taken the delivery over."""
    settle_all(session, [(claim, outcome)])


def settle_all(session: Session, results: Sequence[Result]) -> list[None]:
    """`settle` for what came back at the same time. `LeaseLost` where it is raised for one."""
    ids = [claim.id for claim, _ in results]
    under_way = sa.select(Delivery, Channel).join(
        Channel,
        sa.and_(Channel.workspace_id == Delivery.workspace_id, Channel.id == Delivery.channel_id),
    )
    found = {
        delivery.id: (delivery, channel)
        for delivery, channel in session.execute(
            under_way.where(Delivery.id.in_(ids), Delivery.state == DeliveryState.SENDING)
            .order_by(Delivery.id)
            .with_for_update(of=Delivery)
            .execution_options(populate_existing=True)
        )
    }
    attempts = []
    for claim, outcome in results:
        delivery, channel = found.get(claim.id, (None, None))
        if delivery is None or channel is None or not _is_ours(delivery, claim):
            raise LeaseLost
        if isinstance(outcome, Receipt):
            _sent(session, delivery, channel, outcome)
        else:
            _not_sent(session, delivery, channel, outcome, claim)
        attempts.append(_ended(session, delivery, claim, outcome))
        session.announce(f"chat:{channel.id.hex}")
    write_down(session, attempts)
    session.announce("outbox", "calendar", "messages")
    return [None] * len(results)


def _is_ours(delivery: Delivery, claim: Claim) -> bool:
    return delivery.owner == claim.owner and delivery.attempt == claim.attempt


def _ended(
    session: Session, delivery: Delivery, claim: Claim, outcome: Receipt | Exception
) -> dict[str, Any]:
    how = outcome_of(outcome)
    session.afterwards.append(ATTEMPTS.labels(claim.network, how.value).inc)
    return ended(
        session,
        delivery,
        owner=claim.owner,
        started_at=claim.started_at,
        outcome=how,
        words=delivery.note,
    )


def _sent(session: Session, delivery: Delivery, channel: Channel, receipt: Receipt) -> None:
    _let_go(delivery, DeliveryState.SENT)
    delivery.sent_at = channel.last_sent_at = session.now()
    # What was done to a message is none itself: nobody can reply to it.
    delivery.remote_id = None if delivery.target else receipt.message
    delivery.permalink = receipt.permalink
    delivery.note = receipt.note
    if delivery.about in _ANSWERS and delivery.about_id is not None:
        took = max((session.now() - moment_of(delivery.about_id)).total_seconds(), 0.0)
        session.afterwards.append(partial(ANSWERED.labels(_ANSWERS[delivery.about]).observe, took))


def _not_sent(
    session: Session, delivery: Delivery, channel: Channel, error: Exception, claim: Claim
) -> None:
    delivery.note = str(error)  # masked, as every `NetworkError` is
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
        return min(max(error.retry_after, timedelta()), LONGEST_LIMIT)
    if isinstance(error, OutcomeUnknown) and claim.settle is Settle.ASK:
        return timedelta()  # a person is asked at once
    return min(_FIRST_WAIT * (1 << min(delivery.attempt - 1, 10)), LONGEST_WAIT)


def _settle_later(delivery: Delivery, at: datetime) -> None:
    """It stays under way without an owner; whoever claims it next finds out what became of it."""
    delivery.owner, delivery.lease_until = None, at


def _let_go(delivery: Delivery, state: DeliveryState) -> None:
    delivery.state = state
    delivery.owner = delivery.lease_until = None

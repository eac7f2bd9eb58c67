"""What the tables say that is wrong."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from bot.channels import looking as channels
from bot.channels.models import Channel
from bot.clock import moment_of
from bot.db import Session
from bot.inbox.models import Event, EventState, Message
from bot.inbox.queries import WAITING
from bot.outbox import quiet
from bot.outbox.claiming import in_the_way
from bot.outbox.models import Delivery, DeliveryState
from bot.suppliers import agreeing, escalating
from bot.suppliers.correspondence.models import Reply, Standing
from bot.suppliers.models import Case, CaseState, Supplier
from bot.watching.alarms import Alarm, AlarmKind

# After so long, work that is there to be done and is not done means that nobody does it.
_READ_WITHIN, _LEAVES_WITHIN = timedelta(minutes=1), timedelta(minutes=2)
_ANSWERED_WITHIN = timedelta(days=1)
_CLOCKS_DIFFER = timedelta(minutes=5)
# So many of the oldest are looked at; where all of those wait for another, that one is tried.
_LOOKED_AT = 20

_STUCK = {
    DeliveryState.UNKNOWN: (
        AlarmKind.DELIVERY_UNKNOWN,
        "It may or may not have arrived, and the network can't tell. Look there and say so.",
    ),
    DeliveryState.REFUSED: (
        AlarmKind.DELIVERY_REFUSED,
        "A network refused it. Change it, try again, or drop it.",
    ),
    DeliveryState.HELD: (
        AlarmKind.DELIVERY_HELD,
        "It is overdue and leaves when a person says so.",
    ),
}


def stalled(session: Session) -> Iterator[Alarm]:
    """Work that nobody does: messages that are not read, deliveries that are not taken."""
    now = session.now()
    oldest = sa.select(Event.received_at).filter_by(state=EventState.NEW).order_by(Event.id)
    received = session.scalar(oldest.limit(1))
    if received is not None and received < now - _READ_WITHIN:
        yield Alarm(
            kind=AlarmKind.INBOX_STALLED,
            sentence="Messages come in and are not read. Is Hubbub running, and one of them only?",
            since=received,
            href="/inbox",
            label="To the inbox",
            command="hubbub run",
        )
    if quiet.current(session) is not None:
        return  # nothing is to leave
    first = (
        sa.select(Delivery)
        .join(Channel, Channel.id == Delivery.channel_id)
        .where(
            Delivery.state == DeliveryState.PENDING,
            Delivery.due_at < now - _LEAVES_WITHIN,
            Channel.paused_because == "",
        )
        .order_by(Delivery.due_at, Delivery.id)
        .limit(_LOOKED_AT)
    )
    for delivery in session.scalars(first):
        other = aliased(Delivery)
        if session.scalar(sa.select(other.id).where(in_the_way(delivery, other, now)).limit(1)):
            continue
        channel = session.need(Channel, delivery.channel_id)
        yield Alarm(
            kind=AlarmKind.OUTBOX_STALLED,
            sentence=f"What is due for {channel.name} does not leave. Is Hubbub running, with that "
            "network switched on?",
            since=delivery.due_at,
            network=channel.network,
            href=f"/explain/{delivery.id}",
            label="What happened?",
            command="hubbub run",
        )
        return


def paused(session: Session) -> Iterator[Alarm]:
    silent = sa.select(Channel).where(Channel.paused_because != "").order_by(Channel.name)
    for channel in session.scalars(silent):
        yield Alarm(
            kind=AlarmKind.CHANNEL_PAUSED,
            sentence=f"{channel.name} is silent until you say otherwise.",
            since=channel.paused_at,
            network=channel.network,
            quote=channel.paused_because,
            action=f"/needs-a-look/channels/{channel.id}/resume",
            label="Speak here again",
        )


def found_there(session: Session) -> Iterator[Alarm]:
    """What an account or a place lacks, and posts that would be refused. How the connection does
    is told as it is now, not as it was found."""
    for it in channels.wrong(session):
        if it.what == "connection":
            continue
        post = it.what.startswith("post:")
        yield Alarm(
            kind=AlarmKind.FOUND_THERE,
            sentence="A planned post would be refused as it is."
            if post
            else f"{it.network}/{it.account} is not set up as it should be.",
            since=it.since,
            network=it.network,
            quote=" ".join(filter(None, (it.says, it.then))),
            href=f"/explain/{it.what.removeprefix('post:')}" if post else "/settings/networks",
            label="Look at it",
            command="hubbub check",
        )


def deliveries(session: Session) -> Iterator[Alarm]:
    """What waits for a person's word; the page shows each with its buttons."""
    counted = session.execute(
        sa.select(Delivery.state, sa.func.count(), sa.func.min(Delivery.due_at))
        .where(Delivery.state.in_(_STUCK))
        .group_by(Delivery.state)
    )
    found = {state: (count, since) for state, count, since in counted}
    for state, (kind, sentence) in _STUCK.items():
        if state in found:
            count, since = found[state]
            yield Alarm(
                kind=kind,
                sentence=sentence,
                since=since,
                count=count,
                href="/needs-a-look",
                label="Needs a look",
            )


def unread(session: Session) -> Iterator[Alarm]:
    oldest = sa.select(Event.received_at).filter_by(state=EventState.QUARANTINED).order_by(Event.id)
    since = session.scalar(oldest.limit(1))
    if since is not None:
        yield Alarm(
            kind=AlarmKind.EVENT_QUARANTINED,
            sentence="Something came in that Hubbub could not read. It is kept, whole.",
            since=since,
            href="/inbox/quarantine",
            label="Look at it",
        )


def kept_waiting(session: Session) -> Iterator[Alarm]:
    """People who have asked for a person. The id holds the moment: the index is in its order."""
    oldest = session.scalar(sa.select(Message.id).where(WAITING).order_by(Message.id).limit(1))
    if oldest is not None and moment_of(oldest) < session.now() - _ANSWERED_WITHIN:
        yield Alarm(
            kind=AlarmKind.PERSON_WAITING,
            sentence="Somebody has waited for an answer from a person for more than a day.",
            since=moment_of(oldest),
            href="/inbox?show=waiting",
            label="Answer them",
        )


def replies_held(session: Session) -> Iterator[Alarm]:
    """Answers of partners that a person has to look at."""
    count, since = session.execute(
        sa.select(sa.func.count(), sa.func.min(Reply.came_at)).where(
            Reply.standing == Standing.HELD
        )
    ).one()
    if count:
        yield Alarm(
            kind=AlarmKind.REPLY_HELD,
            sentence="An answer came that may not be a partner's. Look at it, and say whose it is.",
            since=since,
            count=count,
            href="/partners/answers",
        )


def partners_late(session: Session) -> Iterator[Alarm]:
    """What has come as far as the staff, by the agreement: one line a partner."""
    late: dict[str, Alarm] = {}
    for step, supplier in escalating.unanswered(session):
        before = late.get(supplier.name)
        late[supplier.name] = Alarm(
            kind=AlarmKind.PARTNER_LATE,
            sentence=f"{supplier.name} owes an answer for longer than was agreed. Talk to them, or "
            "hand it to somebody else.",
            since=before.since if before else step.due,
            count=before.count + 1 if before else 1,
            href=f"/partners/{supplier.id}",
            label="Look at it",
        )
    yield from late.values()


def agreements_old(session: Session) -> Iterator[Alarm]:
    """What was agreed until a day that has come."""
    for supplier, day in agreeing.to_review(session):
        yield Alarm(
            kind=AlarmKind.AGREEMENT_OLD,
            sentence=f"The day has come to look again at what was agreed with {supplier.name}. "
            "Agree anew, with a later day.",
            since=datetime.combine(day, time(), UTC),
            href=f"/partners/{supplier.id}/agreement",
            label="Look at it",
        )


def letters_kept(session: Session) -> Iterator[Alarm]:
    """Cases of partners who are reached by mail, while there is no mail server."""
    since = session.scalar(
        sa.select(sa.func.min(Case.handed_over_at))
        .join(Supplier, Supplier.id == Case.supplier_id)
        .join(Channel, Channel.id == Supplier.channel_id)
        .where(Case.state == CaseState.OPEN, Channel.network == "email")
    )
    if since is not None:
        yield Alarm(
            kind=AlarmKind.MAIL_KEPT,
            sentence="Partners have cases and get no mail: no mail server is configured. Pass "
            "their letters on, or name a server in [networks.email].",
            since=since,
            href="/mail",
            label="Read their letters",
            command="hubbub check",
        )


def from_the_future(session: Session) -> Iterator[Alarm]:
    newest = session.scalar(sa.select(Event.received_at).order_by(Event.id.desc()).limit(1))
    if newest is not None and newest > session.now() + _CLOCKS_DIFFER:
        yield Alarm(
            kind=AlarmKind.CLOCK_WRONG,
            sentence=f"The newest message is from {newest:%d %B %Y, %H:%M} UTC, which lies in the "
            "future: this machine's clock was wrong then, or is now.",
            command="timedatectl",
        )

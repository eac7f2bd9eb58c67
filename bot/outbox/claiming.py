"""Which deliveries leave next: claimed under a lease before the network is called."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from bot.channels.models import Channel, Overdue
from bot.db import Session
from bot.db.walking import by_index
from bot.networks import Action, Capabilities, Content, Outgoing, Settle
from bot.outbox.attempts import ended, write_down
from bot.outbox.models import LONGEST_WAIT, About, Delivery, DeliveryState, Outcome
from bot.outbox.quiet import is_quiet
from bot.tally import ATTEMPTS

# Of an account where only a person can tell what became of a send: so many, and at most twice as
# many, are asked about after a crash.
AT_ONCE_UNSETTLED = 16

Accounts = dict[tuple[str, str], Capabilities]  # (network, account) → what it can do


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One attempt that is ours until ``lease_until``. ``again``: an earlier attempt may have left
    it there already; ``settle`` is how the network lets us find out."""

    id: UUID
    attempt: int
    owner: str
    started_at: datetime
    lease_until: datetime
    network: str
    outgoing: Outgoing
    settle: Settle
    again: bool = False

    @property
    def look_first(self) -> bool:
        return self.again and self.settle is Settle.READ_BACK

    @property
    def may_be_there(self) -> bool:
        """Even while it is sent: what is refused now may have been taken before."""
        return self.again and self.settle is Settle.RESEND


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

    Also takes over what another process left under way, by the network's rule for that. None of
    either as long as a restored back-up waits for its release.
    """
    with by_index(session):
        claims = _again(session, owner, accounts, terms, most)
        taken = len(claims)
        _take(session, claims)
        unsettled: Counter[tuple[str, str]] = Counter()
        for row, channel in _due_rows(session, accounts, most - len(claims)):
            key = channel.network, channel.account
            settle = _rule(row, accounts[key])
            unsettled[key] += settle is Settle.ASK
            if unsettled[key] > AT_ONCE_UNSETTLED:
                continue
            one = _claim_of(session, row, channel, owner, terms, settle)
            if row.action is Action.PUBLISH:
                _take(session, claims[taken:])  # they count in the guard against bursts
                taken = len(claims)
                if not _may_publish(session, session.need(Delivery, row.id), channel, terms):
                    continue
            claims.append(one)
        _take(session, claims[taken:])
        session.flush()
    return claims


def _again(
    session: Session, owner: str, accounts: Accounts, terms: Terms, most: int
) -> list[Claim]:
    """What was left under way; where only a person can tell, a person is asked."""
    claims = []
    for delivery, channel in _rows(session, _lost(session, terms), accounts, most):
        _note_lost(session, delivery, channel, terms)
        settle = _rule(delivery, accounts[channel.network, channel.account])
        if settle is Settle.ASK:
            _ask(session, delivery)
        else:
            claims.append(_claim_of(session, delivery, channel, owner, terms, settle, again=True))
    return claims


def _rule(what: Delivery | sa.Row[Any], can: Capabilities) -> Settle:
    """What is done to a message that is there may be done again: it changes nothing more."""
    return Settle.RESEND if what.target else can.settle


def _rows(
    session: Session, which: sa.ColumnElement[bool], accounts: Accounts, most: int
) -> list[tuple[Delivery, Channel]]:
    """Those that leave next, locked for this claim."""
    if most <= 0 or not accounts:
        return []
    found = (
        sa.select(Delivery, Channel)
        .join_from(Delivery, Channel, _HERE)
        .where(which, sa.tuple_(Channel.network, Channel.account).in_(list(accounts)), _MAY_SPEAK)
        .order_by(Delivery.due_at, Delivery.id)
        .limit(most)
        .with_for_update(of=Delivery, skip_locked=True)
    )
    return [(delivery, channel) for delivery, channel in session.execute(found)]


def _due_rows(session: Session, accounts: Accounts, most: int) -> list[tuple[sa.Row[Any], Channel]]:
    """Only the columns that a claim needs: most deliveries are answers, and nothing is decided
    about those."""
    if most <= 0 or not accounts:
        return []
    asked = {"now": session.now(), "accounts": list(accounts), "most": most}
    rows = session.execute(_DUE, asked).all()
    places = sa.select(Channel).where(Channel.id.in_({row.channel_id for row in rows}))
    channels = {one.id: one for one in session.scalars(places)} if rows else {}
    return [(row, channels[row.channel_id]) for row in rows]


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


def in_the_way(
    one: Delivery | type[Delivery],
    other: type[Delivery],
    now: datetime | sa.ColumnElement[datetime],
) -> sa.ColumnElement[bool]:
    """Whether ``other`` has to leave before ``one`` (a row, or any), for their conversation."""
    to_be_tried_again = sa.and_(other.attempt > 0, other.note != "")
    # A total order that no try changes: no two wait for each other.
    before = sa.or_(
        other.turn_at < one.turn_at, sa.and_(other.turn_at == one.turn_at, other.id < one.id)
    )
    return sa.and_(
        other.workspace_id == one.workspace_id,
        other.conversation == one.conversation,
        # Says nothing new, but lets the index pass over all that has been sent there.
        other.state.in_([DeliveryState.SENDING, DeliveryState.PENDING]),
        sa.or_(
            other.state == DeliveryState.SENDING,
            sa.and_(
                other.state == DeliveryState.PENDING,
                before,
                sa.or_(other.due_at <= now, to_be_tried_again),
            ),
        ),
    )


def _due() -> Any:
    """What is due on channels that are not paused, the first of each conversation: nothing before
    it is on its way or waiting to be tried again (RELIABILITY: I5).

    It walks what waits in the order in which it leaves, however much that is, and looks at channels
    on the way: so it costs the same whatever the database believes to know about its tables.
    """
    now = sa.bindparam("now", type_=Delivery.due_at.type)
    account = sa.tuple_(Channel.network, Channel.account)
    other = aliased(Delivery)
    silent = sa.or_(
        Channel.paused_because != "", account.not_in(sa.bindparam("accounts", expanding=True))
    )
    return (
        sa.select(
            Delivery.id,
            Delivery.attempt,
            Delivery.key,
            Delivery.action,
            Delivery.content,
            Delivery.thread,
            Delivery.reply_to,
            Delivery.recipient,
            Delivery.target,
            Delivery.channel_id,
        )
        .where(
            Delivery.state == sa.literal_column("'pending'"),  # as its index says it
            Delivery.due_at <= now,
            Delivery.channel_id.not_in(sa.select(Channel.id).where(silent)),
            _MAY_SPEAK,
            # The offset keeps PostgreSQL from joining all that waits: it looks up one conversation.
            ~sa.exists(sa.select(other.id).where(in_the_way(Delivery, other, now)).offset(0)),
        )
        .order_by(Delivery.due_at, Delivery.id)
        .limit(sa.bindparam("most", type_=sa.Integer))
        .with_for_update(of=Delivery, skip_locked=True)
    )


_HERE = sa.and_(Channel.workspace_id == Delivery.workspace_id, Channel.id == Delivery.channel_id)
# Staff must come in to release what a restored back-up holds.
_MAY_SPEAK = sa.or_(~is_quiet(), Delivery.about == About.ENTRY)
_DUE = _due()


def _note_lost(session: Session, delivery: Delivery, channel: Channel, terms: Terms) -> None:
    """Whoever had claimed it never said what became of it; without an owner, somebody did."""
    if delivery.owner is not None and delivery.lease_until is not None:
        lost = ended(
            session,
            delivery,
            owner=delivery.owner,
            started_at=delivery.lease_until - terms.lease,
            outcome=Outcome.LOST,
            words="",
        )
        write_down(session, [lost])
        session.afterwards.append(ATTEMPTS.labels(channel.network, Outcome.LOST.value).inc)


def _claim_of(
    session: Session,
    what: Delivery | sa.Row[Any],
    place: Channel,
    owner: str,
    terms: Terms,
    settle: Settle,
    *,
    again: bool = False,
) -> Claim:
    """The next attempt at it, once `_take` has taken it."""
    now = session.now()
    return Claim(
        id=what.id,
        attempt=what.attempt + 1,
        owner=owner,
        started_at=now,
        lease_until=now + terms.lease,
        network=place.network,
        settle=settle,
        again=again,
        outgoing=Outgoing(
            key=what.key,
            action=what.action,
            account=place.account,
            channel=place.remote_id,
            content=Content.from_json(what.content),
            thread=what.thread,
            reply_to=what.reply_to,
            recipient=what.recipient,
            not_before=what.due_at if again else None,
            target=what.target,
        ),
    )


def _take(session: Session, claims: Sequence[Claim]) -> None:
    """All in one statement."""
    if claims:
        session.execute(
            sa.update(Delivery)
            .where(Delivery.id.in_([one.id for one in claims]))
            .values(
                state=DeliveryState.SENDING,
                attempt=Delivery.attempt + 1,
                owner=claims[0].owner,
                lease_until=max(one.lease_until for one in claims),
            ),
            execution_options={"synchronize_session": False},
        )


def _ask(session: Session, delivery: Delivery) -> None:
    delivery.state = DeliveryState.UNKNOWN
    if delivery.owner or not delivery.note:  # nobody wrote down how this attempt ended
        delivery.note = (
            "It may or may not have arrived, and this network can't tell us. Please look there."
        )
    delivery.owner = delivery.lease_until = None
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

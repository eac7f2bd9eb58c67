"""The rows that stories are told from."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from bot.accounts.models import AuditEntry
from bot.channels.models import Channel
from bot.db import Session
from bot.engagement.queries import Dossier, dossier, opened_by
from bot.inbox.models import Event, Message
from bot.inbox.queries import Meant, meanings
from bot.inbox.threads import root_of
from bot.members.models import Member
from bot.outbox.attempts import attempts
from bot.outbox.claiming import in_the_way
from bot.outbox.models import About, Attempt, Delivery, DeliveryState
from bot.suppliers.models import Case
from content_calendar.models import Occurrence, Post, Publication

_MOST, _TIMES = 50, 12  # deliveries of one thing; times of one post
_CASES = (About.CASE, About.DECISION, About.QUESTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A delivery with all that became of it. ``ahead``: what has to leave before it."""

    delivery: Delivery
    channel: Channel
    attempts: Sequence[Attempt]
    ahead: Delivery | None
    trail: Sequence[AuditEntry]
    suggestion_id: UUID | None  # what the case is about that it speaks of


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An event and, where it was something said, the message with what it led to."""

    event: Event
    message: Message | None
    who: str
    channel: Channel | None
    meant: Sequence[Meant]
    matters: Sequence[Dossier]  # the suggestions behind which it stands
    opened: frozenset[UUID]  # those of them that it was the first of
    lives: Sequence[Life]
    trail: Sequence[AuditEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A post with the latest times at which it goes out, and what left then."""

    post: Post
    times: Sequence[tuple[Occurrence, Sequence[Life]]]
    trail: Sequence[AuditEntry]
    more: bool


def life(session: Session, id: UUID) -> Life:
    """Raises `NotFound`."""
    return lives(session, [session.need(Delivery, id)])[0]


def lives(session: Session, deliveries: Sequence[Delivery]) -> list[Life]:
    tried: dict[UUID, list[Attempt]] = defaultdict(list)
    for one in attempts(session, [delivery.id for delivery in deliveries]):
        tried[one.delivery_id].append(one)
    ids = {delivery.channel_id for delivery in deliveries}
    places = {it.id: it for it in session.scalars(sa.select(Channel).where(Channel.id.in_(ids)))}
    cases = {one.about_id for one in deliveries if one.about in _CASES}
    about = dict(
        session.execute(sa.select(Case.id, Case.suggestion_id).where(Case.id.in_(cases))).all()
    )
    done = _trails(session, [delivery.id for delivery in deliveries])
    return [
        Life(
            delivery=delivery,
            channel=places[delivery.channel_id],
            attempts=tried[delivery.id],
            ahead=_ahead(session, delivery),
            trail=done[delivery.id],
            suggestion_id=about.get(delivery.about_id) if delivery.about_id else None,
        )
        for delivery in deliveries
    ]


def _ahead(session: Session, delivery: Delivery) -> Delivery | None:
    if delivery.state is not DeliveryState.PENDING:
        return None
    other = aliased(Delivery)
    first = sa.select(other).where(in_the_way(delivery, other, session.now()))
    return session.scalar(first.order_by(other.turn_at, other.id).limit(1))


def _trails(session: Session, subjects: Sequence[UUID]) -> dict[UUID | None, list[AuditEntry]]:
    """By subject: what people did about it."""
    found: dict[UUID | None, list[AuditEntry]] = defaultdict(list)
    of = AuditEntry.subject_id.in_(subjects)
    for entry in session.scalars(sa.select(AuditEntry).where(of).order_by(AuditEntry.id)):
        found[entry.subject_id].append(entry)
    return found


def heard(session: Session, id: UUID) -> Heard:
    """Raises `NotFound`."""
    event = session.need(Event, id)
    message = session.find(Message, id)
    if message is None:
        return Heard(
            event=event,
            message=None,
            who="",
            channel=None,
            meant=(),
            matters=(),
            opened=frozenset(),
            lives=(),
            trail=_trails(session, [id])[id],
        )
    became = opened_by(session, id)
    return Heard(
        event=event,
        message=message,
        who=session.need(Member, message.member_id).name,
        channel=session.need(Channel, message.channel_id),
        meant=meanings(session, [id])[id],
        matters=[dossier(session, one.id) for one in became],
        opened=frozenset(one.id for one in became if one.opened),
        lives=lives(session, _answers(session, message)),
        trail=_trails(session, [id])[id],
    )


def _answers(session: Session, message: Message) -> Sequence[Delivery]:
    """What was said because of it, and to it."""
    return session.scalars(
        sa.select(Delivery)
        .where(
            sa.or_(
                sa.and_(
                    Delivery.about.in_((About.ACKNOWLEDGEMENT, About.STAFF)),
                    Delivery.about_id == message.id,
                ),
                sa.and_(
                    Delivery.conversation == f"{message.channel_id.hex}:{root_of(message)}",
                    Delivery.reply_to == message.remote_id,
                ),
            )
        )
        .order_by(Delivery.id)
        .limit(_MOST)
    ).all()


def about_case(session: Session, case: Case | None) -> list[Life]:
    """The letters to the partner, and what people were told of what was decided."""
    if case is None:
        return []
    told = sa.select(Delivery).where(Delivery.about.in_(_CASES), Delivery.about_id == case.id)
    return lives(session, session.scalars(told.order_by(Delivery.id).limit(_MOST)).all())


def planned(session: Session, id: UUID) -> Planned:
    """Raises `NotFound`."""
    post = session.need(Post, id)
    latest = sa.select(Occurrence).filter_by(post_id=id).order_by(Occurrence.at.desc())
    found = session.scalars(latest.limit(_TIMES + 1)).all()
    times = sorted(found[:_TIMES], key=_at)
    carried = session.execute(
        sa.select(Publication.occurrence_id, Delivery)
        .join(Delivery, Delivery.id == Publication.delivery_id)
        .where(Publication.occurrence_id.in_([one.id for one in times]))
        .order_by(Delivery.id)
    ).all()
    carrying: dict[UUID, list[Life]] = defaultdict(list)
    told = lives(session, [delivery for _, delivery in carried])
    for (occurrence, _), one in zip(carried, told, strict=True):
        carrying[occurrence].append(one)
    return Planned(
        post=post,
        times=[(one, carrying[one.id]) for one in times],
        trail=_trails(session, [id])[id],
        more=len(found) > _TIMES,
    )


def _at(one: Occurrence) -> datetime:
    return one.at


def suggestion_of(session: Session, case: UUID) -> UUID:
    """Raises `NotFound`."""
    return session.need(Case, case).suggestion_id


def delivery_of(session: Session, publication: UUID) -> UUID:
    """Raises `NotFound`."""
    return session.need(Publication, publication).delivery_id

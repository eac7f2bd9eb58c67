"""What is looked at again: whose turn has come, who can be reached by now, whom a network refused
on the way that was tried."""

import asyncio
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session, Writer
from bot.engagement.closing import turns
from bot.engagement.closing.models import Notice, NoticeState
from bot.engagement.happenings import LEFT
from bot.engagement.reaching import Spot, talks_of
from bot.engagement.speaking import Voices
from bot.members.models import Member
from bot.outbox.models import Delivery, DeliveryState

_AT_ONCE = 200  # people, in one transaction
_ELSEWHERE = "The network refused it, so we try another way, or list who could not be reached."
_OPEN = (NoticeState.WAITING, NoticeState.UNREACHED)


async def look_again(writer: Writer, speak: Voices) -> int:
    """Give a turn to everybody whose time it is; gives how many messages went into the outbox."""

    def anything() -> bool:
        with writer.database.reading() as session:
            return bool(_due(session, 1) or session.scalar(_refused().limit(1)))

    said = 0
    while await asyncio.to_thread(anything):
        said += await writer.run(lambda session: look(session, speak))
    return said


def look(session: Session, speak: Voices) -> int:
    """`look_again` for the next people, in this transaction."""
    _turn_elsewhere(session)
    notices = _due(session, _AT_ONCE)
    members = {one.member_id for one in notices}
    found = sa.select(Member.id, Member.person_id).where(Member.id.in_(members))
    persons: dict[UUID, UUID] = dict(session.execute(found).all())
    talks = talks_of(session, members)
    for one in notices:
        one.look_at = session.now() + turns.AGAIN_IN
        if one.state is NoticeState.UNREACHED:
            talk, last = talks.get(one.member_id), one.delivery_id
            before = session.find(Delivery, last) if last else None
            if talk and before and talk.last > before.created_at:
                one.tried = []  # they have written since: what was closed then is open now
            one.state = NoticeState.WAITING
    return turns.take(session, speak, persons.values())


def try_again(session: Session, notice: Notice) -> None:
    """A person wants it tried once more, on every way."""
    if notice.state is NoticeState.UNREACHED:
        notice.tried, notice.look_at = [], session.now()
        session.announce("cases")


def _due(session: Session, most: int) -> list[Notice]:
    due = sa.and_(Notice.state.in_(_OPEN), Notice.look_at <= session.now())
    return list(session.scalars(sa.select(Notice).where(due).order_by(Notice.look_at).limit(most)))


def _refused() -> sa.Select[UUID]:
    """Surely not there: the network said no, or they left before it went. What one of the staff
    called off stays so."""
    left = sa.and_(Delivery.state == DeliveryState.CANCELLED, Delivery.note == LEFT)
    return (
        sa.select(Notice.id)
        .join(Delivery, Delivery.id == Notice.delivery_id)
        .where(
            Notice.state == NoticeState.SAID,
            sa.or_(Delivery.state == DeliveryState.REFUSED, left),
        )
    )


def _turn_elsewhere(session: Session) -> None:
    """Each of these gets another way. The refused one never leaves any more, by nobody's word."""
    for id in session.scalars(_refused().order_by(Notice.id).limit(_AT_ONCE)).all():
        notice = session.need(Notice, id)
        assert notice.delivery_id is not None
        delivery = session.need(Delivery, notice.delivery_id)
        session.refresh(delivery, with_for_update=True)
        spot = Spot(
            channel=session.need(Channel, delivery.channel_id),
            action=delivery.action,
            reply_to=delivery.reply_to,
            recipient=delivery.recipient,
        )
        notice.tried = [*notice.tried, spot.way]
        notice.state, notice.look_at = NoticeState.WAITING, session.now()
        delivery.state = DeliveryState.CANCELLED
        delivery.note = f"{delivery.note} {_ELSEWHERE}"
    session.flush()

"""Who stands behind something, with all that decides how they are told. Only reads."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.engagement.closing.models import Notice
from bot.engagement.reaching import Listener
from bot.inbox.models import Message
from bot.members.models import Member
from bot.suggestions.models import Voice
from bot.suggestions.queries import family


def _first_voices(suggestion: UUID) -> sa.Subquery:
    """One voice a person, the first of theirs, over all that was merged into it. A person by who
    they are now: identities may have been joined since."""
    of = family([suggestion])
    place = sa.func.row_number().over(partition_by=Member.person_id, order_by=Voice.id)
    said = sa.select(Voice.id, Member.person_id, place.label("place"))
    joined = said.join(of, Voice.suggestion_id == of.c.id)
    return joined.join(Member, Member.id == Voice.member_id).subquery()


def _not_noticed(first: sa.Subquery, decision: UUID) -> sa.ColumnElement[bool]:
    """By who they are now: identities may have been joined meanwhile."""
    known = (
        sa.select(Member.person_id)
        .join(Notice, Notice.member_id == Member.id)
        .where(Notice.decision_id == decision)
    )
    return first.c.person_id.not_in(known)


def size(session: Session, suggestion: UUID) -> int:
    """How many people stand behind it."""
    first = _first_voices(suggestion)
    found = sa.select(sa.func.count()).select_from(first).where(first.c.place == 1)
    return session.scalar(found) or 0


def still_to_notice(session: Session, suggestion: UUID, decision: UUID, most: int) -> list[UUID]:
    """The next people's first voices, oldest first."""
    first = _first_voices(suggestion)
    found = sa.select(first.c.id).where(first.c.place == 1, _not_noticed(first, decision))
    return list(session.scalars(found.order_by(first.c.id).limit(most)))


def everybody(session: Session, suggestion: UUID) -> list[UUID]:
    """All people's first voices."""
    first = _first_voices(suggestion)
    return list(session.scalars(sa.select(first.c.id).where(first.c.place == 1)))


def listeners(session: Session, voices: Sequence[UUID]) -> dict[UUID, Listener]:
    """By voice."""
    rows = session.execute(
        sa.select(Voice, Message, Member, Channel)
        .join(Message, Message.id == Voice.message_id)
        .join(Member, Member.id == Voice.member_id)
        .join(Channel, Channel.id == Message.channel_id)
        .where(Voice.id.in_(set(voices)))
    )
    return {
        voice.id: Listener(voice=voice, message=message, member=member, channel=channel)
        for voice, message, member, channel in rows
    }

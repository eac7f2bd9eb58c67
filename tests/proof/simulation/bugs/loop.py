"""Bugs in closing the loop."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session, Writer, insert_new
from bot.engagement import telling
from bot.engagement.closing import crowd
from bot.members.models import Member
from bot.suggestions.models import Voice
from bot.suggestions.queries import family
from bot.suppliers.models import Decision
from tests.proof.simulation.planted import Patches, bug, instead


@bug("told_at set before enqueuing")
def _told_first() -> Patches:
    tell = telling.tell

    async def tell_all(writer: Writer, speak: Any) -> int:
        with writer.database.reading() as session:
            decisions = telling.untold(session)

        def mark(session: Session) -> None:
            for id in decisions:
                session.need(Decision, id).told_at = session.now()

        if decisions:
            await writer.run(mark)
        for id in decisions:
            await writer.run(lambda session, id=id: tell(session, id, speak))  # type: ignore[misc]  # lambda defaults
        return len(decisions)

    return [instead(telling, "tell_all", tell_all)]


@bug("an answer's key is new with every try")
def _new_key() -> Patches:
    def noticed(session: Session, kind: Any, rows: Any, *, unique: Any) -> Any:
        new = [row | {"key": f"{row['key']}:{session.ids.new().hex}"} for row in rows]
        return insert_new(session, kind, new, unique=unique)

    return [
        instead(telling, "insert_new", noticed),
        instead(crowd, "_not_noticed", lambda first, decision: sa.true()),
    ]


@bug("merges counted twice")
def _merged() -> Patches:
    def each(suggestion: UUID) -> sa.Subquery:
        of = family([suggestion])
        said = sa.select(Voice.id, Member.person_id, sa.literal(1).label("place"))
        joined = said.join(of, Voice.suggestion_id == of.c.id)
        return joined.join(Member, Member.id == Voice.member_id).subquery()

    def noticed(session: Session, kind: Any, rows: Any, *, unique: Any) -> Any:
        by_voice = [row | {"key": f"{row['key']}:{row['voice_id'].hex}"} for row in rows]
        return insert_new(session, kind, by_voice, unique=unique)

    return [instead(crowd, "_first_voices", each), instead(telling, "insert_new", noticed)]


@bug("only the first who spoke is told")
def _only_first() -> Patches:
    everybody = crowd.still_to_notice

    def first(*what: Any) -> list[UUID]:
        return everybody(*what)[:1]

    return [instead(crowd, "still_to_notice", first)]

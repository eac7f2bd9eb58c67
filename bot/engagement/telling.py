"""Closing the loop: everybody who spoke hears of a partner's decision, once, in their thread."""

import asyncio
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session, Writer, insert_new
from bot.engagement import erasing
from bot.engagement.closing import crowd, looking, turns
from bot.engagement.closing.models import GoAhead, Notice, NoticeState, What
from bot.engagement.closing.turns import UNREACHED
from bot.engagement.reaching import Listener
from bot.engagement.speaking import Voices
from bot.errors import DatabaseUnavailable
from bot.logs import log
from bot.members.models import Answers, Member, Often
from bot.suppliers.models import Act, Case, Decision

__all__ = ["UNREACHED", "Voices", "run", "tell", "tell_all", "untold"]

# So many people are put into the outbox by one transaction.
_AT_ONCE = 200
# How it ended, or what only they can answer: also for who wants to hear rarely.
_ENDS = {Act.ASK, Act.DELIVER, Act.DECLINE}
_log = log("engagement")


def untold(session: Session) -> list[UUID]:
    """Decisions of which people are still to be told, oldest first; not those that wait for one of
    the staff to agree."""
    held = sa.select(GoAhead.decision_id).where(GoAhead.agreed_at.is_(None))
    waiting = sa.select(Decision.id).where(Decision.told_at.is_(None), Decision.id.not_in(held))
    return list(session.scalars(waiting.order_by(Decision.id)))


def tell(session: Session, decision_id: UUID, speak: Voices) -> int | None:
    """See to the next people: they are told, or have a `Notice` that says why not yet. Gives how
    many they were; None when all have one, or when staff have to agree first.

    Everybody has at most one notice of a decision, so doing it again tells nobody twice.
    """
    decision = session.need(Decision, decision_id)
    suggestion = session.need(Case, decision.case_id).suggestion_id
    if decision.act is not Act.ACKNOWLEDGE:  # the first answer said as much
        if _must_be_agreed_to(session, decision, suggestion, speak):
            return None
        some = crowd.still_to_notice(session, suggestion, decision.id, _AT_ONCE)
        _notice(session, decision, crowd.listeners(session, some), speak)
        if len(some) == _AT_ONCE:
            return len(some)
    decision.told_at = session.now()
    session.announce("cases", "outbox")
    return None


def _must_be_agreed_to(
    session: Session, decision: Decision, suggestion: UUID, speak: Voices
) -> bool:
    """Whether so many would hear it that one of the staff has to agree first."""
    asked = session.scalar(sa.select(GoAhead).filter_by(decision_id=decision.id))
    if asked is not None:
        return asked.agreed_at is None
    if speak.ask_above is None or (people := crowd.size(session, suggestion)) <= speak.ask_above:
        return False
    session.put(GoAhead(decision_id=decision.id, people=people, asked_at=session.now()))
    session.announce("cases", "counts")
    return True


def _notice(
    session: Session, decision: Decision, people: dict[UUID, Listener], speak: Voices
) -> None:
    now = session.now()
    rows = [
        {
            "key": f"told:{decision.id.hex}:{one.member.person_id.hex}",
            "what": What.QUESTION if decision.act is Act.ASK else What.NEWS,
            "decision_id": decision.id,
            "member_id": one.member.id,
            "voice_id": voice,
            "state": NoticeState.WAITING
            if _wants_to_hear(one.member, decision.act)
            else NoticeState.UNWANTED,
            "tried": [],
            "created_at": now,
            "look_at": now,
        }
        for voice, one in sorted(people.items())
    ]
    insert_new(session, Notice, rows, unique=("key",))
    turns.take(session, speak, [one.member.person_id for one in people.values()])


def _wants_to_hear(member: Member, act: Act) -> bool:
    if member.erased_at is not None or member.answers is Answers.NONE:
        return False
    return member.often is Often.STEPS or act in _ENDS


async def run(writer: Writer, speak: Voices) -> None:
    """Tell until cancelled."""
    with writer.news.listening("cases") as listener:
        while True:
            try:
                await tell_all(writer, speak)
                await looking.look_again(writer, speak)
                await finish_erasures(writer)
            except DatabaseUnavailable as error:
                _log.warning("cannot tell", reason=str(error))
            await listener.next(timeout=1.0)


async def tell_all(writer: Writer, speak: Voices) -> int:
    """Tell of every decision that people have not heard of; gives how many there were."""

    def waiting() -> list[UUID]:
        with writer.database.reading() as session:
            return untold(session)

    decisions = await asyncio.to_thread(waiting)
    for id in decisions:
        while await writer.run(lambda session, id=id: tell(session, id, speak)):  # type: ignore[misc]  # lambda defaults
            pass
    return len(decisions)


async def finish_erasures(writer: Writer) -> int:
    """See whether the last answer has left to those who are to be forgotten; gives how many are."""

    def any_open() -> bool:
        with writer.database.reading() as session:
            return erasing.waiting(session)

    return await writer.run(erasing.finish) if await asyncio.to_thread(any_open) else 0

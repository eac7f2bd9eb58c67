"""Closing the loop: everybody who spoke hears of a partner's decision, once, in their thread."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session, Writer
from bot.engagement import phrases
from bot.errors import DatabaseUnavailable
from bot.inbox.models import Message
from bot.logs import log
from bot.members.models import Member
from bot.networks import Action, Content
from bot.outbox import service as outbox
from bot.outbox.models import About
from bot.products.models import Product
from bot.suggestions import service as suggestions
from bot.suggestions.models import Suggestion, Voice
from bot.suppliers.models import Act, Case, Decision, Supplier
from bot.understanding import language_of

# So many people are put into the outbox by one transaction.
_AT_ONCE = 200

_ABOUT = {Act.ASK: About.QUESTION}
_log = log("engagement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """How the installation speaks."""

    languages: tuple[str, ...]
    shop: str


def untold(session: Session) -> list[UUID]:
    """Decisions of which people are still to be told, oldest first."""
    return list(
        session.scalars(sa.select(Decision.id).filter_by(told_at=None).order_by(Decision.id))
    )


def tell(session: Session, decision_id: UUID, speak: Voices, already: int = 0) -> int | None:
    """Enqueue the answers for the next people after the first ``already``; None when all are.

    Every answer has its own key, so doing it again tells nobody twice.
    """
    decision = session.need(Decision, decision_id)
    case = session.need(Case, decision.case_id)
    suggestion = session.need(Suggestion, case.suggestion_id)
    everybody = suggestions.voices(session, suggestion)
    some = everybody[already : already + _AT_ONCE]
    if decision.act is not Act.ACKNOWLEDGE:  # the first answer said as much
        for voice in some:
            _tell_one(session, decision, suggestion, voice, speak)
    if already + len(some) < len(everybody):
        return already + len(some)
    decision.told_at = session.now()
    session.announce("cases", "outbox")
    return None


def _tell_one(
    session: Session, decision: Decision, suggestion: Suggestion, voice: Voice, speak: Voices
) -> None:
    message = session.need(Message, voice.message_id)
    member = session.need(Member, voice.member_id)
    partner = decision.supplier_id and session.need(Supplier, decision.supplier_id)
    product = suggestion.product_id and session.need(Product, suggestion.product_id)
    text = phrases.decided(
        decision.act.value,
        language=language_of(message.text, speak.languages),
        name=member.name,
        words=voice.words,
        product=product.name if product else None,
        partner=partner.name if partner else None,
        text=decision.text,
        day=decision.promised_for,
    )
    outbox.enqueue(
        session,
        key=f"told:{decision.id.hex}:{voice.person_id.hex}",
        channel=session.need(Channel, message.channel_id),
        action=Action.DIRECT if message.private else Action.REPLY,
        content=Content(text=text),
        about=_ABOUT.get(decision.act, About.DECISION),
        about_id=decision.case_id,
        product_id=suggestion.product_id,
        since=decision.decided_at,
        thread=message.thread or message.remote_id,
        reply_to=message.remote_id,
        recipient=member.remote_id if message.private else None,
    )


async def run(writer: Writer, speak: Voices) -> None:
    """Tell until cancelled."""
    with writer.news.listening("cases") as listener:
        while True:
            try:
                await tell_all(writer, speak)
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
        already: int | None = 0
        while already is not None:
            at = already
            already = await writer.run(lambda session, id=id, at=at: tell(session, id, speak, at))  # type: ignore[misc]  # lambda defaults
    return len(decisions)

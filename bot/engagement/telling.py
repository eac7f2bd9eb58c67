"""Closing the loop: everybody who spoke hears of a partner's decision, once, in their thread."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session, Writer
from bot.engagement import erasing, phrases, preferences, reaching
from bot.errors import DatabaseUnavailable
from bot.inbox.models import Message
from bot.logs import log
from bot.members.models import Answers, Member, Often
from bot.networks import Action, Capabilities, Content
from bot.outbox import service as outbox
from bot.outbox.models import About, DeliveryState
from bot.products.models import Product
from bot.suggestions import service as suggestions
from bot.suggestions.models import Suggestion, Voice
from bot.suppliers.models import Act, Case, Decision, Supplier
from bot.understanding import language_of

# So many people are put into the outbox by one transaction.
_AT_ONCE = 200

_ABOUT = {Act.ASK: About.QUESTION}
# How it ended, or what only they can answer: also for who wants to hear rarely.
_ENDS = {Act.ASK, Act.DELIVER, Act.DECLINE}
# Stands with what could not be told: see the list of people who could not be reached.
UNREACHED = "They could not be reached in private, and this was not for everybody."
_log = log("engagement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """How the installation speaks. ``zone``: in which the shop's day is counted. ``can``: what each
    (network, account) is able to do; nothing is known to speak against what is not there."""

    languages: tuple[str, ...]
    shop: str
    zone: str = "UTC"
    can: Mapping[tuple[str, str], Capabilities] = field(default_factory=dict)

    def able(self, channel: Channel) -> Capabilities | None:
        return self.can.get((channel.network, channel.account))


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
    if not _wants_to_hear(member, decision.act):
        return
    channel = session.need(Channel, message.channel_id)
    spot = _spot(session, channel, message, member, speak)
    draft = outbox.draft(
        session,
        key=f"told:{decision.id.hex}:{voice.person_id.hex}",
        channel=(spot or reaching.in_place(channel, message, member)).channel,
        action=spot.action if spot else Action.DIRECT,
        content=Content(text=_words(session, decision, suggestion, voice, message, member, speak)),
        about=_ABOUT.get(decision.act, About.DECISION),
        about_id=decision.case_id,
        product_id=suggestion.product_id,
        since=decision.decided_at,
        due_at=preferences.not_before(member, session.now(), speak.zone),
        thread=spot.thread if spot else None,
        reply_to=spot.reply_to if spot else None,
        recipient=spot.recipient if spot else member.remote_id,
    )
    if spot is None:
        draft |= {"state": DeliveryState.CANCELLED, "note": UNREACHED}
    outbox.enqueue_all(session, [draft])


def _wants_to_hear(member: Member, act: Act) -> bool:
    if member.erased_at is not None or member.answers is Answers.NONE:
        return False
    return member.often is Often.STEPS or act in _ENDS


def _spot(
    session: Session, channel: Channel, message: Message, member: Member, speak: Voices
) -> reaching.Spot | None:
    """Who spoke in private, or wants it so, is never mentioned in public; nor is what is hidden."""
    if message.private or message.hidden_at or member.answers is Answers.PRIVATE:
        return reaching.alone(session, channel, message, member, speak.able(channel))
    return reaching.in_place(channel, message, member)


def _words(
    session: Session,
    decision: Decision,
    suggestion: Suggestion,
    voice: Voice,
    message: Message,
    member: Member,
    speak: Voices,
) -> str:
    partner = decision.supplier_id and session.need(Supplier, decision.supplier_id)
    product = suggestion.product_id and session.need(Product, suggestion.product_id)
    said = language_of(message.text, speak.languages) if message.text else speak.languages[0]
    return phrases.decided(
        decision.act.value,
        language=member.language or said,
        name=member.name,
        words=voice.words or suggestion.words,  # who only added their voice said it with those
        product=product.name if product else None,
        partner=partner.name if partner else None,
        text=decision.text,
        day=decision.promised_for,
    )


async def run(writer: Writer, speak: Voices) -> None:
    """Tell until cancelled."""
    with writer.news.listening("cases") as listener:
        while True:
            try:
                await tell_all(writer, speak)
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
        already: int | None = 0
        while already is not None:
            at = already
            already = await writer.run(lambda session, id=id, at=at: tell(session, id, speak, at))  # type: ignore[misc]  # lambda defaults
    return len(decisions)


async def finish_erasures(writer: Writer) -> int:
    """See whether the last answer has left to those who are to be forgotten; gives how many are."""

    def any_open() -> bool:
        with writer.database.reading() as session:
            return erasing.waiting(session)

    return await writer.run(erasing.finish) if await asyncio.to_thread(any_open) else 0

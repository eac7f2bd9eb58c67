"""What a new message leads to: signals, a suggestion, a case, an answer; in one transaction."""

from dataclasses import dataclass

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.channels.service import ensure
from bot.db import Session
from bot.engagement import phrases
from bot.engagement.forgetting import rewrite
from bot.engagement.reading import Meaning, Understood
from bot.engagement.telling import Voices
from bot.inbox.models import Event, EventState, Message, Signal
from bot.members.models import Member
from bot.members.service import meet
from bot.networks import Action, Author, Content, EventKind
from bot.outbox import service as outbox
from bot.outbox.models import About
from bot.products.models import Product
from bot.suggestions import service as suggestions
from bot.suggestions.hearing import MATTERS, Ear, Heard
from bot.suppliers.models import Answer, Case, Supplier
from bot.suppliers.service import more_voices, open_case
from bot.understanding import Kind, language_of

# Below this a signal is kept for staff to see but opens nothing by itself.
_SURE_ENOUGH = 0.5


@dataclass(slots=True)
class _Work:
    """One transaction's memory."""

    session: Session
    ear: Ear
    speak: Voices


def keep(session: Session, batch: list[Understood], speak: Voices) -> int:
    """Write down what the batch means and what to answer; gives how many events are done."""
    work = _Work(session, Ear(session), speak)
    ids = [understood.id for understood in batch]
    fresh = sa.select(Event).where(Event.id.in_(ids), Event.state == EventState.NEW)
    events = {event.id: event for event in session.scalars(fresh.with_for_update())}
    for understood in batch:
        if event := events.get(understood.id):
            _handle(work, event, understood)
            event.state = EventState.DONE
    session.announce("messages")
    return len(events)


def _handle(work: _Work, event: Event, understood: Understood) -> None:
    author = event.details.get("author")
    if author is None or author["is_self"] or author["is_bot"]:
        return  # or the bot would talk to itself, or to another bot, without end
    match event.kind:
        case EventKind.MESSAGE | EventKind.BUTTON | EventKind.COMMAND:
            _handle_message(work, event, understood, Author(**author))
        case EventKind.EDIT:
            rewrite(work.session, event, event.details["text"])
        case EventKind.DELETE:
            rewrite(work.session, event, "")
        case _:
            return


def _handle_message(work: _Work, event: Event, understood: Understood, author: Author) -> None:
    session = work.session
    channel = ensure(
        session,
        network=event.network,
        account=event.account,
        remote_id=event.details["channel"],
    )
    channel.last_event_at = session.now()
    member = meet(session, network=event.network, account=event.account, author=author)
    message = _message(session, event, understood, channel, member)
    signals = [_signal(session, message, meaning) for meaning in understood.meanings]
    session.announce(f"chat:{channel.id.hex}")
    answer = _answer(work, message, member, understood, signals)
    if answer:
        _say(work, channel, message, member, answer)


def _message(
    session: Session, event: Event, understood: Understood, channel: Channel, member: Member
) -> Message:
    details = event.details
    asks = any(meaning.signal.kind is Kind.QUESTION for meaning in understood.meanings)
    return session.put(
        Message(
            id=event.id,
            channel_id=channel.id,
            member_id=member.id,
            remote_id=details["message"] or event.dedupe_key,
            conversation=event.conversation,
            thread=details["thread"],
            reply_to=details["reply_to"],
            answers_id=understood.answers.id if understood.answers else None,
            text=understood.text,
            private=details["private"],
            said_at=event.occurred_at,
            wants_person=understood.wants_person or asks,
        )
    )


def _signal(session: Session, message: Message, meaning: Meaning) -> Signal:
    said = meaning.signal
    return session.put(
        Signal(
            message_id=message.id,
            product_id=meaning.product_id,
            kind=said.kind,
            facet=said.facet,
            polarity=said.polarity,
            words=said.words,
            start=said.start,
            end=said.end,
            confidence=said.confidence,
            why=list(said.why),
        )
    )


def _answer(
    work: _Work, message: Message, member: Member, understood: Understood, signals: list[Signal]
) -> str:
    """What to say to it, after the matters in it have gone where they belong."""
    language = language_of(message.text, work.speak.languages)
    if understood.wants_person:
        return phrases.person_comes(language=language, name=member.name, shop=work.speak.shop)
    asked = understood.answers is not None and understood.answers.about is About.QUESTION
    if asked and understood.answers is not None:
        return _answer_to_partner(work, message, member, understood, language)
    heard = [
        (signal, work.ear.hear(message, signal, member))
        for signal in signals
        if signal.kind in MATTERS and signal.confidence >= _SURE_ENOUGH
    ]
    for _, one in heard:
        open_case(work.session, one.suggestion)
        if one.joined:
            more_voices(work.session, one.suggestion)
    if heard:
        return "\n".join(_matter(work, member, language, *one) for one in heard[:2])
    return _courtesy(message, member, signals, language)


def _matter(work: _Work, member: Member, language: str, signal: Signal, heard: Heard) -> str:
    session, suggestion = work.session, heard.suggestion
    case = session.scalars(sa.select(Case).filter_by(suggestion_id=suggestion.id)).one()
    product = suggestion.product_id and session.need(Product, suggestion.product_id)
    partner = case.supplier_id and session.need(Supplier, case.supplier_id)
    return phrases.acknowledge(
        signal.kind,
        language=language,
        name=member.name,
        words=signal.words,
        product=product.name if product else None,
        partner=partner.name if partner else None,
        others=_others(session, heard),
        again=not heard.opened and not heard.joined,
    )


def _others(session: Session, heard: Heard) -> int:
    return 0 if heard.opened else len(suggestions.voices(session, heard.suggestion)) - 1


def _answer_to_partner(
    work: _Work, message: Message, member: Member, understood: Understood, language: str
) -> str:
    """A consumer answers what a partner asked: it goes to the case, not into a new one."""
    session = work.session
    assert understood.answers is not None
    assert understood.answers.about_id is not None
    case = session.need(Case, understood.answers.about_id)
    session.put(
        Answer(case_id=case.id, message_id=message.id, words=message.text, said_at=message.said_at)
    )
    session.announce("cases")
    partner = case.supplier_id and session.need(Supplier, case.supplier_id)
    return phrases.answer_passed_on(
        language=language, name=member.name, partner=partner.name if partner else None
    )


def _courtesy(message: Message, member: Member, signals: list[Signal], language: str) -> str:
    """Questions and praise are answered; chatter only where somebody speaks to us alone."""
    kinds = {signal.kind for signal in signals if signal.confidence >= _SURE_ENOUGH}
    for kind in (Kind.QUESTION, Kind.PRAISE):
        if kind in kinds:
            return _polite(kind, member, language)
    return _polite(Kind.CHATTER, member, language) if message.private else ""


def _polite(kind: Kind, member: Member, language: str) -> str:
    return phrases.acknowledge(
        kind, language=language, name=member.name, words="", product=None, partner=None, others=0
    )


def _say(work: _Work, channel: Channel, message: Message, member: Member, text: str) -> None:
    if not member.told_it_is_a_bot:
        member.told_it_is_a_bot = True
        language = language_of(message.text, work.speak.languages)
        text = f"{text}\n{phrases.disclosure(language, work.speak.shop)}"
    outbox.enqueue(
        work.session,
        key=f"answer:{message.id.hex}",
        channel=channel,
        action=Action.DIRECT if message.private else Action.REPLY,
        content=Content(text=text),
        about=About.ACKNOWLEDGEMENT,
        about_id=message.id,
        thread=message.thread or message.remote_id,
        reply_to=message.remote_id,
        recipient=member.remote_id if message.private else None,
    )

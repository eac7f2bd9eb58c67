"""Words that their author has changed, or taken back: then they go from everywhere."""

from collections.abc import Collection

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.engagement.phrases import quote
from bot.engagement.reading import Meaning, Understood
from bot.inbox.models import Event, Message, Signal
from bot.networks import EventKind
from bot.outbox.models import About, Delivery
from bot.suggestions.hearing import gist_of
from bot.suggestions.models import Suggestion, Voice
from bot.suppliers import pictures
from bot.suppliers import queries as cases
from bot.suppliers.models import Answer, Case

_GONE = "(taken back by its author)"
EXPIRED = "(no longer kept)"
_NO_WORDS = ("", _GONE, EXPIRED)


def message_of(session: Session, event: Understood) -> Message | None:
    """The message that the event speaks of."""
    in_channel = sa.and_(
        Channel.workspace_id == Message.workspace_id, Channel.id == Message.channel_id
    )
    return session.scalar(
        sa.select(Message)
        .join(Channel, in_channel)
        .where(
            Channel.network == event.network,
            Channel.account == event.account,
            Channel.remote_id == event.channel,
            Message.remote_id == event.message,
        )
    )


def take_back(session: Session, event: Understood) -> None:
    """The message is deleted there."""
    if message := message_of(session, event):
        message.text = ""
        forget_words(session, message)
        _announce(session, message)


def rewrite(session: Session, event: Understood) -> tuple[Message, list[Meaning]] | None:
    """The message reads otherwise now: what it said before takes on its new words. Gives it with
    what it had not said before; None for a message that we never had."""
    message = message_of(session, event)
    if message is None:
        return None
    message.text = event.text
    fresh = list(event.meanings)
    for signal in session.scalars(sa.select(Signal).filter_by(message_id=message.id)):
        same = next((one for one in fresh if one.signal.kind is signal.kind), None)
        if same is not None:
            fresh.remove(same)
        _reword(session, message, signal, same)
    answers = sa.update(Answer).filter_by(message_id=message.id)
    session.execute(answers.values(words=event.text or _GONE))
    _announce(session, message)
    return message, fresh


def _reword(session: Session, message: Message, signal: Signal, now: Meaning | None) -> None:
    """What it says no more loses its words; whoever stands behind a suggestion still counts."""
    before, signal.words = signal.words, now.signal.words if now else ""
    signal.start, signal.end = (now.signal.start, now.signal.end) if now else (0, 0)
    for voice in session.scalars(sa.select(Voice).filter_by(signal_id=signal.id)):
        _say_instead(session, voice, signal.words or _GONE)
    if before and before not in signal.words:
        _unquote(session, message, {before})


def _announce(session: Session, message: Message) -> None:
    session.announce("messages", "suggestions", "cases", f"chat:{message.channel_id.hex}")


def forget_words(session: Session, message: Message, gone: str = _GONE) -> None:
    """The count of voices stays; the words go, from cases and from our own answers too. ``gone``:
    what stands in their place, and why."""
    first = session.need(Event, message.id)
    edits = sa.select(Event).where(
        Event.id > first.id,  # ids are ordered by time
        Event.kind == EventKind.EDIT,
        Event.network == first.network,
        Event.account == first.account,
        Event.details["message"].as_string() == message.remote_id,
    )
    pictures.forget(session, message.id)
    for one in (first, *session.scalars(edits)):
        one.raw, one.details = b"", one.details | {"text": "", "media": []}
    signals = session.scalars(sa.select(Signal).filter_by(message_id=message.id)).all()
    voices = session.scalars(sa.select(Voice).filter_by(message_id=message.id)).all()
    said = {*(one.words for one in signals), *(one.words for one in voices)} - {"", _GONE, EXPIRED}
    _unquote(session, message, said)
    for signal in signals:
        signal.words, signal.start, signal.end = "", 0, 0
    session.execute(sa.update(Answer).filter_by(message_id=message.id).values(words=gone))
    for voice in voices:
        _say_instead(session, voice, gone)


def _say_instead(session: Session, voice: Voice, words: str) -> None:
    suggestion, before = session.need(Suggestion, voice.suggestion_id), voice.words
    if voice.words:
        voice.words = words
    if suggestion.words == before:
        if words in _NO_WORDS:
            words = _next_words(session, voice) or words
        suggestion.words = words
        suggestion.gist = "" if words in _NO_WORDS else gist_of(words)


def _next_words(session: Session, voice: Voice) -> str | None:
    """Those of the next person who said the same, and has not taken them back."""
    session.flush()
    return session.scalar(
        sa.select(Voice.words)
        .where(
            Voice.suggestion_id == voice.suggestion_id,
            Voice.person_id != voice.person_id,
            Voice.words.not_in(_NO_WORDS),
        )
        .order_by(Voice.id)
        .limit(1)
    )


def _unquote(session: Session, message: Message, said: Collection[str]) -> None:
    """Take the words out of what we said because of this message, gone out or not."""
    opened = (
        sa.select(Case)
        .join(Voice, Voice.suggestion_id == Case.suggestion_id)
        .where(Voice.message_id == message.id)
    )
    found = session.scalars(opened).all()
    seen_as = cases.said(session, [case.suggestion_id for case in found])
    forms = {form for words in said for form in (words, quote(words))}
    for heard in seen_as.values():
        forms |= {form for words in said for form in (heard.masked(words), words)}
    about = sa.or_(
        Delivery.about_id == message.id,
        sa.and_(Delivery.about_id.in_({case.id for case in found}), Delivery.about == About.CASE),
        sa.and_(Delivery.channel_id == message.channel_id, Delivery.reply_to == message.remote_id),
    )
    for delivery in session.scalars(sa.select(Delivery).where(about)):
        text = delivery.content["text"]
        for form in sorted(forms - {""}, key=len, reverse=True):
            text = text.replace(form, "…")
        if text != delivery.content["text"]:
            delivery.content = delivery.content | {"text": text}

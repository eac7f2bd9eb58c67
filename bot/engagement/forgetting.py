"""Words that their author has changed, or taken back: then they go from everywhere."""

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.engagement.reading import Understood
from bot.inbox.models import Event, Message, Signal
from bot.networks import EventKind
from bot.suggestions.models import Suggestion, Voice
from bot.suppliers.models import Answer

_GONE = "(taken back by its author)"


def rewrite(session: Session, event: Understood, text: str) -> None:
    """The message that the event edits or, with an empty text, deletes.

    An edit changes what is shown of the message; what it was understood to say stays.
    """
    in_channel = sa.and_(
        Channel.workspace_id == Message.workspace_id, Channel.id == Message.channel_id
    )
    message = session.scalar(
        sa.select(Message)
        .join(Channel, in_channel)
        .where(
            Channel.network == event.network,
            Channel.account == event.account,
            Channel.remote_id == event.channel,
            Message.remote_id == event.message,
        )
    )
    if message is None:
        return
    message.text = text
    if not text:
        _forget_words(session, message)
    session.announce("messages", "suggestions", "cases", f"chat:{message.channel_id.hex}")


def _forget_words(session: Session, message: Message) -> None:
    """The count of voices stays; the words go, from cases too."""
    first = session.need(Event, message.id)
    edits = sa.select(Event).where(
        Event.id > first.id,  # ids are ordered by time
        Event.kind == EventKind.EDIT,
        Event.network == first.network,
        Event.account == first.account,
        Event.details["message"].as_string() == message.remote_id,
    )
    for one in (first, *session.scalars(edits)):
        one.raw, one.details = b"", one.details | {"text": ""}
    session.execute(
        sa.update(Signal).filter_by(message_id=message.id).values(words="", start=0, end=0)
    )
    session.execute(sa.update(Answer).filter_by(message_id=message.id).values(words=_GONE))
    for voice in session.scalars(sa.select(Voice).filter_by(message_id=message.id)):
        suggestion = session.need(Suggestion, voice.suggestion_id)
        if suggestion.words == voice.words:
            suggestion.words = _GONE
        voice.words = _GONE

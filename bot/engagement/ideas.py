"""What most people want, and adding one's voice to it."""

from collections.abc import Sequence
from enum import Enum
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session, insert_new
from bot.engagement.persons.belonging import of_theirs
from bot.inbox.models import Message, Signal
from bot.members.models import Answers, Member
from bot.suggestions.models import Suggestion, SuggestionState, Voice
from bot.suggestions.queries import CLOSED, crowds
from bot.understanding import mask

SHOWN = 5
_CONSIDERED = 200  # by their own voices, before those of merged ones are added


class Voted(Enum):
    COUNTS = "voted"
    BEFORE = "voted_before"
    THEIR_OWN = "yours"  # they supply it
    CLOSED = "gone"


def most_voiced(session: Session, product: UUID | None) -> list[tuple[UUID, str, int]]:
    """Open ones with words that may be said in public, and how many people stand behind each."""
    behind = sa.func.count(Voice.id)
    statement = (
        sa.select(Suggestion.id, Suggestion.words)
        .join(Voice, Voice.suggestion_id == Suggestion.id)
        .where(
            Suggestion.merged_into_id.is_(None), Suggestion.state.not_in(CLOSED), said_in_public()
        )
        .group_by(Suggestion.id, Suggestion.words)
        .order_by(behind.desc(), Suggestion.id)
        .limit(_CONSIDERED)
    )
    if product is not None:
        statement = statement.where(Suggestion.product_id == product)
    rows = session.execute(statement).all()
    people = crowds(session, [id for id, _ in rows])
    ranked = sorted(rows, key=lambda row: -people[row[0]].people)[:SHOWN]
    return [(id, mask(words), people[id].people) for id, words in ranked]


def said_in_public() -> sa.ColumnElement[bool]:
    """Of a suggestion: its words were not said in private, hidden, or by somebody who wants no
    public mention; else nobody else reads them."""
    return sa.exists(
        sa.select(1)
        .select_from(Voice)
        .join(
            Message,
            sa.and_(Message.workspace_id == Voice.workspace_id, Message.id == Voice.message_id),
        )
        .join(
            Member,
            sa.and_(Member.workspace_id == Voice.workspace_id, Member.id == Voice.member_id),
        )
        .where(
            Voice.workspace_id == Suggestion.workspace_id,
            Voice.suggestion_id == Suggestion.id,
            Voice.words == Suggestion.words,
            ~Message.private,
            Message.hidden_at.is_(None),
            Message.text != "",
            Member.answers != Answers.PRIVATE,
        )
    ).correlate(Suggestion)


def add_voice(
    session: Session, suggestion: Suggestion | None, member: Member, message: UUID
) -> Voted:
    """Stand behind it with this message, which is stored already. A person counts once."""
    if suggestion is None or suggestion.merged_into_id or suggestion.state in CLOSED:
        return Voted.CLOSED
    if supplies(session, suggestion, member):
        return Voted.THEIR_OWN
    known = sa.select(Voice.id).filter_by(suggestion_id=suggestion.id, person_id=member.person_id)
    if session.scalar(known) is not None:
        return Voted.BEFORE
    signal = session.put(
        Signal(
            message_id=message,
            product_id=suggestion.product_id,
            kind=suggestion.kind,
            facet=suggestion.facet,
            topic=suggestion.topic,
            polarity=0.0,
            words="",
            start=0,
            end=0,
            confidence=1.0,
            why=["they added their voice"],
        )
    )
    voice = {
        "suggestion_id": suggestion.id,
        "person_id": member.person_id,
        "member_id": member.id,
        "message_id": message,
        "signal_id": signal.id,
        "words": "",  # said by somebody else, who may take them back
        "said_at": session.now(),
    }
    insert_new(session, Voice, [voice], unique=("suggestion_id", "person_id"))
    suggestion.last_voice_at = session.now()
    session.announce("suggestions", "cases")
    return Voted.COUNTS


def supplies(session: Session, suggestion: Suggestion, member: Member) -> bool:
    """Whether they are known to speak for a partner whose it is."""
    return bool(of_theirs(session, suggestion, member.person_id))


def status_of(
    session: Session, person: UUID, *, in_public: bool = False
) -> Sequence[tuple[str, SuggestionState, bool]]:
    """The latest that they stand behind: words, state, whether it was merged. ``in_public``: only
    what they said where others could read it."""
    rows = session.execute(
        sa.select(Voice.words, Suggestion)
        .join(Suggestion, Suggestion.id == Voice.suggestion_id)
        .join(Message, Message.id == Voice.message_id)
        .where(
            Voice.person_id == person,
            sa.and_(~Message.private, Message.hidden_at.is_(None)) if in_public else sa.true(),
        )
        .order_by(Voice.id.desc())
        .limit(SHOWN)
    )
    return [(words or one.words, one.state, one.merged_into_id is not None) for words, one in rows]


def standing(session: Session, suggestion: Suggestion) -> tuple[int, str]:
    """How many people stand behind it, and its words as everybody may read them."""
    return crowds(session, [suggestion.id])[suggestion.id].people, mask(suggestion.words)

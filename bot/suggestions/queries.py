"""Reading suggestions: how many people, who they are, and what is like what."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.inbox.models import Message, Signal
from bot.members.models import Member
from bot.suggestions.models import Suggestion, SuggestionState, Voice
from bot.understanding import likeness

_COMPARED = 400  # suggestions about the same product, the latest first
_LIKE, _SHOWN = 0.3, 5  # below this two have a word in common, not a matter

CLOSED = (SuggestionState.DONE, SuggestionState.DECLINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """The people behind a suggestion, and the networks on which they said it."""

    people: int = 0
    networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One person's voice as staff see it. ``text``: the whole message around the words."""

    who: str
    network: str
    channel: str
    message_id: UUID
    words: str
    text: str
    said_at: datetime
    signal: Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """Another suggestion, and how like it is: 0 to 1."""

    suggestion: Suggestion
    share: float


def family(roots: Sequence[UUID]) -> sa.CTE:
    """Each suggestion with whatever was merged into it, by way of others too: root, id."""
    start = sa.select(Suggestion.id.label("root"), Suggestion.id.label("id")).where(
        Suggestion.id.in_(roots)
    )
    found = start.cte("family", recursive=True)
    merged = sa.select(found.c.root, Suggestion.id).join(
        found, Suggestion.merged_into_id == found.c.id
    )
    return found.union(merged)


def crowds(session: Session, suggestions: Sequence[UUID]) -> defaultdict[UUID, Crowd]:
    """By suggestion, in one statement: people, each counted once, with all that was merged."""
    of = family(suggestions)
    rows = session.execute(
        sa.select(of.c.root, Voice.person_id, Member.network)
        .join(Voice, Voice.suggestion_id == of.c.id)
        .join(Member, Member.id == Voice.member_id)
        .distinct()
    )
    people: defaultdict[UUID, set[UUID]] = defaultdict(set)
    networks: defaultdict[UUID, set[str]] = defaultdict(set)
    for root, person, network in rows:
        people[root].add(person)
        networks[root].add(network)
    return defaultdict(
        Crowd,
        {
            root: Crowd(people=len(people[root]), networks=tuple(sorted(networks[root])))
            for root in people
        },
    )


def spoken(session: Session, suggestion: UUID) -> list[Spoken]:
    """One voice a person, the first of theirs, oldest first."""
    of = family([suggestion])
    rows = session.execute(
        sa.select(Voice, Signal, Message.text, Member.name, Channel.network, Channel.name)
        .join(of, Voice.suggestion_id == of.c.id)
        .join(Signal, Signal.id == Voice.signal_id)
        .join(Message, Message.id == Voice.message_id)
        .join(Member, Member.id == Voice.member_id)
        .join(Channel, Channel.id == Message.channel_id)
        .order_by(Voice.id)
    )
    first: dict[UUID, Spoken] = {}
    for voice, signal, text, who, network, channel in rows:
        one = Spoken(
            who=who,
            network=network,
            channel=channel,
            message_id=voice.message_id,
            words=voice.words,
            text=text,
            said_at=voice.said_at,
            signal=signal,
        )
        first.setdefault(voice.person_id, one)
    return list(first.values())


def alike(session: Session, suggestion: Suggestion) -> list[Like]:
    """Open ones about the same product that may be the same, the likest first."""
    others = session.scalars(
        sa.select(Suggestion)
        .where(
            Suggestion.product_id.is_not_distinct_from(suggestion.product_id),
            Suggestion.id != suggestion.id,
            Suggestion.merged_into_id.is_(None),
            Suggestion.state.not_in(CLOSED),
        )
        .order_by(Suggestion.last_voice_at.desc())
        .limit(_COMPARED)
    )
    scored = [
        Like(suggestion=other, share=likeness(suggestion.words, other.words)) for other in others
    ]
    near = [like for like in scored if like.share >= _LIKE]
    return sorted(near, key=lambda like: -like.share)[:_SHOWN]

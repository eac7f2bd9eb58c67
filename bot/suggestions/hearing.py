"""Whether what somebody says was said before: then it joins, else it opens a suggestion."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session
from bot.inbox.models import Message, Signal
from bot.members.models import Member
from bot.suggestions.models import Suggestion, SuggestionState, Voice
from bot.understanding import Kind, LikenessIndex

# Merged alone only when very like and about the same product (UNDERSTANDING.md); where no product
# is known, only what is nearly the same sentence. Below, staff may merge by hand.
_LIKE, _LIKE_WITHOUT_PRODUCT = 0.62, 0.85

_CLOSED = (SuggestionState.DONE, SuggestionState.DECLINED)

# What somebody should act on; the other kinds are answered or enjoyed.
MATTERS = frozenset({Kind.SUGGESTION, Kind.WISH, Kind.PROBLEM, Kind.DELIVERY, Kind.ABOUT_BOT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """``opened``: a new suggestion; ``joined``: one more person behind a known one; neither:
    this person had said it before."""

    suggestion: Suggestion
    voice: Voice
    opened: bool
    joined: bool


class Ear:
    """Joins or opens the suggestions of one transaction; remembers what it has loaded."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[UUID | None, Kind], LikenessIndex] = {}

    def hear(self, message: Message, signal: Signal, member: Member) -> Heard:
        session = self._session
        suggestion = self._like(signal)
        opened = suggestion is None
        if suggestion is None:
            suggestion = self._open(signal)
        voice = (
            session.scalar(
                sa.select(Voice).filter_by(suggestion_id=suggestion.id, person_id=member.person_id)
            )
            if not opened
            else None
        )
        joined = voice is None and not opened
        if voice is None:
            voice = session.put(
                Voice(
                    suggestion_id=suggestion.id,
                    person_id=member.person_id,
                    member_id=member.id,
                    message_id=message.id,
                    signal_id=signal.id,
                    words=signal.words,
                    said_at=message.said_at,
                )
            )
        suggestion.last_voice_at = session.now()
        session.announce("suggestions")
        return Heard(suggestion=suggestion, voice=voice, opened=opened, joined=joined)

    def _like(self, signal: Signal) -> Suggestion | None:
        found = self._index(signal.product_id, signal.kind).best(signal.words)
        enough = _LIKE if signal.product_id else _LIKE_WITHOUT_PRODUCT
        if found is None or found[1] < enough:
            return None
        assert isinstance(found[0], UUID)
        return self._session.need(Suggestion, found[0])

    def _open(self, signal: Signal) -> Suggestion:
        now = self._session.now()
        suggestion = self._session.put(
            Suggestion(
                kind=signal.kind,
                facet=signal.facet,
                product_id=signal.product_id,
                words=signal.words,
                created_at=now,
                last_voice_at=now,
            )
        )
        self._index(signal.product_id, signal.kind).add(suggestion.id, suggestion.words)
        return suggestion

    def _index(self, product_id: UUID | None, kind: Kind) -> LikenessIndex:
        index = self._known.get((product_id, kind))
        if index is None:
            index = self._known[product_id, kind] = LikenessIndex()
            open_ones = sa.select(Suggestion.id, Suggestion.words).where(
                Suggestion.product_id == product_id,
                Suggestion.kind == kind,
                Suggestion.merged_into_id.is_(None),
                Suggestion.state.not_in(_CLOSED),
            )
            for id, words in self._session.execute(open_ones):
                index.add(id, words)
        return index

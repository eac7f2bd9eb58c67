"""Whether what somebody says was said before: then it joins, else it opens a suggestion."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session, insert_all
from bot.suggestions.models import Suggestion, SuggestionState, Voice
from bot.understanding import Facet, Kind, LikenessIndex, Topic, gist

# Merged alone only when very like and about the same product; where no product is known, only what
# has the same telling words. Staff may merge the rest by hand.
_LIKE = 0.7
# A gist longer than this (PostgreSQL's index takes about 2,700 bytes) is no gist any more.
_LONGEST_GIST = 400

_CLOSED = (SuggestionState.DONE, SuggestionState.DECLINED)

# What somebody should act on; the other kinds are answered or enjoyed.
MATTERS = frozenset({Kind.SUGGESTION, Kind.WISH, Kind.PROBLEM, Kind.DELIVERY, Kind.ABOUT_BOT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One thing that one person said and that somebody should act on."""

    kind: Kind
    facet: Facet
    topic: Topic
    product_id: UUID | None
    words: str
    said_at: datetime
    message_id: UUID
    signal_id: UUID
    member_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """``opened``: a new suggestion; ``again``: this person had said it before; neither: one more
    person has joined. ``others``: how many people besides them have said it."""

    suggestion_id: UUID
    matter: Matter
    opened: bool = False
    again: bool = False
    others: int = 0


def hear(session: Session, matters: Sequence[Matter]) -> list[Heard]:
    """Join or open a suggestion for each, in order, and write them down.

    Their messages and signals stand in the tables already.
    """
    ear = _Ear(session)
    ear.recall(matters)
    heard = [ear.hear(matter) for matter in matters]
    ear.write()
    return heard


@dataclass(slots=True)
class _Ear:
    """What is known already, what is new, in one transaction."""

    session: Session
    _known: dict[tuple[UUID, Kind], LikenessIndex] = field(default_factory=dict)
    _same_words: dict[tuple[Kind, str], UUID] = field(default_factory=dict)
    _people: dict[UUID, set[UUID]] = field(default_factory=dict)
    _opened: list[dict[str, Any]] = field(default_factory=list)
    _voices: list[dict[str, Any]] = field(default_factory=list)

    def recall(self, matters: Sequence[Matter]) -> None:
        """Which of those without a product were said before in the same telling words."""
        gists = {gist_of(matter.words) for matter in matters if matter.product_id is None} - {""}
        if gists:
            known = _open(None).where(Suggestion.gist.in_(gists)).order_by(Suggestion.id.desc())
            columns = known.with_only_columns(Suggestion.kind, Suggestion.gist, Suggestion.id)
            for kind, said, id in self.session.execute(columns):
                self._same_words[kind, said] = id

    def hear(self, matter: Matter) -> Heard:
        id = self._like(matter)
        opened = id is None
        if id is None:
            id = self._open(matter)
        people = self._people_of(id)
        again = matter.person_id in people
        if not again:
            people.add(matter.person_id)
            self._voices.append(_voice(id, matter))
        return Heard(
            suggestion_id=id, matter=matter, opened=opened, again=again, others=len(people) - 1
        )

    def write(self) -> None:
        insert_all(self.session, Suggestion, self._opened)
        insert_all(self.session, Voice, self._voices)
        joined = {voice["suggestion_id"] for voice in self._voices}
        joined -= {one["id"] for one in self._opened}
        if joined:
            self.session.execute(
                sa.update(Suggestion)
                .where(Suggestion.id.in_(joined))
                .values(last_voice_at=self.session.now()),
                execution_options={"synchronize_session": False},
            )
        if self._voices:
            self.session.announce("suggestions")

    def _like(self, matter: Matter) -> UUID | None:
        if matter.product_id is None:
            return self._same_words.get((matter.kind, gist_of(matter.words)))
        found = self._index(matter.product_id, matter.kind).best(matter.words)
        if found is None or found[1] < _LIKE:
            return None
        assert isinstance(found[0], UUID)
        return found[0]

    def _open(self, matter: Matter) -> UUID:
        now, id = self.session.now(), self.session.ids.new()
        self._opened.append(
            {
                "id": id,
                "kind": matter.kind,
                "facet": matter.facet,
                "topic": matter.topic,
                "product_id": matter.product_id,
                "words": matter.words,
                "gist": gist_of(matter.words),
                "created_at": now,
                "last_voice_at": now,
            }
        )
        self._people[id] = set()
        if matter.product_id is None:
            if said := gist_of(matter.words):
                self._same_words[matter.kind, said] = id
        else:
            self._index(matter.product_id, matter.kind).add(id, matter.words)
        return id

    def _people_of(self, id: UUID) -> set[UUID]:
        if id not in self._people:
            said = sa.select(Voice.person_id).where(Voice.suggestion_id == id)
            self._people[id] = set(self.session.scalars(said))
        return self._people[id]

    def _index(self, product_id: UUID, kind: Kind) -> LikenessIndex:
        index = self._known.get((product_id, kind))
        if index is None:
            index = self._known[product_id, kind] = LikenessIndex()
            known = _open(product_id).where(Suggestion.kind == kind)
            columns = known.with_only_columns(Suggestion.id, Suggestion.words)
            for id, words in self.session.execute(columns):
                index.add(id, words)
        return index


def _open(product_id: UUID | None) -> sa.Select[Any]:
    return sa.select(Suggestion).where(
        Suggestion.product_id == product_id,
        Suggestion.merged_into_id.is_(None),
        Suggestion.state.not_in(_CLOSED),
    )


def gist_of(words: str) -> str:
    found = gist(words)
    return found if len(found) <= _LONGEST_GIST else ""


def _voice(suggestion_id: UUID, matter: Matter) -> dict[str, Any]:
    return {
        "suggestion_id": suggestion_id,
        "person_id": matter.person_id,
        "member_id": matter.member_id,
        "message_id": matter.message_id,
        "signal_id": matter.signal_id,
        "words": matter.words,
        "said_at": matter.said_at,
    }

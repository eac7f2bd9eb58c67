"""Reading cases: what partners and staff see of them. Words are always masked here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session
from bot.errors import NotFound
from bot.members.models import Member
from bot.products.models import Product
from bot.suggestions.models import Suggestion, Voice
from bot.suppliers import acts, agreement
from bot.suppliers.agreement_terms import Terms
from bot.suppliers.masking import names_beside
from bot.suppliers.models import Answer, Case, Decision, Supplier
from bot.understanding import mask

WEEKS = 12
_EVERY: sa.ColumnElement[bool] = sa.true()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What people said about a suggestion, one voice a person, oldest first. ``shared``: whether
    who looks may read it."""

    voices: tuple[Voice, ...] = ()
    names: tuple[str, ...] = ()
    shared: bool = True

    @property
    def people(self) -> int:
        return len(self.voices)

    def masked(self, text: str) -> str:
        return mask(text, names=self.names) if self.shared else ""

    def to(self, terms: Terms) -> "Said":
        """As a partner with these terms may know it."""
        return self if terms.words else replace(self, shared=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case as one looks at it."""

    case: Case
    suggestion: Suggestion
    product: str
    people: int
    words: str
    clock: agreement.Clock | None
    partner: str = ""

    @property
    def closed(self) -> bool:
        return self.case.state in acts.ENDS


def said(session: Session, suggestions: Sequence[UUID]) -> dict[UUID, Said]:
    """By suggestion, with the voices of all that was merged into it."""
    root = _families(session, suggestions)
    rows = session.execute(
        sa.select(Voice, Member.name)
        .join(Member, Member.id == Voice.member_id)
        .where(Voice.suggestion_id.in_(root))
        .order_by(Voice.id)
    )
    voices: dict[UUID, dict[UUID, Voice]] = defaultdict(dict)
    names: dict[UUID, set[str]] = defaultdict(set)
    for voice, name in rows:
        of = root[voice.suggestion_id]
        voices[of].setdefault(voice.person_id, voice)
        names[of].add(name)
    for id, beside in names_beside(session, root).items():
        names[root[id]] |= beside
    return {
        id: Said(voices=tuple(voices[id].values()), names=tuple(sorted(names[id])))
        for id in suggestions
    }


def masks(session: Session, suggestions: Sequence[UUID]) -> dict[UUID, Said]:
    """`said` without the voices: whose names go, where their words are not asked for."""
    root = _families(session, suggestions)
    names: dict[UUID, set[str]] = defaultdict(set)
    spoke = sa.select(Voice.suggestion_id, Member.name).join(Member, Member.id == Voice.member_id)
    for id, name in session.execute(spoke.where(Voice.suggestion_id.in_(root)).distinct()):
        names[root[id]].add(name)
    for id, beside in names_beside(session, root).items():
        names[root[id]] |= beside
    return {id: Said(names=tuple(sorted(names[id]))) for id in suggestions}


def said_to(
    session: Session, supplier: Supplier | UUID | None, suggestions: Sequence[UUID]
) -> dict[UUID, Said]:
    """`said`, as this partner may know it by what was agreed."""
    if isinstance(supplier, UUID):
        supplier = session.need(Supplier, supplier)
    terms = agreement.terms_now(session, supplier) if supplier else Terms(words=False)
    return {id: one.to(terms) for id, one in said(session, suggestions).items()}


def _families(session: Session, suggestions: Sequence[UUID]) -> dict[UUID, UUID]:
    """Each suggestion and whatever was merged into it, by way of others too, to its root."""
    root = {id: id for id in suggestions}
    layer: Iterable[UUID] = list(suggestions)
    while layer:
        merged = session.execute(
            sa.select(Suggestion.id, Suggestion.merged_into_id).where(
                Suggestion.merged_into_id.in_(layer), Suggestion.id.not_in(root)
            )
        ).all()
        root |= {id: root[into] for id, into in merged if into is not None}
        layer = [id for id, _ in merged]
    return root


def masked(session: Session, suggestion: Suggestion) -> str:
    """The words of the first who said it, without what tells who they are."""
    return said(session, [suggestion.id])[suggestion.id].masked(suggestion.words)


def ownerless() -> sa.Select[Case, Suggestion]:
    """Whose is it? Open cases without a partner, oldest first."""
    return (
        sa.select(Case, Suggestion)
        .join(Suggestion, Suggestion.id == Case.suggestion_id)
        .where(
            Case.supplier_id.is_(None),
            Case.state.not_in(acts.ENDS),
            Suggestion.merged_into_id.is_(None),
        )
        .order_by(Case.id)
    )


def whose_is_it(session: Session, most: int = 100) -> list[CaseView]:
    return _views(session, ownerless().limit(most))


def cases_of(
    session: Session, supplier: UUID, most: int = 200, where: sa.ColumnElement[bool] = _EVERY
) -> list[CaseView]:
    """A partner's cases, the newest first; merged suggestions are not shown twice."""
    return _views(
        session,
        sa.select(Case, Suggestion)
        .join(Suggestion, Suggestion.id == Case.suggestion_id)
        .where(Case.supplier_id == supplier, Suggestion.merged_into_id.is_(None), where)
        .order_by(Case.id.desc())
        .limit(most),
    )


def _views(session: Session, statement: sa.Select[Case, Suggestion]) -> list[CaseView]:
    rows = session.execute(statement).all()
    voices = said(session, [suggestion.id for _, suggestion in rows])
    products = _by_id(session, Product, {s.product_id for _, s in rows if s.product_id})
    partners = _by_id(session, Supplier, {c.supplier_id for c, _ in rows if c.supplier_id})
    clocks = agreement.running(session, [case for case, _ in rows])
    return [
        CaseView(
            case=case,
            suggestion=suggestion,
            product=products[suggestion.product_id].name if suggestion.product_id else "",
            people=voices[suggestion.id].people,
            words=voices[suggestion.id].masked(suggestion.words),
            clock=clocks.get(case.id),
            partner=partners[case.supplier_id].name if case.supplier_id else "",
        )
        for case, suggestion in rows
    ]


def as_agreed(session: Session, supplier: Supplier, views: list[CaseView]) -> list[CaseView]:
    """As their partner may see them: without the people's words where so was agreed."""
    if agreement.terms_now(session, supplier).words:
        return views
    return [replace(view, words="") for view in views]


def _by_id(session: Session, kind: Any, ids: set[UUID]) -> dict[UUID, Any]:
    return {row.id: row for row in session.scalars(sa.select(kind).where(kind.id.in_(ids)))}


def own_case(session: Session, supplier: UUID, case: UUID) -> Case:
    """The case, if it is this partner's. Anybody else's is `NotFound`, like one that isn't."""
    found = session.scalar(sa.select(Case).where(Case.id == case, Case.supplier_id == supplier))
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Somebody's exact words, masked."""

    words: str
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """Everything that a partner may know about one of their cases."""

    view: CaseView
    quotes: tuple[Quote, ...]
    answers: tuple[Quote, ...]
    decisions: tuple[Decision, ...]
    trend: tuple[tuple[date, int], ...]
    new_voices: int  # since the partner last did something


def case_file(session: Session, supplier: UUID, case: UUID) -> CaseFile:
    """Raises `NotFound` where the case isn't this partner's."""
    own = own_case(session, supplier, case)
    [view] = _views(
        session,
        sa.select(Case, Suggestion)
        .join(Suggestion, Suggestion.id == Case.suggestion_id)
        .where(Case.id == own.id),
    )
    heard = said_to(session, supplier, [view.suggestion.id])[view.suggestion.id]
    decisions = tuple(
        session.scalars(
            sa.select(Decision)
            .where(Decision.case_id == own.id, Decision.supplier_id == supplier)
            .order_by(Decision.id)
        )
    )
    answers = session.scalars(sa.select(Answer).where(Answer.case_id == own.id).order_by(Answer.id))
    looked = decisions[-1].decided_at if decisions else None
    return CaseFile(
        view=view if heard.shared else replace(view, words=""),
        quotes=tuple(
            Quote(words=heard.masked(voice.words), said_at=voice.said_at)
            for voice in heard.voices
            if heard.shared
        ),
        answers=tuple(
            Quote(words=heard.masked(answer.words), said_at=answer.said_at)
            for answer in answers
            if heard.shared
        ),
        decisions=decisions,
        trend=trend([voice.said_at for voice in heard.voices], session.now()),
        new_voices=sum(1 for voice in heard.voices if looked and voice.said_at > looked),
    )


def trend(
    moments: Iterable[datetime], now: datetime, weeks: int = WEEKS
) -> tuple[tuple[date, int], ...]:
    """How many in each of the last weeks, by its first day, the current one last."""
    counts = [0] * weeks
    for moment in moments:
        ago = max(now - moment, timedelta()) // timedelta(weeks=1)
        if ago < weeks:
            counts[-1 - ago] += 1
    first = now - timedelta(weeks=weeks)
    return tuple(
        ((first + timedelta(weeks=n, days=1)).date(), count) for n, count in enumerate(counts)
    )

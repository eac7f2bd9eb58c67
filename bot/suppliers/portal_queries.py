"""Reading the portal's own pages: a partner's list of cases, their questions, their people."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session
from bot.inbox.models import Message
from bot.outbox.models import Delivery
from bot.products.models import Product
from bot.suggestions.models import Suggestion, Voice
from bot.suppliers import acts, agreement, queries
from bot.suppliers.models import (
    Act,
    Answer,
    Case,
    CaseState,
    Decision,
    PortalSession,
    Supplier,
)
from bot.suppliers.portal_models import Contact
from bot.suppliers.queries import CaseFile, CaseView, Quote

MOST = 500  # cases that are read for one page
PAGE = 40


class Shown(StrEnum):
    """Which of their cases a partner looks at."""

    WAITING = "waiting"
    OVERDUE = "overdue"
    ASKED = "asked"
    PLANNED = "planned"
    CLOSED = "closed"


_STATES = {
    Shown.WAITING: (CaseState.OPEN, CaseState.ACKNOWLEDGED),
    Shown.ASKED: (CaseState.ASKED,),
    Shown.PLANNED: (CaseState.ACCEPTED, CaseState.PROMISED),
    Shown.CLOSED: tuple(acts.ENDS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Matters:
    """``views``: what is shown of ``found``; ``counts``: how many each choice would show."""

    views: list[CaseView]
    found: int
    counts: Mapping[Shown, int]


def matters(
    session: Session, supplier: Supplier, shown: Shown | None, search: str = "", most: int = PAGE
) -> Matters:
    """A partner's cases of that choice, all of them where ``shown`` is None, what is due first
    before what is due later. ``search`` looks at what they may read: masked words and products."""
    counts = _counts(session, supplier.id)
    overdue = _in_order(session, supplier, Shown.OVERDUE)
    counts[Shown.OVERDUE] = len(overdue)
    found = overdue if shown is Shown.OVERDUE else _in_order(session, supplier, shown, search)
    if search:
        found = _that_hold(session, supplier, found, search)
    views = _views(session, supplier, found[:most])
    return Matters(views=views, found=len(found), counts=counts)


def _in_order(
    session: Session, supplier: Supplier, shown: Shown | None, search: str = ""
) -> list[UUID]:
    """The cases of that choice, what is due first first. Reads no words: a page shows few."""
    states = _STATES[Shown.WAITING if shown is Shown.OVERDUE else shown] if shown else CaseState
    cases = session.scalars(
        sa.select(Case)
        .join(Suggestion, Suggestion.id == Case.suggestion_id)
        .where(
            Case.supplier_id == supplier.id,
            Suggestion.merged_into_id.is_(None),
            Case.state.in_(tuple(states)),
            _may_hold(search) if search else sa.true(),
        )
        .order_by(Case.id.desc())
        .limit(MOST)
    )
    read = cases.all()
    clocks = agreement.running(session, read)
    clocked = [(case, clocks.get(case.id)) for case in read]
    if shown is Shown.OVERDUE:
        clocked = [(case, clock) for case, clock in clocked if clock and clock.overdue]
    return [case.id for case, _ in sorted(clocked, key=_due)]


def _due(clocked: tuple[Case, agreement.Clock | None]) -> tuple[bool, bool, datetime, date]:
    """Open ones before closed ones; by their clock, by the day that was promised, by age."""
    case, clock = clocked
    never, no_day = datetime.max.replace(tzinfo=UTC), date.max
    if case.state in acts.ENDS:
        return True, True, never, no_day
    return False, clock is None, clock.due if clock else never, case.promised_for or no_day


def _views(session: Session, supplier: Supplier, cases: Sequence[UUID]) -> list[CaseView]:
    views = queries.cases_of(session, supplier.id, MOST, Case.id.in_(cases))
    views = queries.as_agreed(session, supplier, views)
    return sorted(views, key=lambda view: cases.index(view.case.id))


def _that_hold(
    session: Session, supplier: Supplier, cases: Sequence[UUID], search: str
) -> list[UUID]:
    views = _views(session, supplier, cases)
    heard = queries.said_to(session, supplier, [view.suggestion.id for view in views])
    wanted = search.casefold()
    return [
        view.case.id
        for view in views
        if wanted in view.product.casefold()
        or wanted in view.words.casefold()
        or any(
            wanted in heard[view.suggestion.id].masked(voice.words).casefold()
            for voice in heard[view.suggestion.id].voices
            if wanted in voice.words.casefold()
        )
    ]


def _may_hold(search: str) -> sa.ColumnElement[bool]:
    """What was really said, of which the partner reads the masked half: to be looked at again."""
    voiced = sa.exists().where(
        Voice.workspace_id == Suggestion.workspace_id,
        Voice.suggestion_id == Suggestion.id,
        Voice.words.icontains(search, autoescape=True),
    )
    named = sa.exists().where(
        Product.workspace_id == Suggestion.workspace_id,
        Product.id == Suggestion.product_id,
        Product.name.icontains(search, autoescape=True),
    )
    return sa.or_(Suggestion.words.icontains(search, autoescape=True), voiced, named)


def _counts(session: Session, supplier: UUID) -> dict[Shown, int]:
    by_state: Counter[CaseState] = Counter()
    for state, number in session.execute(
        sa.select(Case.state, sa.func.count())
        .join(Suggestion, Suggestion.id == Case.suggestion_id)
        .where(Case.supplier_id == supplier, Suggestion.merged_into_id.is_(None))
        .group_by(Case.state)
    ):
        by_state[state] = number
    return {shown: sum(by_state[one] for one in states) for shown, states in _STATES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The same words of one or many; ``said_at``: of the first."""

    words: str
    people: int
    said_at: datetime


def gathered(file: CaseFile) -> list[Gathered]:
    """What people said, each wording once, in the order of who said it first. Who only added their
    voice to a suggestion says it in the words that it has."""
    found: dict[str, list[Quote]] = {}
    for quote in file.quotes:
        found.setdefault(quote.words.strip() or file.view.words, []).append(quote)
    return [
        Gathered(words=words, people=len(quotes), said_at=quotes[0].said_at)
        for words, quotes in found.items()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question of the partner, with what came back to it."""

    decision: Decision
    answers: tuple[Quote, ...]


Replies = Sequence[tuple[Answer, str]]


def asked(session: Session, file: CaseFile) -> list[Asked]:
    """Their questions, the newest first, each beside its answers. What was answered to another
    partner, who had the case before, is not shown."""
    suggestion, partner = file.view.suggestion.id, file.view.case.supplier_id
    heard = queries.said_to(session, partner, [suggestion])[suggestion]
    replied = replies(session, [file.view.case.id])[file.view.case.id]
    return beside(file.decisions, replied, heard.masked)


def replies(session: Session, cases: Sequence[UUID]) -> dict[UUID, list[tuple[Answer, str]]]:
    """By case, what people answered, with the key of our message that each replies to."""
    rows = session.execute(
        sa.select(Answer, Delivery.key)
        .join(Message, Message.id == Answer.message_id)
        .outerjoin(Delivery, Delivery.id == Message.answers_id)
        .where(Answer.case_id.in_(cases))
        .order_by(Answer.id)
    )
    found: dict[UUID, list[tuple[Answer, str]]] = {id: [] for id in cases}
    for answer, key in rows:
        found[answer.case_id].append((answer, key or ""))
    return found


def beside(
    decisions: Sequence[Decision], replied: Replies, masked: Callable[[str], str]
) -> list[Asked]:
    """The questions among the decisions, the newest first, each with its answers."""
    questions = [one for one in decisions if one.act is Act.ASK]
    answers: dict[UUID, list[Quote]] = {one.id: [] for one in questions}
    for answer, key in replied:
        question = _question_of(questions, answer, key)
        if question is not None:
            answers[question].append(Quote(words=masked(answer.words), said_at=answer.said_at))
    return [Asked(decision=one, answers=tuple(answers[one.id])) for one in reversed(questions)]


def _question_of(questions: list[Decision], answer: Answer, key: str) -> UUID | None:
    """By what it replies to, whose key names the decision; else the latest one before it."""
    parts = key.split(":")
    named = next((one.id for one in questions if one.id.hex in parts), None)
    if named or parts[0] == "told":
        return named
    before = [one.id for one in questions if one.decided_at <= answer.said_at]
    return before[-1] if before else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """A browser that is in. ``who`` is empty where it came by the partner's own mailbox."""

    session: PortalSession
    who: str


def contacts(session: Session, supplier: UUID) -> list[Contact]:
    """The partner's people, by name."""
    return list(
        session.scalars(
            sa.select(Contact)
            .where(Contact.supplier_id == supplier, Contact.removed_at.is_(None))
            .order_by(Contact.name, Contact.id)
        )
    )


def entrances(session: Session, supplier: UUID) -> list[Entrance]:
    """The partner's open sessions, whoever was here last first; not those lent to staff."""
    rows = session.execute(
        sa.select(PortalSession, Contact.name)
        .outerjoin(Contact, Contact.id == PortalSession.contact_id)
        .where(
            PortalSession.supplier_id == supplier,
            PortalSession.lent_to.is_(None),
            PortalSession.revoked_at.is_(None),
            PortalSession.expires_at > session.now(),
        )
        .order_by(PortalSession.seen_at.desc(), PortalSession.id.desc())
    )
    return [Entrance(session=one, who=name or "") for one, name in rows]

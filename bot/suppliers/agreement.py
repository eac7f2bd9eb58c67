"""The clocks of the agreements: computed from rows each time, never stored."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import object_session

from bot.db import Session
from bot.suppliers.agreement_models import Agreement, Holding
from bot.suppliers.agreement_stages import Done, Held, Run, TermsAt, runs
from bot.suppliers.agreement_terms import Stage, Terms
from bot.suppliers.models import Answer, Case, CaseState, Decision, Supplier

_OVER = {CaseState.DELIVERED, CaseState.DECLINED}
# Written by staff, also where they act for a partner.
_BY_STAFF = "user:"
_AT_ONCE = 500

R = TypeVar("R", Decision, Answer, Holding, Agreement)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """By when what is owed, whether that has passed, and how much working time is left."""

    due: datetime
    overdue: bool
    stage: Stage = Stage.ANSWER
    left: timedelta = timedelta()
    around_the_clock: bool = True
    zone: str = "UTC"


def clock(case: Case, supplier: Supplier, now: datetime) -> Clock | None:
    """`running` for a single case that a session has read."""
    session = object_session(case)
    assert isinstance(session, Session)
    return running(session, [case], now).get(case.id) if supplier.id == case.supplier_id else None


def running(
    session: Session, cases: Sequence[Case], now: datetime | None = None
) -> dict[UUID, Clock]:
    """By case, what is due first. None is there while nobody owes anything: not handed over, done,
    or the consumers have the word."""
    now = now or session.now()
    found = {}
    for case, due in owed(session, cases, now).items():
        first = min(due, key=lambda run: run.due)
        found[case] = Clock(
            stage=first.stage,
            due=first.due,
            overdue=now > first.due,
            left=first.left(now),
            around_the_clock=first.hours.week == Terms().week,
            zone=first.hours.zone,
        )
    return found


def owed(session: Session, cases: Sequence[Case], now: datetime) -> dict[UUID, list[Run]]:
    """By case, every stage that its holder owes now."""
    waiting = [case for case in cases if case.supplier_id and case.state not in _OVER]
    terms = terms_at(session, {case.supplier_id for case in waiting if case.supplier_id})
    found = {}
    for id, (supplier, held) in holders(session, waiting).items():
        open_ = [run for run in runs(held, terms[supplier]) if run.runs(now)]
        if open_:
            found[id] = open_
    return found


def holders(session: Session, cases: Sequence[Case]) -> dict[UUID, tuple[UUID, Held]]:
    """By case, who has it now and what they have done since."""
    return {
        case.id: (case.supplier_id, held[-1][1])
        for case, held in _histories(session, cases)
        if case.supplier_id and held
    }


def history(session: Session, cases: Sequence[Case]) -> list[tuple[Case, UUID, Held]]:
    """Every time that a partner had one of the cases, who has it now last."""
    return [
        (case, supplier, held)
        for case, theirs in _histories(session, cases, earlier=True)
        for supplier, held in theirs
    ]


def _histories(
    session: Session, cases: Sequence[Case], *, earlier: bool = False
) -> Iterable[tuple[Case, list[tuple[UUID, Held]]]]:
    ids = [case.id for case in cases]
    acts, heard = _acts(session, ids), _heard(session, ids)
    before: dict[UUID, list[Holding]] = defaultdict(list)
    if earlier:
        for one in _some(session, Holding, Holding.case_id, ids):
            before[one.case_id].append(one)
    for case in cases:
        spans: list[tuple[UUID, datetime, datetime | None]] = [
            (one.supplier_id, one.since, one.until) for one in before[case.id]
        ]
        if case.supplier_id and case.handed_over_at:
            spans.append((case.supplier_id, case.handed_over_at, None))
        yield (
            case,
            [
                (supplier, _held(supplier, since, until, acts[case.id], heard[case.id]))
                for supplier, since, until in spans
            ],
        )


def _held(
    supplier: UUID,
    since: datetime,
    until: datetime | None,
    acts: Sequence[Decision],
    heard: Sequence[datetime],
) -> Held:
    theirs = [
        Done(
            act=one.act,
            at=one.decided_at,
            promised_for=one.promised_for,
            own=not one.decided_by.startswith(_BY_STAFF),
        )
        for one in acts
        if one.supplier_id == supplier
        and since <= one.decided_at
        and (until is None or one.decided_at <= until)
    ]
    return Held(since=since, until=until, acts=tuple(theirs), heard=tuple(heard))


def _acts(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, list[Decision]]:
    found: dict[UUID, list[Decision]] = defaultdict(list)
    for decision in _some(session, Decision, Decision.case_id, ids):
        found[decision.case_id].append(decision)
    return found


def _heard(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, list[datetime]]:
    found: dict[UUID, list[datetime]] = defaultdict(list)
    for answer in _some(session, Answer, Answer.case_id, ids):
        found[answer.case_id].append(answer.said_at)
    return found


def _some(session: Session, kind: type[R], column: Any, ids: Sequence[UUID]) -> Iterator[R]:
    """The rows that belong to one of these, oldest first; not too many asked for at once."""
    for at in range(0, len(ids), _AT_ONCE):
        some = column.in_(ids[at : at + _AT_ONCE])
        yield from session.scalars(sa.select(kind).where(some).order_by(kind.id))


def terms_at(session: Session, suppliers: Iterable[UUID]) -> dict[UUID, TermsAt]:
    """By partner, what was agreed at any instant; before the first agreement, what their own row
    says."""
    wanted = list(suppliers)
    versions: dict[UUID, list[Agreement]] = defaultdict(list)
    for one in _some(session, Agreement, Agreement.supplier_id, wanted):
        versions[one.supplier_id].append(one)
    partners = session.scalars(sa.select(Supplier).where(Supplier.id.in_(wanted)))
    return {one.id: _terms_at(one, versions[one.id]) for one in partners}


def _terms_at(supplier: Supplier, versions: list[Agreement]) -> TermsAt:
    versions.sort(key=lambda one: (one.counts_from, one.id))
    starts = [one.counts_from for one in versions]
    terms = [
        Terms(zone=supplier.zone, answer=supplier.answer_within_hours),
        *(Terms.model_validate(one.terms) for one in versions),
    ]
    return lambda at: terms[bisect_right(starts, at)]


def terms_now(session: Session, supplier: Supplier) -> Terms:
    return terms_at(session, [supplier.id])[supplier.id](session.now())

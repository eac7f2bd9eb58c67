"""What happens when a partner's time runs out: each step once, and none once they have answered."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.audit import HUBBUB, record
from bot.db import Session, Writer, insert_new
from bot.errors import DatabaseUnavailable
from bot.logs import log
from bot.networks import Action, Content
from bot.outbox import service as outbox
from bot.outbox.models import About, Delivery, DeliveryState
from bot.products.models import Product
from bot.suggestions.models import Suggestion
from bot.suppliers import agreement, agreement_letters, letters
from bot.suppliers.agreement_models import Agreement, Escalation
from bot.suppliers.agreement_stages import Run
from bot.suppliers.agreement_terms import Stage, Step, Terms
from bot.suppliers.correspondence import sending as correspondence
from bot.suppliers.mailboxes import mailbox
from bot.suppliers.models import Case, CaseState, Supplier

TOPIC = "agreements"

_OVER = (CaseState.DELIVERED, CaseState.DECLINED)
_AT_ONCE = 500
_EVERY = 30.0  # seconds
_WAITING = (DeliveryState.PENDING, DeliveryState.HELD)
_VERBS = {Step.REMIND: "reminded", Step.CONTACT: "turned to their contact", Step.STAFF: "escalated"}
_log = log("suppliers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A step whose time has come, about a stage of a case."""

    case: UUID
    began: datetime
    stage: Stage
    step: Step


def due(session: Session) -> Iterator[Due]:
    """Every step that is to be taken now and was not yet."""
    soonest = _soonest(session)
    for cases in _pages(session, soonest):
        taken = _taken(session, cases)
        now = session.now()
        for case, owed in agreement.owed(session, cases, now).items():
            for run in owed:
                for step, share in run.terms.steps():
                    one = Due(case=case, began=run.began, stage=run.stage, step=step)
                    if one not in taken and run.at(share) <= now:
                        yield one


def _soonest(session: Session) -> dict[UUID, timedelta]:
    """By partner with whom steps were agreed, how long after a case came the first can be due:
    working time is never more than time."""
    found: dict[UUID, timedelta] = {}
    for one in session.scalars(sa.select(Agreement)):
        terms = Terms.model_validate(one.terms)
        times = [terms.allows(stage) for stage in (Stage.ACKNOWLEDGE, Stage.ANSWER)]
        for _, share in terms.steps():
            first = min(time for time in times if time is not None) * share / 100
            found[one.supplier_id] = min(first, found.get(one.supplier_id, first))
    return found


def _pages(session: Session, soonest: dict[UUID, timedelta]) -> Iterator[Sequence[Case]]:
    """The open cases of these partners that are old enough, some at a time."""
    for supplier, least in soonest.items():
        last = UUID(int=0)
        while True:
            cases = session.scalars(
                sa.select(Case)
                .join(Suggestion, Suggestion.id == Case.suggestion_id)
                .where(
                    Case.supplier_id == supplier,
                    Case.state.not_in(_OVER),
                    sa.or_(
                        Case.handed_over_at <= session.now() - least,
                        Case.state.in_((CaseState.ACCEPTED, CaseState.PROMISED)),
                    ),
                    Suggestion.merged_into_id.is_(None),
                    Case.id > last,
                )
                .order_by(Case.id)
                .limit(_AT_ONCE)
            ).all()
            if not cases:
                break
            yield cases
            last = cases[-1].id


def _taken(session: Session, cases: Sequence[Case]) -> set[Due]:
    theirs = Escalation.case_id.in_([case.id for case in cases])
    return {
        Due(case=one.case_id, began=one.began, stage=one.stage, step=one.step)
        for one in session.scalars(sa.select(Escalation).where(theirs))
    }


def take(session: Session, one: Due) -> bool:
    """Take the step, unless it was taken or is no longer called for; gives whether it was.

    Row, letter and audit entry are one transaction, so whoever dies has done all of it or nothing.
    """
    case = session.need(Case, one.case)
    session.refresh(case, with_for_update=True)
    now = session.now()
    owed = agreement.owed(session, [case], now).get(case.id, [])
    run = next((it for it in owed if (it.began, it.stage) == (one.began, one.stage)), None)
    share = dict(run.terms.steps()).get(one.step) if run else None
    suggestion = session.need(Suggestion, case.suggestion_id)
    if run is None or share is None or run.at(share) > now or suggestion.merged_into_id:
        return False
    supplier = session.need(Supplier, case.supplier_id) if case.supplier_id else None
    assert supplier is not None  # or nobody would owe anything
    row = {
        "id": session.ids.new(),
        "case_id": case.id,
        "supplier_id": supplier.id,
        "began": run.began,
        "stage": run.stage,
        "step": one.step,
        "due": run.due,
        "taken_at": now,
        "delivery_id": _send(session, case, suggestion, supplier, run, one.step),
    }
    if not insert_new(session, Escalation, [row], unique=("case_id", "began", "stage", "step")):
        return False
    record(session, HUBBUB, _VERBS[one.step], case, stage=run.stage.value, due=run.due.isoformat())
    session.announce("cases", "partners", "counts")
    return True


def _send(
    session: Session,
    case: Case,
    suggestion: Suggestion,
    supplier: Supplier,
    run: Run,
    step: Step,
) -> UUID | None:
    """The step's letter, put into the outbox under a key of its own; None where it has none."""
    if step is Step.STAFF:
        return None
    letter = _letter(session, suggestion, supplier, run, step)
    key = f"escalation:{case.id.hex}:{run.began:%Y%m%dT%H%M%S.%f}:{run.stage.value}:{step.value}"
    if step is Step.REMIND:  # by the way on which they get their cases
        correspondence.send(
            session,
            supplier,
            letter,
            case.id,
            key=key,
            what=correspondence.Event.REMINDED,
            product_id=suggestion.product_id,
            since=run.began,
        )
    else:
        box = mailbox(session, run.terms.contact_email, _contact(run.terms))
        outbox.enqueue(
            session,
            key=key,
            channel=box,
            action=Action.DIRECT,
            recipient=box.remote_id,
            content=letter,
            about=About.CASE,
            about_id=case.id,
            product_id=suggestion.product_id,
            since=run.began,
        )
    return session.scalar(sa.select(Delivery.id).filter_by(key=key))


def _letter(
    session: Session, suggestion: Suggestion, supplier: Supplier, run: Run, step: Step
) -> Content:
    product = session.need(Product, suggestion.product_id).name if suggestion.product_id else ""
    what = agreement_letters.Owed(
        supplier=supplier.name,
        about=letters.subject(suggestion.kind, product),
        stage=run.stage,
        due=run.due,
        zone=run.terms.zone,
        late=run.late(session.now()),
    )
    if step is Step.REMIND:
        return agreement_letters.reminder(what)
    return agreement_letters.turning_to(what, run.terms.contact_name)


def _contact(terms: Terms) -> str:
    return terms.contact_name or terms.contact_email


def withdraw(session: Session, case: Case | None = None) -> int:
    """What has not left yet of what was answered meanwhile never leaves; gives how many. Of one
    case, or of all."""
    waiting = _unsent()
    if case is not None:
        session.flush()
        waiting = waiting.where(Escalation.case_id == case.id)
    found = session.execute(waiting).all()
    cases = [session.need(Case, id) for id in {one.case_id for one, _ in found}]
    owed = agreement.owed(session, cases, session.now())
    count = 0
    for one, letter in found:
        open_ = {(run.began, run.stage) for run in owed.get(one.case_id, ())}
        if (one.began, one.stage) not in open_:
            outbox.cancel(session, letter)
            count += 1
    return count


def _unsent() -> sa.Select[Escalation, Delivery]:
    return (
        sa.select(Escalation, Delivery)
        .join(Delivery, Delivery.id == Escalation.delivery_id)
        .where(Delivery.state.in_(_WAITING))
    )


def unanswered(session: Session, most: int = 50) -> list[tuple[Escalation, Supplier]]:
    """What has come as far as the staff and is owed still, the oldest first."""
    rows = session.execute(
        sa.select(Escalation, Supplier, Case)
        .join(Supplier, Supplier.id == Escalation.supplier_id)
        .join(Case, Case.id == Escalation.case_id)
        .where(
            Escalation.step == Step.STAFF,
            Case.state.not_in(_OVER),
            Case.supplier_id == Escalation.supplier_id,
        )
        .order_by(Escalation.id)
        .limit(most)
    ).all()
    owed = agreement.owed(session, [case for *_, case in rows], session.now())
    return [
        (one, supplier)
        for one, supplier, case in rows
        if (one.began, one.stage) in {(it.began, it.stage) for it in owed.get(case.id, ())}
    ]


async def look(writer: Writer) -> int:
    """Take every step that is due now; gives how many were."""

    def read() -> tuple[list[Due], bool]:
        with writer.database.reading() as session:
            return list(due(session)), session.execute(_unsent().limit(1)).first() is not None

    found, unsent = await asyncio.to_thread(read)
    taken = 0
    for one in found:
        taken += await writer.run(lambda session, one=one: take(session, one))  # type: ignore[misc]  # lambda defaults
    if unsent:
        await writer.run(withdraw)
    return taken


async def run(writer: Writer) -> None:
    """Look until cancelled."""
    with writer.news.listening(TOPIC) as listener:
        while True:
            try:
                await look(writer)
            except DatabaseUnavailable as error:
                _log.warning("cannot look at the agreements", reason=str(error))
            await listener.next(timeout=_EVERY)

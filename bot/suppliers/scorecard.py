"""How partners kept what was agreed, apart from what they did beyond it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import sqrt
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.db import Session
from bot.inbox.models import Message, Signal
from bot.outbox.models import About, Delivery
from bot.suggestions.models import Suggestion
from bot.suppliers import agreement
from bot.suppliers.agreement_models import Holding
from bot.suppliers.agreement_stages import Held, Run, runs
from bot.suppliers.agreement_terms import Stage
from bot.suppliers.models import Act, Case, CaseState, Decision, Supplier
from bot.understanding import Kind

# Of fewer than these a share says nothing.
ENOUGH = 5
_OVER = (CaseState.DELIVERED, CaseState.DECLINED)
_REDESIGNS = {Kind.SUGGESTION, Kind.WISH}
_AT_ONCE = 500


@dataclass(slots=True, kw_only=True)
class Kept:
    """How many of a stage were in time."""

    met: int = 0
    of: int = 0

    @property
    def share(self) -> float:
        return self.met / self.of if self.of else 0.0

    @property
    def enough(self) -> bool:
        return self.of >= ENOUGH

    @property
    def at_least(self) -> float:
        """The share that can be counted on: the lower end of Wilson's interval at 95 %
        (E. B. Wilson, 1927), which is low where there are few."""
        if not self.of:
            return 0.0
        z, n, p = 1.96, self.of, self.share
        spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return (p + z * z / (2 * n) - spread) / (1 + z * z / n)


@dataclass(slots=True, kw_only=True)
class Card:
    """A partner's time in figures. The three last went beyond what was agreed."""

    supplier: Supplier
    kept: dict[Stage, Kept] = field(default_factory=lambda: {stage: Kept() for stage in Stage})
    redesigns: int = 0
    early: int = 0
    thanked: int = 0

    @property
    def all(self) -> Kept:
        some = self.kept.values()
        return Kept(met=sum(one.met for one in some), of=sum(one.of for one in some))

    @property
    def beyond(self) -> int:
        return self.redesigns + self.early + self.thanked

    @property
    def rank(self) -> tuple[int, int, float]:
        """Tenths of what can be counted on; among alike, whoever did more; then the exact share."""
        return int(self.all.at_least * 10), self.beyond, self.all.share


def cards(session: Session, days: int) -> list[Card]:
    """Every partner who owed something in the last ``days``, the best first."""
    now = session.now()
    since = now - timedelta(days=days)
    found = {one.id: Card(supplier=one) for one in session.scalars(sa.select(Supplier))}
    terms = agreement.terms_at(session, found)
    for cases in _pages(session, since):
        kinds = _kinds(session, cases)
        for case, supplier, held in agreement.history(session, cases):
            card = found[supplier]
            its = runs(held, terms[supplier])
            for run in its:
                _count(card.kept[run.stage], run, since, now)
            card.early += sum(_is_early(run, since) for run in its)
            card.redesigns += kinds[case.id] in _REDESIGNS and _delivered(held, since)
    for supplier, count in _thanked(session, since).items():
        found[supplier].thanked = count
    owing = [card for card in found.values() if card.all.of or card.beyond]
    return sorted(owing, key=lambda card: (*(-n for n in card.rank), card.supplier.name))


def _pages(session: Session, since: datetime) -> Iterator[Sequence[Case]]:
    """The cases of which something may fall into the time since then."""
    decided = sa.select(Decision.case_id).where(Decision.decided_at >= since)
    held = sa.select(Holding.case_id).where(Holding.until >= since)
    may = sa.or_(Case.state.not_in(_OVER), Case.id.in_(decided), Case.id.in_(held))
    last = UUID(int=0)
    while True:
        page = sa.select(Case).where(may, Case.id > last).order_by(Case.id).limit(_AT_ONCE)
        cases = session.scalars(page).all()
        if not cases:
            return
        yield cases
        last = cases[-1].id


def _kinds(session: Session, cases: Iterable[Case]) -> dict[UUID, Kind]:
    rows = session.execute(
        sa.select(Case.id, Suggestion.kind)
        .join(Suggestion, Suggestion.id == Case.suggestion_id)
        .where(Case.id.in_([case.id for case in cases]))
    )
    return {id: kind for id, kind in rows}  # noqa: C416  # rows are tuples only to people


def _count(kept: Kept, run: Run, since: datetime, now: datetime) -> None:
    """What still runs in time says nothing yet; nor does what somebody else ended in time."""
    late = run.late(now)
    if (run.ended or run.due) < since or (run.ended is None and not late):
        return
    if late or run.by_themselves:
        kept.of += 1
        kept.met += not late


def _is_early(run: Run, since: datetime) -> bool:
    if run.promised_for is None or run.ended is None or not run.by_themselves:
        return False
    day = run.ended.astimezone(ZoneInfo(run.terms.zone)).date()
    return run.ended >= since and run.delivered and day < run.promised_for


def _delivered(held: Held, since: datetime) -> bool:
    return any(done.act is Act.DELIVER and done.own and done.at >= since for done in held.acts)


def _thanked(session: Session, since: datetime) -> dict[UUID, int]:
    """By partner, the cases of which somebody, told what became of it, answered with praise."""
    rows = session.execute(
        sa.select(Case.supplier_id, Case.id)
        .join(Delivery, Delivery.about_id == Case.id)
        .join(Message, Message.answers_id == Delivery.id)
        .join(Signal, Signal.message_id == Message.id)
        .where(
            Delivery.about == About.DECISION,
            Signal.kind == Kind.PRAISE,
            Message.said_at >= since,
            Case.supplier_id.is_not(None),
        )
        .distinct()
    )
    found: dict[UUID, int] = defaultdict(int)
    for supplier, _ in rows:
        if supplier:
            found[supplier] += 1
    return found

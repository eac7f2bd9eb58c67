"""Reading partners: the staff's list, and what each answers for."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session
from bot.products.models import Brand, Product
from bot.suggestions.models import Suggestion
from bot.suppliers import acts, agreement, queries
from bot.suppliers.models import Case, Coverage, Decision, PortalSession, Supplier


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRow:
    """A partner in the list: how much waits, how late, and when we last heard from them."""

    supplier: Supplier
    open: int
    overdue: int
    heard_at: datetime | None


def partners(session: Session) -> list[PartnerRow]:
    """Every partner, those with something overdue first."""
    waiting: dict[UUID, list[Case]] = defaultdict(list)
    for case in session.scalars(
        sa.select(Case)
        .join(Suggestion, Suggestion.id == Case.suggestion_id)
        .where(
            Case.supplier_id.is_not(None),
            Case.state.not_in(acts.ENDS),
            Suggestion.merged_into_id.is_(None),
        )
    ):
        if case.supplier_id:
            waiting[case.supplier_id].append(case)
    clocks = agreement.running(session, [case for some in waiting.values() for case in some])
    overdue = {id for id, clock in clocks.items() if clock.overdue}
    heard = heard_at(session)
    rows = [
        PartnerRow(
            supplier=supplier,
            open=len(waiting[supplier.id]),
            overdue=sum(case.id in overdue for case in waiting[supplier.id]),
            heard_at=heard.get(supplier.id),
        )
        for supplier in session.scalars(sa.select(Supplier).order_by(Supplier.name))
    ]
    return sorted(rows, key=lambda row: -row.overdue)


def ownerless_count(session: Session) -> int:
    """How many cases wait in "whose is it?"."""
    waiting = queries.ownerless().order_by(None).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(waiting)) or 0


def heard_at(session: Session) -> dict[UUID, datetime]:
    """When each partner last decided something or came in; not what staff did for them."""
    heard: dict[UUID, datetime] = {}
    for of, at, themselves in (
        (Decision.supplier_id, Decision.decided_at, Decision.decided_by.not_like("user:%")),
        (PortalSession.supplier_id, PortalSession.created_at, PortalSession.lent_to.is_(None)),
    ):
        latest = sa.select(of, sa.func.max(at)).where(themselves).group_by(of)
        for supplier, moment in session.execute(latest):
            if supplier:
                heard[supplier] = max(moment, heard.get(supplier, moment))
    return heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """One thing that a partner answers for."""

    id: UUID
    name: str
    brand: bool


def coverage(session: Session, supplier: UUID) -> list[Covered]:
    """Brands first, each by name."""
    rows = session.execute(
        sa.select(Coverage.id, Brand.name, Product.name)
        .outerjoin(Brand, Brand.id == Coverage.brand_id)
        .outerjoin(Product, Product.id == Coverage.product_id)
        .where(Coverage.supplier_id == supplier)
    )
    found = [
        Covered(id=id, name=brand or product or "", brand=brand is not None)
        for id, brand, product in rows
    ]
    return sorted(found, key=lambda one: (not one.brand, one.name.casefold()))

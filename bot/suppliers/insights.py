"""What people say about a partner's own products, counted by week: no name, no words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.db import Session
from bot.inbox.models import Message, Signal
from bot.members.models import Member
from bot.products.models import Product
from bot.suppliers.models import Coverage
from bot.understanding import Kind

PERIODS = (12, 26, 52)  # weeks
# Of fewer people a mean says more about them than about the product: it is not drawn.
FEW = 5
_SURE_ENOUGH = 0.5  # as for what opens a suggestion
_DEMAND, _PROBLEMS, _ANY = "demand", "problems", "any"
_GROUPS = {
    _DEMAND: (Kind.SUGGESTION, Kind.WISH),
    _PROBLEMS: (Kind.PROBLEM,),
    _ANY: (Kind.SUGGESTION, Kind.WISH, Kind.PROBLEM, Kind.PRAISE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """People, each counted once: with a wish or suggestion, with a problem, with anything said of
    the product. ``polarity``: the mean of all that was said, -1 to 1; None of fewer than `FEW`."""

    demand: int = 0
    problems: int = 0
    people: int = 0
    polarity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Insights:
    """``weeks``: by their first day, a Monday in the partner's zone, the current one last."""

    weeks: tuple[tuple[date, Count], ...]
    products: tuple[tuple[Product, Count], ...]  # of the whole period, most talked about first
    whole: Count


def own_products(session: Session, supplier: UUID) -> list[Product]:
    """What the partner answers for, by name: their products, and those of their brands that are no
    other partner's."""
    covered = sa.select(Coverage.product_id).where(Coverage.product_id.is_not(None))
    theirs = Coverage.supplier_id == supplier
    brands = sa.select(Coverage.brand_id).where(theirs, Coverage.brand_id.is_not(None))
    by_brand = Product.brand_id.in_(brands) & Product.id.not_in(covered)
    own = Product.id.in_(covered.where(theirs))
    found = sa.select(Product).where(sa.or_(own, by_brand)).order_by(Product.name, Product.id)
    return list(session.scalars(found))


def insights(session: Session, products: Sequence[Product], weeks: int, zone: ZoneInfo) -> Insights:
    """Of these products together, over the last ``weeks``, and of each of them."""
    mondays = _mondays(session.now().astimezone(zone).date(), weeks)
    edges = [datetime.combine(day, time(), zone).astimezone(UTC) for day in mondays]
    ids = [product.id for product in products]
    bucket = sa.case(
        *((Message.said_at < edge, number) for number, edge in enumerate(edges[1:])),
        else_=weeks - 1,
    )
    by_week = _counts(session, ids, edges[0], bucket)
    by_product = _counts(session, ids, edges[0], Signal.product_id)
    whole = _counts(session, ids, edges[0], sa.literal(0))
    rows = [(product, by_product.get(product.id, Count())) for product in products]
    return Insights(
        weeks=tuple((day, by_week.get(n, Count())) for n, day in enumerate(mondays)),
        products=tuple(sorted(rows, key=lambda row: -row[1].people)),
        whole=whole.get(0, Count()),
    )


def _mondays(today: date, weeks: int) -> list[date]:
    this = today - timedelta(days=today.weekday())
    return [this - timedelta(weeks=ago) for ago in reversed(range(weeks))]


def _counts(
    session: Session, products: Sequence[UUID], since: datetime, by: Any
) -> dict[Any, Count]:
    """Counted by the database, group by group: a shop may have a million signals."""
    if not products:
        return {}

    def people(group: str) -> sa.ColumnElement[int]:
        of_group = sa.case((Signal.kind.in_(_GROUPS[group]), Member.person_id))
        return sa.func.count(of_group.distinct()).label(group)

    group = by.label("by")
    rows = session.execute(
        sa.select(
            group,
            people(_DEMAND),
            people(_PROBLEMS),
            people(_ANY),
            sa.func.avg(Signal.polarity).label("polarity"),
        )
        .join(Message, Message.id == Signal.message_id)
        .join(Member, Member.id == Message.member_id)
        .where(
            Signal.product_id.in_(products),
            Signal.kind.in_(_GROUPS[_ANY]),
            Signal.confidence >= _SURE_ENOUGH,
            Message.said_at >= since,
        )
        .group_by(group)
    )
    return {
        row.by: Count(
            demand=row.demand,
            problems=row.problems,
            people=row.any,
            polarity=round(float(row.polarity), 2) if row.any >= FEW else None,
        )
        for row in rows
    }

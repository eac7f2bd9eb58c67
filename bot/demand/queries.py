"""What people want of each product, week by week, counted from what they said."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.db import Session
from bot.demand.missing import is_missed
from bot.demand.rules import BEFORE, Change, Count, changes
from bot.inbox.models import Message, Signal
from bot.members.models import Member
from bot.products.models import Product
from bot.understanding import Kind

SHOWN = 12
"""Whole weeks, Monday to Sunday in the shop's zone; the one that still runs is not among them."""


class Measure(StrEnum):
    WISHES = "wishes"  # of all people heard in that week, those who wish for it
    MISSED = "missed"  # of the same, those who say that it can't be had
    PROBLEMS = "problems"  # of those who spoke of this product, those with a problem


_MAY_MISS = frozenset({Kind.WISH, Kind.PROBLEM, Kind.QUESTION, Kind.SUGGESTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDemand:
    """One product. ``counts`` are as long as `Demand.weeks`; ``changes`` count weeks as those."""

    id: UUID
    sku: str
    name: str
    people: int  # who spoke of it in these weeks
    counts: dict[Measure, tuple[Count, ...]]
    changes: dict[Measure, tuple[Change, ...]]

    @property
    def has_changed(self) -> bool:
        return bool(self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """``weeks`` are the Mondays, oldest first; products that changed come first, then by people."""

    weeks: tuple[date, ...]
    heard: tuple[int, ...]  # people, in each week, whatever they spoke of
    products: tuple[ProductDemand, ...]


def demand(session: Session, *, zone: str, shown: int = SHOWN) -> Demand:
    """The last ``shown`` whole weeks of every product that anybody spoke of in them."""
    mondays = _mondays(session.now(), zone, shown + BEFORE)
    week = _week_of(mondays, zone)
    heard = _heard(session, week, len(mondays) - 1)
    spoke, said = _said(session, week)
    series = {
        (id, measure): tuple(
            Count(
                said=len(said[id, measure, number]),
                heard=len(spoke[id, number]) if measure is Measure.PROBLEMS else heard[number],
            )
            for number in range(len(mondays) - 1)
        )
        for id in {id for id, _ in spoke}
        for measure in Measure
    }
    found = changes(series)
    people: dict[UUID, set[UUID]] = defaultdict(set)
    for (id, number), those in spoke.items():
        if number >= BEFORE:
            people[id] |= those
    rows = [
        _row(product, series, found, people[product.id])
        for product in session.scalars(sa.select(Product).order_by(Product.name, Product.id))
        if product.id in people
    ]
    rows.sort(key=lambda row: (not row.has_changed, -row.people))
    return Demand(weeks=mondays[BEFORE:-1], heard=tuple(heard[BEFORE:]), products=tuple(rows))


def _mondays(now: datetime, zone: str, weeks: int) -> tuple[date, ...]:
    """The Mondays of so many whole weeks, and the one after them."""
    today = now.astimezone(ZoneInfo(zone)).date()
    this = today - timedelta(days=today.weekday())
    return tuple(this - timedelta(weeks=ago) for ago in range(weeks, -1, -1))


def _week_of(mondays: Sequence[date], zone: str) -> sa.ColumnElement[Any]:
    """The number of the week in which a message was said; null outside."""
    begins = [
        datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC) for day in mondays
    ]
    at = Message.said_at
    return sa.case(
        *(
            (sa.and_(at >= begin, at < end), number)
            for number, (begin, end) in enumerate(pairwise(begins))
        )
    )


def _heard(session: Session, week: sa.ColumnElement[Any], weeks: int) -> list[int]:
    people = sa.func.count(Member.person_id.distinct())
    numbered = week.label("week")
    rows = session.execute(
        sa.select(numbered, people)
        .select_from(Message)
        .join(Member, Member.id == Message.member_id)
        .group_by(numbered)
    )
    found = {number: count for number, count in rows if number is not None}
    return [found.get(number, 0) for number in range(weeks)]


_Spoke = dict[tuple[UUID, int], set[UUID]]
_Said = dict[tuple[UUID, Measure, int], set[UUID]]


def _said(session: Session, week: sa.ColumnElement[Any]) -> tuple[_Spoke, _Said]:
    """Who spoke of each product in each week, and who said what of it."""
    rows = session.execute(
        sa.select(Signal.product_id, week, Member.person_id, Signal.kind, Signal.words)
        .join(Message, Message.id == Signal.message_id)
        .join(Member, Member.id == Message.member_id)
        .where(Signal.product_id.is_not(None), week.is_not(None))
    )
    spoke: _Spoke = defaultdict(set)
    said: _Said = defaultdict(set)
    for product, number, person, kind, words in rows:
        spoke[product, number].add(person)
        for measure in _measures(kind, words):
            said[product, measure, number].add(person)
    return spoke, said


def _measures(kind: Kind, words: str) -> Iterator[Measure]:
    if kind is Kind.WISH:
        yield Measure.WISHES
    if kind is Kind.PROBLEM:
        yield Measure.PROBLEMS
    if kind in _MAY_MISS and is_missed(words):
        yield Measure.MISSED


def _row(
    product: Product,
    series: dict[tuple[UUID, Measure], tuple[Count, ...]],
    found: dict[tuple[UUID, Measure], list[Change]],
    people: set[UUID],
) -> ProductDemand:
    return ProductDemand(
        id=product.id,
        sku=product.sku,
        name=product.name,
        people=len(people),
        counts={measure: series[product.id, measure][BEFORE:] for measure in Measure},
        changes={
            measure: tuple(
                replace(one, week=one.week - BEFORE) for one in found[product.id, measure]
            )
            for measure in Measure
            if (product.id, measure) in found
        },
    )

"""What is counted of a partner's own products, and of nobody else's."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import FrozenClock
from bot.db import Session
from bot.inbox.models import Signal
from bot.suppliers import charting, insights, taking
from bot.suppliers.insights import Count, own_products
from bot.suppliers.models import Supplier
from bot.suppliers.partners import add_supplier
from bot.understanding import Kind
from tests.suppliers import shop

BERLIN = ZoneInfo("Europe/Berlin")
PEOPLE = ("Ana", "Ben", "Cleo", "Dora", "Eli", "Fay")


@pytest.fixture
def alba(session: Session) -> Supplier:
    shop.open_shop(session)
    return add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])


def say(session: Session, sku: str, kind: Kind, people: tuple[str, ...], polarity: float) -> None:
    made = shop.suggest(session, f"{kind} {sku}", sku=sku, kind=kind, people=people)
    session.flush()
    for signal in session.query(Signal).filter_by(words=made.words):
        signal.polarity = polarity


def test_a_brand_s_product_that_is_another_partner_s_is_not_theirs(
    session: Session, alba: Supplier
) -> None:
    pans = add_supplier(session, "Pans", "p@pans.example", products=["K-2", "T-1"])
    session.flush()
    assert [one.sku for one in own_products(session, alba.id)] == ["K-1"]
    assert [one.sku for one in own_products(session, pans.id)] == ["K-2", "T-1"]


def test_everybody_counts_once_a_week_and_a_mean_of_few_is_not_told(
    session: Session, alba: Supplier, clock: FrozenClock
) -> None:
    add_supplier(session, "Nord", "n@nord.example", brands=["Nord"])
    say(session, "K-1", Kind.PROBLEM, PEOPLE[:2], -0.5)
    say(session, "K-1", Kind.WISH, PEOPLE[:1], 0.0)
    say(session, "T-1", Kind.WISH, PEOPLE, 0.5)  # Nord's
    clock.advance(timedelta(days=7))
    say(session, "K-1", Kind.SUGGESTION, PEOPLE, 0.5)
    say(session, "K-1", Kind.WISH, PEOPLE[:2], 0.5)
    say(session, "K-2", Kind.PROBLEM, PEOPLE[:1], -1.0)
    say(session, "K-2", Kind.QUESTION, PEOPLE, 0.0)  # counts for neither
    own = own_products(session, alba.id)
    found = insights.insights(session, own, 12, BERLIN)
    assert found.weeks[-2:] == (
        (date(2026, 3, 2), Count(demand=1, problems=2, people=2)),
        (date(2026, 3, 9), Count(demand=6, problems=1, people=6, polarity=0.33)),
    )
    assert {count for _, count in found.weeks[:-2]} == {Count()}
    assert [(product.sku, count.people) for product, count in found.products] == [
        ("K-1", 6),
        ("K-2", 1),
    ]
    assert (found.whole.people, found.whole.problems) == (6, 2)
    none = insights.insights(session, [], 12, BERLIN)
    assert none.whole == Count()


@pytest.mark.parametrize(
    ("said", "week"),
    [
        ("2026-03-29T21:59:00", "2026-03-23"),  # Sunday 23:59, on the day that summer begins
        ("2026-03-29T22:01:00", "2026-03-30"),  # Monday 00:01
        ("2026-03-22T22:59:00", "2026-03-16"),  # Sunday 23:59, still in winter
        ("2026-03-22T23:01:00", "2026-03-23"),
    ],
)
def test_weeks_begin_on_monday_where_the_partner_is(
    session: Session, alba: Supplier, clock: FrozenClock, said: str, week: str
) -> None:
    moment = datetime.fromisoformat(said).replace(tzinfo=UTC)
    clock.advance(moment - clock.now())
    say(session, "K-1", Kind.WISH, PEOPLE[:1], 0.0)
    clock.advance(timedelta(days=8))
    found = insights.insights(session, own_products(session, alba.id), 12, BERLIN)
    assert [str(day) for day, count in found.weeks if count.demand] == [week]


def test_files_hold_a_row_a_week_and_a_product_and_no_formula(
    session: Session, alba: Supplier
) -> None:
    shop.product(session, "K-1").name = "=cmd|'/C calc'!A0"
    say(session, "K-1", Kind.PROBLEM, PEOPLE, -0.5)
    found = insights.insights(session, own_products(session, alba.id), 12, BERLIN)
    lines = taking.csv_of(taking.COUNTED, taking.counted(found)).splitlines()
    assert lines[0] == "week,product,wishes_and_suggestions,problems,people,polarity"
    assert lines[12] == "2026-03-02,,0,6,6,-0.5"
    assert lines[13].startswith(",'=cmd|")
    assert len(lines) == 1 + 12 + 2


@pytest.mark.parametrize(
    ("most", "top"), [(0, 1), (1, 1), (2, 2), (3, 5), (7, 10), (11, 20), (430, 500)]
)
def test_a_scale_ends_with_a_round_number(most: int, top: int) -> None:
    assert charting.top([0, most]) == top
    bars = [bar for bar in charting.bars([most], top) if bar]
    assert all(bar.y >= 0 and bar.y + bar.height == charting.TALL for bar in bars)


def test_a_week_without_a_mean_has_no_mark() -> None:
    marks = charting.dots([None, -1.0, 1.0])
    assert [mark and mark.y for mark in marks] == [None, charting.TALL, 0]

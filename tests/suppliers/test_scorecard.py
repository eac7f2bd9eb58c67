"""Keeping what was agreed, and going beyond it."""

from datetime import timedelta

from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.suppliers import service
from bot.suppliers.agreement_terms import Stage
from bot.suppliers.models import Act, Case, Supplier
from bot.suppliers.partners import add_supplier
from bot.suppliers.scorecard import Kept, cards
from bot.understanding import Kind
from tests.suppliers import shop
from tests.suppliers.conftest import Form, Shop
from tests.web.doorway import Client

HOUR = timedelta(hours=1)


def cases(session: Session, sku: str, kind: Kind, count: int) -> list[Case]:
    said = [shop.suggest(session, f"{sku} {kind} {n}", sku=sku, kind=kind) for n in range(count)]
    return [service.open_case(session, one) for one in said]


def test_of_two_with_the_same_times_whoever_went_beyond_stands_first(
    session: Session, clock: FrozenClock
) -> None:
    shop.open_shop(session)
    alba = add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])
    nord = add_supplier(session, "Nord", "hello@nord.example", brands=["Nord"])
    for supplier, sku, delivered in ((alba, "K-1", 0), (nord, "T-1", 2)):
        theirs = cases(session, sku, Kind.SUGGESTION, 6)
        clock.advance(HOUR)
        for number, case in enumerate(theirs):
            act = Act.DELIVER if number < delivered else Act.ACCEPT
            service.decide(session, case, act, by=f"supplier:{supplier.name}")
    first, second = cards(session, days=30)
    assert (first.supplier, second.supplier) == (nord, alba)
    assert first.kept[Stage.ANSWER] == second.kept[Stage.ANSWER] == Kept(met=6, of=6)
    assert (first.redesigns, second.redesigns) == (2, 0)


def test_late_and_open_is_late_and_what_staff_did_counts_for_nobody(
    session: Session, clock: FrozenClock
) -> None:
    shop.open_shop(session)
    alba = add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])
    ours, theirs, _open = cases(session, "K-1", Kind.PROBLEM, 3)
    service.decide(session, ours, Act.ACCEPT, by="user:Mo, for Alba Ltd")
    service.decide(session, theirs, Act.ACCEPT, by="supplier:Alba Ltd")
    assert cards(session, days=30)[0].kept[Stage.ANSWER] == Kept(met=1, of=1)
    clock.advance(49 * HOUR)
    [card] = cards(session, days=30)
    assert (card.supplier, card.kept[Stage.ANSWER]) == (alba, Kept(met=1, of=2))
    clock.advance(timedelta(days=31))
    assert cards(session, days=30) == []


def test_a_promise_may_be_kept_before_its_day(session: Session, clock: FrozenClock) -> None:
    shop.open_shop(session)
    add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])
    day = (clock.now() + timedelta(days=5)).date()
    for case in cases(session, "K-1", Kind.PROBLEM, 2):
        service.decide(session, case, Act.PROMISE, promised_for=day, by="supplier:Alba Ltd")
    early, on_the_day = session.query(Case).order_by(Case.id)
    clock.advance(timedelta(days=2))
    service.decide(session, early, Act.DELIVER, by="supplier:Alba Ltd")
    clock.advance(timedelta(days=3))
    service.decide(session, on_the_day, Act.DELIVER, by="supplier:Alba Ltd")
    [card] = cards(session, days=30)
    assert (card.early, card.kept[Stage.DELIVER]) == (1, Kept(met=2, of=2))


def test_few_are_said_to_be_few(
    client: Client, as_staff: Form, stocked: Shop, writer: Writer, clock: FrozenClock
) -> None:
    clock.advance(49 * HOUR)
    assert "too few to tell" in client.get("/partners/scorecard").text
    lines = client.get("/partners/scorecard.csv?days=30").text.splitlines()
    assert lines[1:] == ["Alba Ltd,0,0,0,1,0,0,0,0,0", "Nord,0,0,0,1,0,0,0,0,0"]
    rename(writer, stocked.alba, "=1+1")
    assert "'=1+1" in client.get("/partners/scorecard.csv").text


def rename(writer: Writer, supplier: Supplier, name: str) -> None:
    def write(session: Session) -> None:
        session.need(Supplier, supplier.id).name = name

    writer.run_blocking(write)

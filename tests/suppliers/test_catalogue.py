"""Who answers for what, taken from the catalogue's file."""

import pytest

from bot.db import Session
from bot.errors import InvalidInput
from bot.suppliers import catalogue
from bot.suppliers.partners import add_supplier

FILE = "sku,name,brand,supplier\nK-1,Kettle,Alba,alba ltd\nT-1,Tin,Nord,\n"


def test_owners_come_in_and_go_out_with_the_products(session: Session) -> None:
    add_supplier(session, "Alba Ltd", "a@alba.example")
    catalogue.apply(session, catalogue.plan_import(session, FILE), by="user:Mo")
    assert catalogue.explicit_owners(session) == {"K-1": "Alba Ltd"}
    text = "".join(catalogue.export_catalogue(session))
    again = catalogue.plan_import(session, text)
    assert (len(again.unchanged), again.problems) == (2, ())
    catalogue.apply(session, again, by="user:Mo")


def test_a_product_of_another_partner_is_a_problem_by_row(session: Session) -> None:
    add_supplier(session, "Alba Ltd", "a@alba.example")
    add_supplier(session, "Nord", "n@nord.example")
    catalogue.apply(session, catalogue.plan_import(session, FILE), by="user:Mo")
    text = FILE.replace("alba ltd", "Nord") + "C-1,Cup,Alba,Nobody\n"
    plan = catalogue.plan_import(session, text)
    assert plan.problems == (
        "Row 4: there is no partner named Nobody. Add them first.",
        "Row 2: K-1 belongs to Nord here but to Alba Ltd in the list of partners.",
    )
    with pytest.raises(InvalidInput, match="Row 4"):
        catalogue.apply(session, plan, by="user:Mo")

"""The catalogue with its owners: which partner answers for which product of the file."""

from collections.abc import Iterator
from dataclasses import replace

import sqlalchemy as sa

from bot.accounts.audit import record
from bot.db import Session, insert_new
from bot.products import service as products
from bot.products.models import Product
from bot.products.service import ImportPlan
from bot.suppliers.models import Coverage, Supplier
from bot.suppliers.service import claim_ownerless


def plan_import(session: Session, data: bytes | str) -> ImportPlan:
    """`bot.products.service.plan_import`, with the column ``supplier`` checked too."""
    plan = products.plan_import(session, data)
    known = {name.casefold(): name for name in session.scalars(sa.select(Supplier.name))}
    owners = explicit_owners(session)
    problems = list(plan.problems)
    for entry in plan.entries:
        if not entry.supplier:
            continue
        owner = owners.get(entry.sku)
        if entry.supplier.casefold() not in known:
            problems.append(
                f"Row {entry.row}: there is no partner named {entry.supplier}. Add them first."
            )
        elif owner and owner.casefold() != entry.supplier.casefold():
            problems.append(
                f"Row {entry.row}: {entry.sku} belongs to {entry.supplier} here "
                f"but to {owner} in the list of partners."
            )
    return replace(plan, problems=tuple(problems))


def apply(session: Session, plan: ImportPlan, *, by: str) -> None:
    """Store products and owners, all or nothing. Raises `InvalidInput` where there are problems."""
    products.apply(session, plan)
    owned = {entry.sku: entry.supplier.casefold() for entry in plan.entries if entry.supplier}
    if owned:
        suppliers = {s.name.casefold(): s.id for s in session.scalars(sa.select(Supplier))}
        ids = session.execute(sa.select(Product.sku, Product.id)).all()
        covered = [
            {"supplier_id": suppliers[owned[sku]], "product_id": id}
            for sku, id in ids
            if sku in owned
        ]
        insert_new(session, Coverage, covered, unique=("product_id",))
    claim_ownerless(session, by=by)
    record(session, by, "imported", "product", new=len(plan.new), changed=len(plan.changed))


def explicit_owners(session: Session) -> dict[str, str]:
    """By SKU, who covers the product itself (not by way of its brand)."""
    rows = session.execute(
        sa.select(Product.sku, Supplier.name)
        .join(Coverage, Coverage.product_id == Product.id)
        .join(Supplier, Supplier.id == Coverage.supplier_id)
    )
    return {sku: name for sku, name in rows}  # noqa: C416  # rows are tuples only to people


def export_catalogue(session: Session) -> Iterator[str]:
    """Lines of CSV that `plan_import` takes back unchanged."""
    return products.export_catalogue(session, explicit_owners(session))

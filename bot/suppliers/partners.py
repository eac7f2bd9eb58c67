"""Taking partners in, changing them, and what they answer for."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

import sqlalchemy as sa

from bot.accounts.audit import record
from bot.channels.models import Channel
from bot.db import Session
from bot.errors import InvalidInput, NotFound
from bot.products.models import Brand, Product
from bot.suppliers import agreeing, links
from bot.suppliers.mailboxes import MAIL, is_address, mailbox
from bot.suppliers.models import Coverage, Role, Supplier
from bot.suppliers.service import HUBBUB, claim_ownerless


def add_supplier(
    session: Session,
    name: str,
    email: str,
    *,
    role: Role = Role.SUPPLIER,
    zone: str = "UTC",
    answer_within_hours: int = 48,
    brands: Iterable[Brand | str] = (),
    products: Iterable[Product | str] = (),
    by: str = HUBBUB,
) -> Supplier:
    """A new partner, reached by e-mail. Brands may be given by name, products by SKU.

    Raises `InvalidInput`, by field, for what is wrong or belongs to another partner already.
    """
    values = _checked(
        session,
        None,
        {
            "name": name,
            "email": email,
            "role": role,
            "zone": zone,
            "answer_within_hours": answer_within_hours,
        },
    )
    channel = mailbox(session, values["email"], values["name"])
    supplier = session.put(Supplier(**values, channel_id=channel.id, created_at=session.now()))
    session.flush()
    record(session, by, "added", supplier, name=supplier.name)
    cover(session, supplier, brands=brands, products=products, by=by)
    session.announce("partners")
    return supplier


def edit_supplier(session: Session, supplier: Supplier, *, by: str, **values: Any) -> None:
    """Change any of name, email, role, zone, answer_within_hours. Raises like `add_supplier`."""
    checked = _checked(session, supplier, values)
    before = {key: getattr(supplier, key) for key in checked}
    for key, value in checked.items():
        setattr(supplier, key, value)
    if supplier.email != before.get("email", supplier.email):
        if session.need(Channel, supplier.channel_id).network == MAIL:
            supplier.channel_id = mailbox(session, supplier.email, supplier.name).id
        links.revoke_mailbox(session, supplier, by=by)  # whoever reads the old mailbox is out
    changed = {key: str(value) for key, value in checked.items() if value != before[key]}
    if changed:
        agreeing.follow(session, supplier, by=by)
        record(session, by, "changed", supplier, **changed)
        session.announce("partners")


def _checked(session: Session, supplier: Supplier | None, values: dict[str, Any]) -> dict[str, Any]:
    values = {k: v.strip() if isinstance(v, str) else v for k, v in values.items()}
    fields = {}
    if "name" in values:
        taken = session.scalar(sa.select(Supplier.id).where(Supplier.name == values["name"]))
        if not 1 <= len(values["name"]) <= 120:
            fields["name"] = "Give the partner a name of at most 120 characters."
        elif taken not in {None, supplier.id if supplier else None}:
            fields["name"] = "There is a partner of this name already."
    if "email" in values and not is_address(values["email"]):
        fields["email"] = "This is not an e-mail address."
    if "zone" in values and values["zone"] not in available_timezones():
        fields["zone"] = 'Choose a time zone such as "Europe/Berlin".'
    if not 1 <= values.get("answer_within_hours", 1) <= 24 * 90:
        fields["answer_within_hours"] = "Choose between one hour and 90 days."
    if fields:
        raise InvalidInput(fields=fields)
    return values


def cover(
    session: Session,
    supplier: Supplier,
    *,
    brands: Iterable[Brand | str] = (),
    products: Iterable[Product | str] = (),
    by: str = HUBBUB,
) -> None:
    """Let the partner answer for these too; ownerless cases that fit now are handed over.

    Raises `InvalidInput` when one is unknown or another partner's already.
    """
    problems: list[str] = []
    for kind, column, given in (
        (Brand, Coverage.brand_id, brands),
        (Product, Coverage.product_id, products),
    ):
        for thing in given:
            try:
                _cover(session, supplier, column, _named(session, kind, thing))
            except InvalidInput as error:
                problems += error.problems
    if problems:
        raise InvalidInput(*problems)
    session.announce("partners")
    claim_ownerless(session, by=by)


def _named(
    session: Session, kind: type[Brand] | type[Product], thing: Brand | Product | str
) -> Brand | Product:
    if not isinstance(thing, str):
        return thing
    if kind is Brand:
        found: Brand | Product | None = session.scalar(
            sa.select(Brand).where(sa.func.lower(Brand.name) == thing.strip().lower())
        )
    else:
        found = session.scalar(sa.select(Product).where(Product.sku == thing.strip()))
    if found is None:
        what = "brand" if kind is Brand else "product with the SKU"
        raise InvalidInput(f'There is no {what} "{thing.strip()}" in the catalogue.')
    return found


def _cover(
    session: Session,
    supplier: Supplier,
    column: Any,
    thing: Brand | Product,
) -> None:
    session.flush()
    owner = session.scalar(
        sa.select(Supplier)
        .join(Coverage, Coverage.supplier_id == Supplier.id)
        .where(column == thing.id)
    )
    if owner is None:
        session.put(Coverage(supplier_id=supplier.id, **{column.key: thing.id}))
    elif owner.id != supplier.id:
        raise InvalidInput(f"{thing.name} is covered by {owner.name} already.")


def uncover(session: Session, supplier: Supplier, coverage_id: UUID, *, by: str) -> None:
    """The partner no longer answers for it. Cases that they have stay theirs."""
    coverage = session.need(Coverage, coverage_id)
    if coverage.supplier_id != supplier.id:
        raise NotFound
    session.delete(coverage)
    record(session, by, "uncovered", supplier)
    session.announce("partners")

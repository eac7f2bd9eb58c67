"""Taking a catalogue in, whole or not at all, and giving it out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from bot.db import Session
from bot.errors import InvalidInput
from bot.products import catalogue
from bot.products.catalogue import Entry
from bot.products.models import Brand, Product


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What a file would change. It can be applied only where it has no problems."""

    new: tuple[Entry, ...]
    changed: tuple[Entry, ...]
    unchanged: tuple[Entry, ...]
    problems: tuple[str, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.new + self.changed + self.unchanged


def plan_import(session: Session, data: bytes | str) -> ImportPlan:
    """Compare a CSV file with the catalogue; nothing is written.

    Raises `InvalidInput` when it isn't a catalogue at all; problems of rows are in the plan. Whose
    products they are is for `bot.suppliers.catalogue` to check.
    """
    sheet = catalogue.read(data)
    stored = stored_entries(session)
    problems = list(sheet.problems)
    sorted_out: dict[str, list[Entry]] = {"new": [], "changed": [], "unchanged": []}
    for entry in sheet.entries:
        known = stored.get(entry.sku)
        if known and (clash := catalogue.two_owners(entry, known.brand, "")):
            problems.append(f"Row {entry.row}: {entry.sku} {clash} in the catalogue.")
        sorted_out[_what_happens(entry, known)].append(entry)
    return ImportPlan(
        **{kind: tuple(entries) for kind, entries in sorted_out.items()}, problems=tuple(problems)
    )


def _what_happens(entry: Entry, known: Entry | None) -> str:
    if known is None:
        return "new"
    same = (entry.name, entry.aliases) == (known.name, known.aliases)
    return "unchanged" if same else "changed"


def stored_entries(session: Session) -> dict[str, Entry]:
    """The catalogue by SKU, in that order; ``row`` is 0 and ``supplier`` empty."""
    rows = session.execute(
        sa.select(Product.sku, Product.name, Brand.name, Product.aliases)
        .join(Brand, Brand.id == Product.brand_id)
        .order_by(Product.sku)
    )
    return {
        sku: Entry(row=0, sku=sku, name=name, brand=brand, aliases=tuple(aliases))
        for sku, name, brand, aliases in rows
    }


def apply(session: Session, plan: ImportPlan) -> None:
    """Store what the plan says. Raises `InvalidInput` with all its problems when it has some."""
    if plan.problems:
        raise InvalidInput(*plan.problems)
    brands = _ensure_brands(session, plan)
    revision = (session.scalar(sa.select(sa.func.max(Product.revision))) or 0) + 1
    if plan.new:
        session.execute(
            sa.insert(Product),
            [
                {
                    "workspace_id": session.workspace,
                    "id": session.ids.new(),
                    "sku": entry.sku,
                    "name": entry.name,
                    "brand_id": brands[entry.brand.casefold()].id,
                    "aliases": list(entry.aliases),
                    "revision": revision,
                }
                for entry in plan.new
            ],
        )
    changed = {entry.sku: entry for entry in plan.changed}
    for product in _products(session, list(changed)):
        product.name = changed[product.sku].name
        product.aliases = list(changed[product.sku].aliases)
        product.revision = revision
    session.flush()
    session.announce("products")


def _ensure_brands(session: Session, plan: ImportPlan) -> dict[str, Brand]:
    """Brands by their name in small letters: "ALBA" and "Alba" are one."""
    brands = {brand.name.casefold(): brand for brand in session.scalars(sa.select(Brand))}
    for entry in plan.new:
        if entry.brand.casefold() not in brands:
            brands[entry.brand.casefold()] = session.put(Brand(name=entry.brand))
    session.flush()
    return brands


def _products(session: Session, skus: list[str]) -> Iterator[Product]:
    """In portions: a statement takes only so many parameters."""
    for start in range(0, len(skus), 500):
        yield from session.scalars(
            sa.select(Product).where(Product.sku.in_(skus[start : start + 500]))
        )


def export_catalogue(session: Session, owners: Mapping[str, str] | None = None) -> Iterator[str]:
    """The catalogue as lines of CSV; ``owners`` gives the supplier's name by SKU."""
    owned = owners or {}
    return catalogue.write(
        Entry(
            row=0,
            sku=entry.sku,
            name=entry.name,
            brand=entry.brand,
            aliases=entry.aliases,
            supplier=owned.get(entry.sku, ""),
        )
        for entry in stored_entries(session).values()
    )

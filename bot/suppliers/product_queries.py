"""Reading the catalogue: what it is, whose, and how much people say about it."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from bot.db import Session
from bot.products.models import Brand, Product
from bot.suggestions.models import Suggestion
from bot.suppliers.models import Coverage, Supplier

MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRow:
    """A product as the list shows it. Its own partner wins over its brand's."""

    id: UUID
    sku: str
    name: str
    brand: str
    aliases: tuple[str, ...]
    partner: str
    partner_id: UUID | None
    suggestions: int


def products(session: Session, search: str = "", most: int = MOST) -> list[ProductRow]:
    """The products whose name, SKU or brand contains ``search``, most talked about first."""
    own, by_brand = aliased(Coverage), aliased(Coverage)
    said = (
        sa.select(Suggestion.product_id, sa.func.count().label("number"))
        .where(Suggestion.merged_into_id.is_(None))
        .group_by(Suggestion.product_id)
        .subquery()
    )
    number = sa.func.coalesce(said.c.number, 0)
    statement = (
        sa.select(Product, Brand.name, Supplier.id, Supplier.name, number)
        .join(Brand, Brand.id == Product.brand_id)
        .outerjoin(own, own.product_id == Product.id)
        .outerjoin(by_brand, by_brand.brand_id == Product.brand_id)
        .outerjoin(Supplier, Supplier.id == sa.func.coalesce(own.supplier_id, by_brand.supplier_id))
        .outerjoin(said, said.c.product_id == Product.id)
        .order_by(number.desc(), Product.name)
        .limit(most)
    )
    if search:
        statement = statement.where(
            sa.or_(
                *(
                    column.icontains(search, autoescape=True)
                    for column in (Product.name, Product.sku, Brand.name)
                )
            )
        )
    return [
        ProductRow(
            id=product.id,
            sku=product.sku,
            name=product.name,
            brand=brand,
            aliases=tuple(product.aliases),
            partner=partner or "",
            partner_id=partner_id,
            suggestions=suggestions,
        )
        for product, brand, partner_id, partner, suggestions in session.execute(statement)
    ]


def count(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Product)) or 0

"""What a product looks like: given by staff, shown to the partner who has a case about it."""

from uuid import UUID

import sqlalchemy as sa

from bot.accounts.audit import record
from bot.db import Session
from bot.errors import NotFound
from bot.products.models import Product
from bot.suppliers.portal_models import ProductPicture


def give(session: Session, product: Product, made: tuple[bytes, str], *, by: str) -> None:
    """The product's picture from now on. ``made``: from `pictures.made_anew`."""
    data, type = made
    picture = _of(session, product.id)
    if picture is None:
        picture = session.put(
            ProductPicture(product_id=product.id, type=type, data=data, changed_at=session.now())
        )
    picture.data, picture.type, picture.changed_at = data, type, session.now()
    record(session, by, "gave a picture to", product)
    session.announce("products", "cases")


def remove(session: Session, product: Product, *, by: str) -> None:
    """It has none any more; where it had none, nothing happens."""
    if picture := _of(session, product.id):
        session.delete(picture)
        record(session, by, "took the picture from", product)
        session.announce("products", "cases")


def need(session: Session, product: UUID | None) -> ProductPicture:
    """With its bytes. Raises `NotFound`."""
    found = session.scalar(
        sa.select(ProductPicture)
        .filter_by(product_id=product)
        .options(sa.orm.undefer(ProductPicture.data))
    )
    if found is None:
        raise NotFound
    return found


def has(session: Session, product: UUID | None) -> bool:
    return product is not None and _of(session, product) is not None


def _of(session: Session, product: UUID) -> ProductPicture | None:
    return session.scalar(sa.select(ProductPicture).filter_by(product_id=product))

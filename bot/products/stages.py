"""Stages of products' lives: setting and reading them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.audit import record
from bot.db import Session
from bot.errors import InvalidInput, NotFound
from bot.products.models import Product
from bot.products.stage_models import LifeStage, ProductStage

_FIRST, _LAST = date(1900, 1, 1), date(2200, 1, 1)


def set_stage(
    session: Session, product: Product, stage: LifeStage, since: date, *, by: str
) -> ProductStage:
    """From that day on. A stage that began on the same day is replaced. Raises `InvalidInput`."""
    if not _FIRST <= since <= _LAST:
        raise InvalidInput(fields={"since": "Choose a day between the years 1900 and 2200."})
    row = session.scalar(sa.select(ProductStage).filter_by(product_id=product.id, since=since))
    if row is None:
        row = session.put(
            ProductStage(
                product_id=product.id, stage=stage, since=since, set_at=session.now(), set_by=by
            )
        )
    row.stage, row.set_at, row.set_by = stage, session.now(), by
    record(session, by, "set the stage", product, stage=stage.value, since=str(since))
    session.announce("products")
    return row


def unset(session: Session, product: Product, since: date, *, by: str) -> None:
    """Take back what was set for that day. Raises `NotFound`."""
    row = session.scalar(sa.select(ProductStage).filter_by(product_id=product.id, since=since))
    if row is None:
        raise NotFound
    session.delete(row)
    record(session, by, "took back the stage", product, since=str(since))
    session.announce("products")


def life(session: Session, product: Product) -> Sequence[ProductStage]:
    """All its stages, the planned ones too, in their order."""
    rows = sa.select(ProductStage).filter_by(product_id=product.id).order_by(ProductStage.since)
    return session.scalars(rows).all()


def stages(session: Session, today: date) -> dict[UUID, LifeStage]:
    """The stage of every product that has one today, by `Product.id`."""
    newest = (
        sa.select(ProductStage.product_id, sa.func.max(ProductStage.since).label("since"))
        .where(ProductStage.since <= today)
        .group_by(ProductStage.product_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(ProductStage.product_id, ProductStage.stage).join(
            newest,
            sa.and_(
                newest.c.product_id == ProductStage.product_id,
                newest.c.since == ProductStage.since,
            ),
        )
    )
    return dict(rows.all())


def by_sku(session: Session, sku: str) -> Product:
    """Raises `NotFound`."""
    product = session.scalar(sa.select(Product).filter_by(sku=sku))
    if product is None:
        raise NotFound
    return product

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Row, references


class LifeStage(StrEnum):
    """Where a product stands in its life (T. Levitt, "Exploit the Product Life Cycle", Harvard
    Business Review, 1965), and after it."""

    INTRODUCTION = "introduction"
    GROWTH = "growth"
    MATURITY = "maturity"
    DECLINE = "decline"
    DISCONTINUED = "discontinued"


class ProductStage(Row):
    """From ``since`` on the product is in this stage, until a later row's day has come. So the
    stage of today follows from the calendar, and a stage can be planned."""

    __tablename__ = "product_stage"
    __table_args__ = (
        references("product_id", "product"),
        sa.UniqueConstraint("workspace_id", "product_id", "since"),
    )

    product_id: Mapped[UUID]
    stage: Mapped[LifeStage]
    since: Mapped[date]  # a day of the shop's
    set_at: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(default="")

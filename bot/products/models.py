from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Row, references


class Brand(Row):
    __tablename__ = "brand"
    __table_args__ = (sa.UniqueConstraint("workspace_id", "name"),)

    name: Mapped[str]


class Product(Row):
    __tablename__ = "product"
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "sku"),
        references("brand_id", "brand"),
        sa.Index(None, "workspace_id", "brand_id"),
        sa.Index(None, "workspace_id", "revision"),
    )

    sku: Mapped[str]
    name: Mapped[str]
    brand_id: Mapped[UUID]
    aliases: Mapped[list[Any]] = mapped_column(default=list)  # of str: what people call it
    revision: Mapped[int] = mapped_column(default=0)  # of the catalogue that last changed it

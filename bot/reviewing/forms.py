from uuid import UUID

from pydantic import BaseModel, Field

from bot.reviewing.models import Mode
from bot.understanding import Facet, Kind, Topic


class Review(BaseModel):
    """One key: the kind, or that it is left to others."""

    kind: Kind | None = None
    skip: bool = False


class Details(BaseModel):
    """Everything about one signal. ``feeling``: -1, 0 or 1."""

    kind: Kind
    facet: Facet
    topic: Topic
    feeling: int = Field(ge=-1, le=1)
    product: str = Field(default="", max_length=200)
    called: str = Field(default="", max_length=80)


class ModeForm(BaseModel):
    kind: Kind
    mode: Mode
    wanted: int = Field(ge=50, le=99)  # per cent


class UseForm(BaseModel):
    number: int = Field(ge=0, le=2_000_000_000)


class AliasForm(BaseModel):
    alias: UUID

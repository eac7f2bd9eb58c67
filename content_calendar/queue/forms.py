"""What the queue's forms hold."""

from datetime import date, time
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, NaiveDatetime

from bot.networks import Media
from content_calendar.queue.keeping import Words
from content_calendar.queue.models import Evergreen, Filling
from content_calendar.repeat import DAYS

MOST_VARIANTS = 10


class CategoryForm(BaseModel):
    name: str = Field(min_length=1, max_length=60)
    filling: Filling = Filling.SUGGEST


class SlotsForm(BaseModel):
    channels: list[UUID] = Field(min_length=1, max_length=100)
    days: list[Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]] = Field(min_length=1)
    time_: time = Field(alias="time")
    zone: str = Field(max_length=60)

    @property
    def weekdays(self) -> list[int]:
        return [DAYS.index(day) for day in self.days]

    @property
    def minute(self) -> int:
        return self.time_.hour * 60 + self.time_.minute


class EvergreenForm(BaseModel):
    version: int = 0
    category: UUID
    title: str = Field("", max_length=200)
    text: str = Field("", max_length=20_000)
    variants: list[Annotated[str, Field(max_length=20_000)]] = Field([], max_length=MOST_VARIANTS)
    media: list[str] = Field([], max_length=20)  # the addresses of those that stay
    broadcast: bool = False
    cool_down_days: int = Field(60, ge=0, le=3660)
    most_uses: int | None = Field(None, ge=1, le=10_000)
    expires_on: date | None = None

    def words(self, old: Evergreen | None) -> Words:
        """Pictures come with the post that it was kept from; here they can only be left out."""
        kept = [it for it in (old.media if old else ()) if it["url"] in self.media]
        return Words(
            title=self.title or " ".join(self.text.split())[:60],
            text=self.text,
            variants=tuple(text for text in self.variants if text.strip()),
            media=tuple(Media(**it) for it in kept),
            broadcast=self.broadcast,
            product_id=old.product_id if old else None,
            cool_down_days=self.cool_down_days,
            most_uses=self.most_uses,
            expires_on=self.expires_on,
        )


class SlotForm(BaseModel):
    """One slot on one day, and what was suggested for it."""

    slot: UUID
    local: NaiveDatetime
    evergreen: UUID | None = None


class VersionForm(BaseModel):
    version: int


class NextSlotForm(BaseModel):
    version: int
    category: UUID

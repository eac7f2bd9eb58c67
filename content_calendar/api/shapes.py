"""What programs send and are answered, as JSON. Times of posts are wall times with an IANA zone,
never with an offset; moments are in UTC."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime

from content_calendar.models import Stage

_Text = Annotated[str, Field(max_length=20_000)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MediaShape(Shape):
    url: str
    type: str
    alt: str = ""


class PostShape(Shape):
    """A post. ``version`` is its ETag; ``product`` an SKU; ``page`` where people see it."""

    id: UUID
    title: str
    text: str
    overrides: dict[str, str]
    media: list[MediaShape]
    broadcast: bool
    campaign: str
    product: str
    channels: list[UUID]
    stage: Stage
    local: NaiveDatetime | None
    zone: str
    rrule: str
    exdates: list[NaiveDatetime]
    created_at: datetime
    updated_at: datetime
    version: int
    page: str


class PostFields(Shape):
    """What can be said of a post; what is left away stays as it is.

    ``campaign`` is a name, made where there is none of it; ``zone``, of a new post, the shop's.
    """

    title: str = Field("", max_length=200)
    text: _Text = ""
    overrides: dict[str, _Text] = Field({}, max_length=20)
    broadcast: bool = False
    campaign: str = Field("", max_length=100)
    product: str = Field("", max_length=200)
    channels: list[UUID] = Field([], max_length=100)
    stage: Literal["idea", "draft", "in_review"] = "draft"
    local: NaiveDatetime | None = None
    zone: str = Field("", max_length=60)
    rrule: str = Field("", max_length=500)
    exdates: list[NaiveDatetime] = Field([], max_length=1000)


class MoveShape(Shape):
    """Where to. ``on``: which one of a series, by its wall time."""

    local: NaiveDatetime
    zone: str = Field("", max_length=60)
    on: NaiveDatetime | None = None


class CarriedShape(Shape):
    """An occurrence on one channel. ``note``: the network's own words, where it refused."""

    channel: UUID
    state: str
    note: str
    due_at: datetime
    sent_at: datetime | None
    permalink: str


class OccurrenceShape(Shape):
    id: UUID
    post: UUID
    title: str
    local: NaiveDatetime
    zone: str
    at: datetime
    state: str
    channels: list[CarriedShape]


class ChannelShape(Shape):
    """A place where posts can go. ``paused``: why nothing goes out there now, or nothing."""

    id: UUID
    network: str
    name: str
    paused: str


class CampaignShape(Shape):
    id: UUID
    name: str
    posts: int


class CampaignFields(Shape):
    name: str = Field(min_length=1, max_length=100)


class Posts(Shape):
    items: Sequence[PostShape]
    next: str | None


class Occurrences(Shape):
    items: Sequence[OccurrenceShape]
    next: str | None


class Channels(Shape):
    items: Sequence[ChannelShape]
    next: str | None


class Campaigns(Shape):
    items: Sequence[CampaignShape]
    next: str | None

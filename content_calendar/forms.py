"""What the calendar's forms hold, and how they become drafts and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, NaiveDatetime, field_validator

from bot.errors import InvalidInput
from bot.media.service import PREFIX
from bot.networks import Media
from bot.web.forms import read_given
from content_calendar.draft import Draft
from content_calendar.moving import Wish
from content_calendar.repeat import DAYS, Every, Repeat, from_rrule, to_rrule
from content_calendar.saying import LONGEST_POLL, RATIOS, Ballot, Crop
from content_calendar.series import Scope

OVERRIDE, ALT = "override_", "alt_"
CROP, ACROSS, DOWN = "crop_", "across_", "down_"  # each with a network and a SHA-256
MOST_MEDIA = 20  # of one post; each network says for itself how many it takes

Crops = Mapping[str, Mapping[str, Crop]]  # by SHA-256 and network


class Act(StrEnum):
    """Which button was pressed."""

    DRAFT = "draft"
    REVIEW = "review"
    SCHEDULE = "schedule"
    SOON = "soon"  # in one minute
    NOW = "now"


class Compose(BaseModel):
    """The form of a post. Times are wall times in ``zone``, never with an offset."""

    act: Act = Act.DRAFT
    version: int = 0
    on: NaiveDatetime | None = None  # which one of a series is looked at
    scope: Scope = Scope.ALL
    title: str = Field("", max_length=200)
    text: str = Field("", max_length=20_000)
    product: str = Field("", max_length=200)
    campaign: str = Field("", max_length=100)
    channels: list[UUID] = Field([], max_length=100)
    date_: date | None = Field(None, alias="date")
    time_: time | None = Field(None, alias="time")
    zone: str = Field("UTC", max_length=60)
    repeat: Every = Every.NONE
    days: list[Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]] = []
    until: date | None = None
    rrule: str = Field("", max_length=500)  # the rule to keep where the form can't show it
    broadcast: bool = False
    media: list[Annotated[str, Field(pattern=r"^[0-9a-f]{64} (image|video)/[a-z0-9]{2,8}$")]] = (
        Field([], max_length=MOST_MEDIA)
    )
    link: str = Field("", max_length=2000)
    first_comment: str = Field("", max_length=8000)
    tags: str = Field("", max_length=300)
    poll_question: str = Field("", max_length=1000)
    poll_options: list[str] = Field([], max_length=20)
    poll_multiple: bool = False
    poll_hours: int = Field(24, ge=1, le=LONGEST_POLL)
    poll_in_words: list[str] = Field([], max_length=20)
    note: str = Field("", max_length=4000)  # to whoever approves
    scratch: str = Field("", max_length=64)  # names an editor whose post does not exist yet

    @field_validator("poll_options")
    @classmethod
    def _without_blanks(cls, options: list[str]) -> list[str]:
        return [each for each in options if each]

    @property
    def local(self) -> datetime | None:
        if self.date_ is None:
            return None
        if self.time_ is None:
            raise InvalidInput(fields={"time": "Say at what time."})
        return datetime.combine(self.date_, self.time_.replace(tzinfo=None))

    def draft(
        self,
        overrides: Mapping[str, str],
        alts: Mapping[str, str] | None = None,
        crops: Crops | None = None,
        *,
        start: datetime | None = None,
    ) -> Draft:
        """``start``: of the series that is changed as a whole. It keeps its first day, unless
        another day was chosen."""
        local = self.local
        same_day = local and self.on and local.date() == self.on.date()
        if local and start and same_day and self.scope is Scope.ALL:
            local = datetime.combine(start.date(), local.time())
        chosen = Repeat(every=self.repeat, days=tuple(self.days), until=self.until)
        return Draft(
            title=self.title,
            text=self.text,
            overrides=overrides,
            broadcast=self.broadcast,
            campaign=self.campaign,
            channel_ids=tuple(dict.fromkeys(self.channels)),
            local=local,
            zone=self.zone,
            rrule=to_rrule(chosen, local.date() if local else date.min, self.rrule),
            media=tuple(_media(it, alts or {}) for it in dict.fromkeys(self.media)),
            crops={
                digest: crop
                for digest, crop in (crops or {}).items()
                if any(it.startswith(digest) for it in self.media)
            },
            link=self.link,
            first_comment=self.first_comment,
            poll=self.poll,
            tags=self.labels,
        )

    @property
    def poll(self) -> Ballot | None:
        """None where neither a question nor an answer was given."""
        if not self.poll_question and not self.poll_options:
            return None
        return Ballot(
            question=self.poll_question,
            options=tuple(self.poll_options),
            multiple=self.poll_multiple,
            hours=self.poll_hours,
            in_words=tuple(sorted(set(self.poll_in_words))),
        )

    @property
    def labels(self) -> tuple[str, ...]:
        words = (" ".join(each.split()) for each in self.tags.split(","))
        return tuple(dict.fromkeys(each for each in words if each))


def _media(named: str, alts: Mapping[str, str]) -> Media:
    digest, type = named.split(" ")
    return Media(url=PREFIX + digest, type=type, alt=alts.get(digest, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A form as it was typed: what `Compose` knows, and the fields whose names nobody can know."""

    form: Compose
    overrides: Mapping[str, str]
    alts: Mapping[str, str]
    crops: Crops

    def draft(self, *, start: datetime | None = None) -> Draft:
        """Raises `InvalidInput`. ``start`` as in `Compose.draft`."""
        return self.form.draft(self.overrides, self.alts, self.crops, start=start)


def understood(given: Mapping[str, Any]) -> tuple[Typed, dict[str, str]]:
    """As much of a form as can be understood, and by field what can't: one wrong date must not
    hide that a text is too long."""
    wrong: dict[str, str] = {}
    try:
        form = read_given(given, Compose)
    except InvalidInput as unread:
        wrong = dict(unread.fields)
        form = read_given({name: it for name, it in given.items() if name not in wrong}, Compose)
    try:
        form.local  # noqa: B018  # raises where only half of it was given
    except InvalidInput as half:
        wrong = {**half.fields, **wrong}
        form = form.model_copy(update={"date_": None})
    typed = Typed(
        form=form, overrides=overrides_in(given), alts=alts_in(given), crops=crops_in(given)
    )
    return typed, wrong


class Which(BaseModel):
    """The version that a person saw, and which one of a series they mean."""

    version: int
    on: NaiveDatetime | None = None


class Move(Which):
    """Where to: a date and a time from a form or off a calendar that is seen in ``seen_in``, or so
    many ``days`` later, or ``to`` in the address of an undo."""

    date_: date | None = Field(None, alias="date")
    time_: time | None = Field(None, alias="time")
    to: NaiveDatetime | None = None
    days: int = Field(0, ge=-4000, le=4000)
    zone: str = Field("", max_length=60)
    seen_in: str = Field("", max_length=60)
    scope: Scope = Scope.THIS

    def wish(self) -> Wish:
        to = self.to
        if to is None and not self.days:
            if self.date_ is None or self.time_ is None:
                raise InvalidInput("Say when: a date and a time.")
            to = datetime.combine(self.date_, self.time_.replace(tzinfo=None))
        return Wish(
            on=self.on,
            to=to,
            days=self.days,
            zone=self.zone,
            seen_in=self.seen_in,
            scope=self.scope,
        )


def overrides_in(given: Mapping[str, Any]) -> dict[str, str]:
    return {
        name.removeprefix(OVERRIDE): str(text)
        for name, text in given.items()
        if name.startswith(OVERRIDE) and text
    }


def alts_in(given: Mapping[str, Any]) -> dict[str, str]:
    """What each picture is to those who can't see it, by its SHA-256."""
    return {
        name.removeprefix(ALT): str(text)[:1000]
        for name, text in given.items()
        if name.startswith(ALT) and text
    }


def crops_in(given: Mapping[str, Any]) -> Crops:
    """How each network gets each picture, where it isn't as it is."""
    found: dict[str, dict[str, Crop]] = {}
    for name, ratio in given.items():
        if name.startswith(CROP) and ratio in RATIOS:
            network, _, digest = name.removeprefix(CROP).rpartition("_")
            x, y = (_hundredths(given.get(f"{axis}{network}_{digest}")) for axis in (ACROSS, DOWN))
            found.setdefault(digest, {})[network] = Crop(ratio=ratio, x=x, y=y)
    return found


def _hundredths(text: Any) -> int:
    try:
        return min(max(int(str(text)), 0), 100)
    except ValueError:
        return 50


def shown(draft: Draft, product: str, on: datetime | None = None) -> dict[str, Any]:
    """The draft as the form's fields show it. ``on``: which one of a series."""
    local = on or draft.local
    repeat = from_rrule(draft.rrule, draft.local.date()) if draft.local else Repeat()
    return {
        "title": draft.own_title,
        "text": draft.text,
        "product": product,
        "campaign": draft.campaign,
        "channels": [str(each) for each in draft.channel_ids],
        "date": f"{local:%Y-%m-%d}" if local else "",
        "time": f"{local:%H:%M}" if local else "",
        "zone": draft.zone,
        "repeat": repeat.every.value,
        "days": list(repeat.days) or ([DAYS[local.weekday()]] if local else []),
        "until": str(repeat.until or ""),
        "rrule": draft.rrule,
        "broadcast": draft.broadcast,
        "media": [f"{it.url.removeprefix(PREFIX)} {it.type}" for it in draft.media],
        **{ALT + it.url.removeprefix(PREFIX): it.alt for it in draft.media},
        **{OVERRIDE + network: text for network, text in draft.overrides.items()},
        "link": draft.link,
        "first_comment": draft.first_comment,
        "tags": ", ".join(draft.tags),
        **_shown_poll(draft.poll),
        **_shown_crops(draft.crops),
    }


def _shown_poll(ballot: Ballot | None) -> dict[str, Any]:
    if ballot is None:
        return {"poll_options": [], "poll_in_words": [], "poll_hours": 24}
    return {
        "poll_question": ballot.question,
        "poll_options": list(ballot.options),
        "poll_multiple": ballot.multiple,
        "poll_hours": ballot.hours,
        "poll_in_words": list(ballot.in_words),
    }


def _shown_crops(crops: Crops) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for digest, by_network in crops.items():
        for network, crop in by_network.items():
            found[f"{CROP}{network}_{digest}"] = crop.ratio
            found[f"{ACROSS}{network}_{digest}"] = crop.x
            found[f"{DOWN}{network}_{digest}"] = crop.y
    return found


def typed_again(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a person typed, for the same form; a single choice of many is a list again."""
    lists = {
        name: value if isinstance(value := given.get(name, []), list) else [value]
        for name in ("channels", "days", "media", "poll_options", "poll_in_words")
    }
    return {**given, **lists}

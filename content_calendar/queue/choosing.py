"""Which evergreen a free slot gets, and with which words. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from content_calendar.queue.repeats import Said, repeated


class Standing(StrEnum):
    """Why an evergreen can or can't be used, as its card says."""

    READY = "ready"
    UNAPPROVED = "unapproved"
    RESTING = "resting"
    EXPIRED = "expired"
    USED_UP = "used up"


class Reusable(Protocol):
    """What choosing needs to know of an `Evergreen`."""

    @property
    def id(self) -> UUID: ...
    @property
    def texts(self) -> list[str]: ...
    @property
    def cool_down_days(self) -> int: ...
    @property
    def most_uses(self) -> int | None: ...
    @property
    def expires_on(self) -> date | None: ...
    @property
    def resting(self) -> bool: ...
    @property
    def approved_by_id(self) -> UUID | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """How often it is planned or has gone out, on all channels, and at which instants on each."""

    count: int = 0
    times: Mapping[UUID, Sequence[datetime]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """``variant``: 0 is the text itself, n the n-th other wording."""

    evergreen: Reusable
    variant: int
    text: str


def standing(one: Reusable, uses: int, day: date) -> Standing:
    if one.resting:
        return Standing.RESTING
    if one.expires_on and day > one.expires_on:
        return Standing.EXPIRED
    if one.most_uses is not None and uses >= one.most_uses:
        return Standing.USED_UP
    return Standing.READY if one.approved_by_id else Standing.UNAPPROVED


def choose(
    evergreens: Iterable[Reusable],
    uses: Mapping[UUID, Uses],
    said: Sequence[Said],
    *,
    channel: UUID,
    day: date,
    at: datetime,
    repeat: timedelta,
    takes: Callable[[Reusable, str], bool] = lambda _one, _text: True,
) -> Choice | None:
    """The one that the channel has not heard for longest, in words that are due; None where every
    one is cooling down, used up, past its day, unapproved, or was said within ``repeat``.

    ``said``: what the channel hears around then. ``takes``: whether its network would take it.
    """
    never = Uses()

    def order(one: Reusable) -> tuple[float, int, UUID]:
        used = uses.get(one.id, never)
        last = max((it.timestamp() for it in used.times.get(channel, ())), default=0.0)
        return last, used.count, one.id

    for one in sorted(evergreens, key=order):
        used = uses.get(one.id, never)
        if standing(one, used.count, day) is not Standing.READY:
            continue
        times, cool_down = used.times.get(channel, ()), timedelta(days=one.cool_down_days)
        if any(abs(at - time) < cool_down for time in times):
            continue
        texts = one.texts
        for turn in range(len(texts)):
            variant = (len(times) + turn) % len(texts)
            text = texts[variant]
            if takes(one, text) and not repeated(text, said, at, repeat):
                return Choice(evergreen=one, variant=variant, text=text)
    return None

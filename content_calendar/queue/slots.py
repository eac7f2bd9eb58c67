"""When the weekly slots come round. Pure: their wall times become instants as a series' do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol
from uuid import UUID

from content_calendar.recurrence import Rule, occurrences
from content_calendar.repeat import DAYS

ROOM = timedelta(hours=1)
"""A slot is taken by whatever its channel hears less than this before or after it."""

_DAY = timedelta(days=1)


class Weekly(Protocol):
    """A `WeeklySlot`."""

    @property
    def id(self) -> UUID: ...
    @property
    def category_id(self) -> UUID: ...
    @property
    def channel_id(self) -> UUID: ...
    @property
    def weekday(self) -> int: ...
    @property
    def minute(self) -> int: ...
    @property
    def zone(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A weekly slot on one day: the wall time in its zone, and the instant."""

    slot_id: UUID
    category_id: UUID
    channel_id: UUID
    local: datetime
    zone: str
    at: datetime

    @property
    def key(self) -> tuple[UUID, datetime, str]:
        """What `Fill` is unique by."""
        return self.channel_id, self.local, self.zone


def openings(weekly: Iterable[Weekly], *, after: datetime, until: datetime) -> list[Opening]:
    """Every slot in (after, until], by instant. A time that the clock jumps over comes as much
    later; one that comes twice comes once."""
    found = (
        Opening(
            slot_id=slot.id,
            category_id=slot.category_id,
            channel_id=slot.channel_id,
            local=one.local,
            zone=slot.zone,
            at=one.at,
        )
        for slot in weekly
        for one in occurrences(_rule(slot, after), after=after, until=until)
    )
    return sorted(found, key=lambda it: (it.at, it.channel_id))


def _rule(slot: Weekly, after: datetime) -> Rule:
    before = after.replace(tzinfo=None) - 8 * _DAY
    start = datetime.combine(before.date(), time(*divmod(slot.minute, 60)))
    return Rule(start=start, zone=slot.zone, rrule=f"FREQ=WEEKLY;BYDAY={DAYS[slot.weekday]}")


def is_taken(opening: Opening, heard: Sequence[datetime]) -> bool:
    """``heard``: when that channel hears something."""
    return any(abs(opening.at - at) < ROOM for at in heard)

"""From a wall time in a zone to the instant."""

from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from bot.errors import InvalidInput


class Wall(StrEnum):
    """What became of a wall time in its zone (RFC 5545, section 3.3.5)."""

    EXACT = "exact"
    MOVED = "moved"  # the clock jumped over it: later by the size of the gap
    EARLIER = "earlier"  # the clock showed it twice: the first one


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One occurrence: ``local`` is the wall time asked for (naive), ``at`` the instant in UTC."""

    local: datetime
    at: datetime
    kind: Wall


@cache
def zone_names() -> frozenset[str]:
    """Return every IANA zone that we know."""
    return frozenset((files("tzdata") / "zones").read_text(encoding="ascii").split())


def zone_info(name: str) -> ZoneInfo:
    """Return the zone as the pinned package has it; raise InvalidInput if there is none."""
    if name not in zone_names():
        close = get_close_matches(name, zone_names(), n=1)
        hint = f"did you mean {close[0]}?" if close else "write it like Europe/Berlin."
        raise InvalidInput(f"There is no time zone “{name[:60]}”: {hint}")
    return _load(name)


@cache
def _load(name: str) -> ZoneInfo:
    with (files("tzdata") / "zoneinfo" / name).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def resolve(local: datetime, zone: str) -> Slot:
    """Say when the clocks of ``zone`` show ``local``.

    A time that does not exist moves forward by the gap; of a time that comes twice the first is
    taken. Raises InvalidInput for an unknown zone, an aware time or one at the end of the calendar.
    """
    if local.tzinfo is not None:
        raise InvalidInput("Give the local time without a zone or offset.")
    first = local.replace(tzinfo=zone_info(zone), fold=0)
    second = first.replace(fold=1)
    # In UTC, because times in one zone compare by their wall time alone.
    try:
        at, other = first.astimezone(UTC), second.astimezone(UTC)
    except OverflowError:
        raise InvalidInput(f"The year {local.year} is too far away to plan for.") from None
    kind = Wall.EXACT if at == other else Wall.MOVED if at > other else Wall.EARLIER
    return Slot(local=local.replace(fold=0), at=at, kind=kind)

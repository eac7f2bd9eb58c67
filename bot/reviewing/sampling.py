"""Which signals belong to the random sample, and which corrections are only judged by: both are
settled by a signal's id, before anybody has seen it."""

from hashlib import blake2b
from math import sqrt
from uuid import UUID

SAMPLE = 8
"""One signal in so many is in the sample; figures are told of it alone, as those that the queue
picks are the doubtful ones."""
_HELD_OUT = 4
_CERTAINTY = 1.96
"""Standard deviations: 95 %."""


def chance(id: UUID) -> int:
    """Evenly spread and always the same for an id, 0 to 65535."""
    return int.from_bytes(blake2b(id.bytes, digest_size=2).digest(), "big")


def is_sampled(id: UUID) -> bool:
    return chance(id) % SAMPLE == 0


def is_held_out(id: UUID) -> bool:
    """One correction in four is never learnt from."""
    return chance(id) // SAMPLE % _HELD_OUT == 0


def at_least(right: int, of: int) -> float:
    """The lower end of Wilson's interval (1927) for the share that is right; 0 where none was
    seen."""
    if not of:
        return 0.0
    z, share = _CERTAINTY, right / of
    middle = share + z * z / (2 * of)
    spread = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return float((middle - spread) / (1 + z * z / of))

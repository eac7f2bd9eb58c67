"""What goes wrong, how often: drawn anew for every seed, so that each has a climate of its own."""

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import TypeVar

from adapters.sandbox import Fault

T = TypeVar("T", bound=StrEnum)


class Fate(StrEnum):
    """What becomes of a transaction."""

    DONE = "committed"
    REFUSED = "the database refuses to begin"
    LOST = "COMMIT fails, nothing is stored"
    UNCLEAR = "COMMIT fails, all is stored"
    DIES_BEFORE = "the process dies before COMMIT"
    DIES_AFTER = "the process dies between COMMIT and the acknowledgement"


class Send(StrEnum):
    """What else can happen on the way to a network and back."""

    FINE = "fine"
    DIES_BEFORE = "the process dies before the network hears"
    DIES_AFTER = "the process dies after the network accepted"
    NO_ANSWER = "the network accepts, the answer takes for ever"
    BREAKS_BEFORE = "the adapter breaks before sending"
    BREAKS_AFTER = "the adapter breaks after the network accepted"
    STANDS_STILL = "the process stands still until its lease is over, after the network accepted"


_FATES = {
    Fate.REFUSED: 0.01,
    Fate.LOST: 0.012,
    Fate.UNCLEAR: 0.012,
    Fate.DIES_BEFORE: 0.004,
    Fate.DIES_AFTER: 0.01,
}
_FAULTS = {
    Fault.SLOW: 0.05,
    Fault.REFUSE: 0.03,
    Fault.RATE_LIMIT: 0.06,
    Fault.UNAUTHORIZED: 0.015,
    Fault.TIME_OUT: 0.08,
    Fault.UNAVAILABLE: 0.08,
}
_SENDS = {
    Send.DIES_BEFORE: 0.02,
    Send.DIES_AFTER: 0.04,
    Send.NO_ANSWER: 0.03,
    Send.BREAKS_BEFORE: 0.01,
    Send.BREAKS_AFTER: 0.015,
    Send.STANDS_STILL: 0.015,
}
_FREEZE = 0.004  # of every touch of a port


@dataclass
class Weather:
    """Draws from ``chance`` alone. ``clear`` ends every fault for good."""

    chance: Random
    climate: dict[StrEnum, float] = field(default_factory=dict)
    freeze: float = 0.0
    slowness: int = 1
    clear: bool = False

    def __post_init__(self) -> None:
        strength = self.chance.choice((0.4, 1.0, 1.0, 2.0))
        for kind, usual in (_FATES | _FAULTS | _SENDS).items():
            spared = self.chance.random() < 0.15
            self.climate[kind] = 0.0 if spared else usual * strength
        self.freeze = _FREEZE * strength
        self.slowness = self.chance.choice((1, 1, 1, 1, 20))

    def fate(self) -> Fate:
        return self._draw(list(_FATES), Fate.DONE)

    def fault(self) -> Fault:
        return self._draw(list(_FAULTS), Fault.NONE)

    def send(self) -> Send:
        return self._draw(list(_SENDS), Send.FINE)

    def happens(self, probability: float) -> bool:
        return not self.clear and self.chance.random() < probability

    def frozen_for(self) -> float:
        """Seconds for which a process stands still, mostly none, often just beyond a lease."""
        if not self.happens(self.freeze):
            return 0.0
        return self.chance.uniform(*self.chance.choice(((20, 200), (30, 33), (60, 64))))

    def delay(self) -> float:
        """Seconds that a step takes: mostly little."""
        drawn = self.chance.random()
        most = 0.01 if drawn < 0.9 else 0.5 if drawn < 0.99 else 3.0
        slowness = 1 if self.clear else self.slowness
        return 0.0005 + self.chance.random() * min(most * slowness, 3.0)

    def _draw(self, kinds: list[T], nothing: T) -> T:
        if self.clear:
            return nothing
        drawn = self.chance.random()
        for kind in kinds:
            if drawn < self.climate[kind]:
                return kind
            drawn -= self.climate[kind]
        return nothing

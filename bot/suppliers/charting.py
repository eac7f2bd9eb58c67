"""Where the marks of a chart stand, in a box of 1000 by 200. Pure; the template draws them."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDE, TALL = 1000, 200
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    x: float
    y: float


def top(numbers: Sequence[int]) -> int:
    """The round number that the scale ends with: 1, 2, 5, 10, 20, 50 and so on."""
    most, power = max([*numbers, 1]), 1
    while True:
        for step in _STEPS:
            if step * power >= most:
                return step * power
        power *= 10


def bars(numbers: Sequence[int], most: int) -> list[Bar | None]:
    """One a number, None where there is nothing to draw."""
    slot = WIDE / max(len(numbers), 1)
    return [
        Bar(
            x=round(slot * (at + 0.15), 1),
            y=round(TALL - TALL * number / most, 1),
            width=round(slot * 0.7, 1),
            height=round(TALL * number / most, 1),
        )
        if number
        else None
        for at, number in enumerate(numbers)
    ]


def dots(shares: Sequence[float | None]) -> list[Dot | None]:
    """From -1, at the foot, to 1; None where none is known."""
    slot = WIDE / max(len(shares), 1)
    return [
        None
        if share is None
        else Dot(x=round(slot * (at + 0.5), 1), y=round(TALL * (1 - share) / 2, 1))
        for at, share in enumerate(shares)
    ]

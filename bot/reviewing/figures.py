"""How well it is understood here: told of what staff have looked at."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from bot.db import Session
from bot.reviewing.models import Correction, Field, Lesson
from bot.reviewing.sampling import at_least, is_sampled
from bot.understanding import Kind

_BINS, _SHOWN = 5, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Signals of the random sample about equally sure: ``said`` and ``right`` are shares."""

    low: float
    high: float
    said: float
    right: float
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``reliability`` is of the random sample alone, ``confused`` (was → became → count) of all
    that was looked at. ``lessons``: the latest first."""

    looked_at: int
    wrong: int
    sampled: int
    sampled_right: int
    reliability: Sequence[Bin]
    confused: dict[Kind, Counter[Kind]]
    lessons: Sequence[Lesson]

    @property
    def at_least(self) -> float:
        return at_least(self.sampled_right, self.sampled)

    @property
    def in_use(self) -> Lesson | None:
        return next((one for one in self.lessons if one.in_use), None)

    @property
    def curve(self) -> list[Lesson]:
        """Versions in the order in which they were learnt."""
        return sorted(self.lessons, key=lambda one: one.number)


def report(session: Session) -> Report:
    """From the corrections and the versions as they stand."""
    rows = session.execute(
        sa.select(
            Correction.signal_id, Correction.was, Correction.became, Correction.confidence
        ).where(Correction.field == Field.KIND)
    ).all()
    confused: dict[Kind, Counter[Kind]] = {kind: Counter() for kind in Kind}
    sample = []
    for id, was, became, confidence in rows:
        confused[Kind(was)][Kind(became)] += 1
        if is_sampled(id):
            sample.append((confidence, was == became))
    lessons = sa.select(Lesson).order_by(Lesson.number.desc()).limit(_SHOWN)
    return Report(
        looked_at=len(rows),
        wrong=sum(was != became for _, was, became, _ in rows),
        sampled=len(sample),
        sampled_right=sum(right for _, right in sample),
        reliability=_bins(sample),
        confused=confused,
        lessons=session.scalars(lessons).all(),
    )


def _bins(sample: Sequence[tuple[float, bool]]) -> list[Bin]:
    """Of equal width; those in which nothing fell are left out."""
    found = []
    for at in range(_BINS):
        here = [one for one in sample if min(int(one[0] * _BINS), _BINS - 1) == at]
        if here:
            found.append(
                Bin(
                    low=at / _BINS,
                    high=(at + 1) / _BINS,
                    said=sum(sure for sure, _ in here) / len(here),
                    right=sum(right for _, right in here) / len(here),
                    seen=len(here),
                )
            )
    return found

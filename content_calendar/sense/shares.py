"""How much of what a channel hears is broadcast, and how much is offers. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from content_calendar.queue.repeats import Said
from content_calendar.sense.offers import offer_in

AROUND = timedelta(days=28)
"""Shares are of the four weeks before and the four after."""

ENOUGH = 5
"""Of fewer posts no share is told: one in two is chance, not habit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Of ``posts``, so many are broadcasts, and so many offers."""

    posts: int = 0
    broadcasts: int = 0
    offers: int = 0

    @property
    def is_enough(self) -> bool:
        return self.posts >= ENOUGH

    @property
    def broadcast_percent(self) -> int:
        return round(100 * self.broadcasts / self.posts) if self.posts else 0

    @property
    def offer_percent(self) -> int:
        return round(100 * self.offers / self.posts) if self.posts else 0


def share(said: Iterable[Said], at: datetime) -> Share:
    near = [it for it in said if abs(it.at - at) <= AROUND]
    return Share(
        posts=len(near),
        broadcasts=sum(it.broadcast for it in near),
        offers=sum(bool(offer_in(it.text)) for it in near),
    )


def offers_in_a_row(said: Sequence[Said], at: datetime) -> int:
    """How many offers there would be one after another, were there another one at that time."""
    before = sorted((it for it in said if it.at <= at), key=lambda it: it.at, reverse=True)
    after = sorted((it for it in said if it.at > at), key=lambda it: it.at)
    runs = (takewhile(lambda it: bool(offer_in(it.text)), run) for run in (before, after))
    return 1 + sum(1 for run in runs for _ in run)


def longest_run(said: Sequence[Said], at: datetime) -> int:
    """The most offers one after another around then."""
    longest = run = 0
    for it in sorted((it for it in said if abs(it.at - at) <= AROUND), key=lambda it: it.at):
        run = run + 1 if offer_in(it.text) else 0
        longest = max(longest, run)
    return longest

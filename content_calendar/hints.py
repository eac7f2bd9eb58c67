"""What somebody who knows the calendar would point out before a post is planned. Pure: hints
never stand in the way."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from content_calendar.draft import Draft
from content_calendar.recurrence import Wall, resolve

REPEATED = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Another post on the calendar, on one channel."""

    title: str
    text: str
    channel_id: UUID
    channel: str
    at: datetime


def hints(draft: Draft, neighbours: Iterable[Neighbour]) -> list[str]:
    """Sentences for the author, each once. The draft must have passed `draft.mistakes`."""
    found = [*_about_words(draft)]
    if draft.local is not None:
        slot = resolve(draft.local, draft.zone)
        found += _about_clocks(slot.kind, slot.at, draft)
        found += _about_neighbours(draft, slot.at, neighbours)
    return list(dict.fromkeys(found))


def _about_words(draft: Draft) -> Iterator[str]:
    texts = [draft.text, *draft.overrides.values(), draft.first_comment]
    if draft.poll:
        return  # it asks
    if draft.text.strip() and not draft.broadcast and not any("?" in text for text in texts):
        yield "It asks nothing. Add a question, or mark it as a broadcast."


def _about_clocks(kind: Wall, at: datetime, draft: Draft) -> Iterator[str]:
    local = draft.local
    if kind is Wall.MOVED:
        yield f"Clocks go forward: {local:%H:%M} does not exist that night, so it goes out later."
    elif kind is Wall.EARLIER:
        yield f"Clocks go back: {local:%H:%M} comes twice that night. It goes out once, at first."


def _about_neighbours(draft: Draft, at: datetime, neighbours: Iterable[Neighbour]) -> Iterator[str]:
    mine = " ".join(draft.text.split()).casefold()
    for other in neighbours:
        if other.channel_id not in draft.channel_ids:
            continue
        days = abs(at - other.at)
        if mine and days <= REPEATED and " ".join(other.text.split()).casefold() == mine:
            yield f"The same words go to {other.channel} within 30 days, in “{other.title}”."
        if days < timedelta(minutes=1):
            yield f"“{other.title}” goes to {other.channel} in the same minute."

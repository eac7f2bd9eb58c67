"""What somebody who knows the calendar would point out before a post is planned. Pure: hints
never stand in the way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from content_calendar.draft import Draft
from content_calendar.queue.repeats import Said, repeated
from content_calendar.queue.slots import ROOM
from content_calendar.recurrence import Rule, Wall, occurrences, resolve, zone_info
from content_calendar.sense.offers import offer_in
from content_calendar.sense.shares import offers_in_a_row, share

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A chosen channel, and what it hears around then. ``ends``: when our access there does;
    ``paused``: why nothing leaves for it now, or nothing."""

    channel_id: UUID
    channel: str
    network: str = ""
    said: Sequence[Said] = ()
    burst_most: int = 5
    burst_minutes: int = 10
    ends: datetime | None = None
    paused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where and when a post would stand. ``zone``: the shop's, for the hours and the holidays."""

    places: Sequence[Heard] = ()
    zone: str = "UTC"
    repeat: timedelta = timedelta(days=30)
    open_from: time = time(7)
    open_until: time = time(22)
    most_broadcasts: int = 50  # per cent
    most_offers: int = 25  # per cent
    offers_in_a_row: int = 3
    holidays: Mapping[date, str] = field(default_factory=dict)


def hints(draft: Draft, scene: Scene) -> list[str]:
    """Sentences for the author, each once. The draft must have passed `draft.mistakes`."""
    found = [*_about_words(draft)]
    if draft.local is not None:
        slot = resolve(draft.local, draft.zone)
        found += _about_clocks(slot.kind, draft.local)
        found += _about_clocks_later(draft.rule, slot.at)
        found += _about_the_day(slot.at, scene)
        for place in scene.places:
            text = draft.overrides.get(place.network) or draft.text
            found += _about_neighbours(text, slot.at, place, scene.repeat)
            found += _about_the_channel(slot.at, place)
            found += _about_the_mix(draft, text, slot.at, place, scene)
    return list(dict.fromkeys(found))


def _about_words(draft: Draft) -> Iterator[str]:
    texts = [draft.text, *draft.overrides.values(), draft.first_comment]
    if draft.poll:
        return  # it asks
    if draft.text.strip() and not draft.broadcast and not any("?" in text for text in texts):
        yield "It asks nothing. Add a question, or mark it as a broadcast."


def _about_clocks(kind: Wall, local: datetime) -> Iterator[str]:
    if kind is Wall.MOVED:
        yield f"Clocks go forward: {local:%H:%M} does not exist that night, so it goes out later."
    elif kind is Wall.EARLIER:
        yield f"Clocks go back: {local:%H:%M} comes twice that night. It goes out once, at first."


def _about_clocks_later(rule: Rule | None, first: datetime) -> Iterator[str]:
    """Of a series, the next time within a year at which clocks change under it."""
    if rule is None:
        return
    ahead = occurrences(rule, after=first, until=first + timedelta(days=366), limit=400)
    later = next((it for it in ahead if it.kind is not Wall.EXACT), None)
    if later is None:
        return
    day, clock = f"{later.local:%Y-%m-%d}", f"{later.local:%H:%M}"
    if later.kind is Wall.MOVED:
        yield f"On {day} clocks go forward: {clock} does not exist then, so it goes out later."
    else:
        yield f"On {day} clocks go back: {clock} comes twice. It goes out once, at first."


def _about_the_day(at: datetime, scene: Scene) -> Iterator[str]:
    there = at.astimezone(zone_info(scene.zone))
    opens, closes, clock = scene.open_from, scene.open_until, there.time()
    is_open = opens <= clock < closes if opens <= closes else clock >= opens or clock < closes
    if not is_open and opens != closes:
        yield f"At {there:%H:%M} in {scene.zone} hardly anybody is awake to answer."
    if name := scene.holidays.get(there.date()):
        yield f"That day is a holiday: {name}. Fewer people look, and you may be closed."


def _about_neighbours(text: str, at: datetime, place: Heard, repeat: timedelta) -> Iterator[str]:
    if text.strip() and repeat and (again := repeated(text, place.said, at, repeat)):
        title, days = again.of.title, repeat.days
        if again.exactly:
            yield f"The same words go to {place.channel} within {days} days, in “{title}”."
        else:
            yield f"Nearly the same words go to {place.channel} within {days} days, in “{title}”."
    for other in place.said:
        away = abs(at - other.at)
        if away < _MINUTE:
            yield f"“{other.title}” goes to {place.channel} in the same minute."
        elif away < ROOM:
            yield f"“{other.title}” goes to {place.channel} within the same hour."


def _about_the_channel(at: datetime, place: Heard) -> Iterator[str]:
    if place.paused:
        yield f"{place.channel} is paused: nothing goes out there until somebody lets it speak."
    if place.ends and place.ends <= at:
        yield (
            f"Our access to {place.channel} ends on {place.ends:%Y-%m-%d}, before this goes out. "
            "Renew it first, see Networks in the settings."
        )
    near = sum(abs(at - it.at) < timedelta(minutes=place.burst_minutes) for it in place.said)
    if near >= place.burst_most:
        yield (
            f"That is a burst: {near + 1} posts go to {place.channel} around that time. It lets "
            f"{place.burst_most} through in {place.burst_minutes} minutes; the others go out later."
        )


def _about_the_mix(
    draft: Draft, text: str, at: datetime, place: Heard, scene: Scene
) -> Iterator[str]:
    mine = Said(title=draft.title, text=text, at=at, broadcast=draft.broadcast)
    mix = share([*place.said, mine], at)
    if draft.broadcast and mix.is_enough and mix.broadcast_percent > scene.most_broadcasts:
        yield (
            f"Of eight weeks' posts to {place.channel}, {mix.broadcast_percent} per cent are "
            f"broadcasts; your limit is {scene.most_broadcasts}. Ask something."
        )
    if not (words := offer_in(text)):
        return
    run = offers_in_a_row(place.said, at)
    if run > scene.offers_in_a_row:
        yield (
            f"That makes {run} offers in a row on {place.channel} (“{words}”). Put something "
            "between them that asks or helps."
        )
    elif mix.is_enough and mix.offer_percent > scene.most_offers:
        yield (
            f"Of eight weeks' posts to {place.channel}, {mix.offer_percent} per cent are offers; "
            f"your limit is {scene.most_offers}."
        )

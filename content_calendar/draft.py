"""A post as somebody wants it, and everything that stands in its way. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from bot.errors import InvalidInput
from bot.networks import Action, Capabilities, Media
from content_calendar.recurrence import Rule, check, occurrences, resolve, zone_info
from content_calendar.saying import Ballot, Crop, content

GRACE = timedelta(minutes=1)
"""A time that has passed by less than this still counts as now."""

_FAR = timedelta(days=5 * 366)
_TITLE = 60
_ADDRESS = re.compile(r"https?://[^\s/?#]+\.[^\s]+", re.I)
_NOTHING = "There is nothing to say yet: write a text."

Problem = tuple[str, str]  # field, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """``overrides`` maps a network to its own text; ``local`` is the wall time in ``zone``, of
    a series the first; ``rrule`` is empty for a post that goes out once. ``campaign`` is a name,
    made where there is none of that name yet."""

    title: str = ""
    text: str = ""
    overrides: Mapping[str, str] = field(default_factory=dict)
    broadcast: bool = False
    campaign: str = ""
    product_id: UUID | None = None
    channel_ids: tuple[UUID, ...] = ()
    local: datetime | None = None
    zone: str = "UTC"
    rrule: str = ""
    exdates: frozenset[datetime] = frozenset()
    media: tuple[Media, ...] = ()
    crops: Mapping[str, Mapping[str, Crop]] = field(default_factory=dict)  # SHA-256 → network
    link: str = ""
    first_comment: str = ""
    poll: Ballot | None = None
    tags: tuple[str, ...] = ()

    @property
    def rule(self) -> Rule | None:
        if not self.rrule or self.local is None:
            return None
        return Rule(start=self.local, zone=self.zone, rrule=self.rrule, exdates=self.exdates)

    @property
    def own_title(self) -> str:
        """The title, where it is another than how the text begins. What was only taken from the
        text goes with the text when that changes."""
        return "" if self.title == replace(self, title="").heading else self.title

    @property
    def heading(self) -> str:
        """The title, else the first words of the text."""
        words = " ".join(self.title.split()) or " ".join(self.text.split())
        return words if len(words) <= _TITLE else words[: _TITLE - 1].rsplit(" ", 1)[0] + "…"


def require(problems: Iterable[Problem]) -> None:
    """Raise `InvalidInput` with every problem beside its field, each sentence once."""
    fields: dict[str, list[str]] = {}
    for name, sentence in problems:
        if sentence not in fields.setdefault(name, []):
            fields[name].append(sentence)
    if fields:
        raise InvalidInput(fields={name: " ".join(found) for name, found in fields.items()})


def misfits(
    draft: Draft, networks: Iterable[str], capabilities: Mapping[str, Capabilities]
) -> Iterator[Problem]:
    """What the chosen networks would refuse. An empty text is no problem yet: see `gaps`."""
    for network in sorted(set(networks)):
        can = capabilities.get(network)
        if can is None or not can.publishes:
            yield "channels", f"{network.capitalize()} can't be posted to right now."
            continue
        for place, sentence in _misfits_on(draft, network, can):
            yield place, f"{network.capitalize()}: {sentence}"


def _misfits_on(draft: Draft, network: str, can: Capabilities) -> Iterator[Problem]:
    words = f"override_{network}" if draft.overrides.get(network) else "text"
    for about, sentence in can.faults(content(draft, network)):
        if sentence != _NOTHING:
            yield (about if about in {"media", "poll"} else words), sentence
    if not draft.first_comment:
        return
    length, limit = can.count.of(draft.first_comment), can.text_limit
    if Action.REPLY not in can.actions or not can.threads:
        yield "first_comment", "Nothing can be said below a post there."
    elif length > limit:
        yield "first_comment", f"The comment is {length - limit} too long: {length} of {limit}."


def mistakes(draft: Draft) -> Iterator[Problem]:
    """What can't be kept even as a draft."""
    if not draft.heading:
        yield "text", "Write a title or a text first."
    if draft.poll and not (draft.poll.question.strip() and all(draft.poll.options)):
        yield "poll", "A poll needs a question, and words for each answer."
    elif draft.poll and len(set(draft.poll.options)) < max(2, len(draft.poll.options)):
        yield "poll", "A poll needs at least two answers, each another."
    if draft.link and not _ADDRESS.fullmatch(draft.link):
        yield "link", "Give the whole address, beginning with https:// or http://."
    if draft.local is None:
        if draft.rrule:
            yield "date", "Say when the first one goes out: a date and a time."
        return
    try:
        zone_info(draft.zone)
    except InvalidInput as unknown:
        yield from (("zone", it) for it in unknown.problems)
        return
    try:
        resolve(draft.local, draft.zone)
        if draft.rule:
            check(draft.rule)
    except InvalidInput as wrong:
        yield from (("repeat" if draft.rrule else "date", it) for it in wrong.problems)


def gaps(draft: Draft, now: datetime) -> Iterator[Problem]:
    """What is missing before it can go out."""
    if not draft.text.strip() and not draft.media and not draft.poll:
        yield "text", _NOTHING
    if not draft.channel_ids:
        yield "channels", "Choose at least one channel."
    can_be = not any(name in {"date", "repeat", "zone"} for name, _ in mistakes(draft))
    if draft.local is None:
        yield "date", "Say when it goes out: a date and a time."
    elif draft.rule:
        if can_be and not _ahead(draft.rule, now):
            yield "date", "None of its dates lies ahead."
    elif can_be and resolve(draft.local, draft.zone).at < now - GRACE:
        yield "date", "That time has passed. Choose a later one, or publish it now."


def _ahead(rule: Rule, now: datetime) -> bool:
    return bool(occurrences(rule, after=now - GRACE, until=now + _FAR, limit=1))

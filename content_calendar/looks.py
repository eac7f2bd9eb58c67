"""What a post will look like, network by network. Pure: templates draw it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.networks import Capabilities, Content, Count, Media
from content_calendar.draft import Draft
from content_calendar.saying import Crop, content

_LINK = re.compile(r"(https?://[^\s<>\"]+)", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a text. ``kind``: plain, link, or over (what is too much for the network)."""

    text: str
    kind: str = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A post on one network, in those of its channels that were chosen."""

    network: str
    channels: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    length: int = 0
    limit: int = 0
    content: Content = field(default_factory=lambda: Content(text=""))
    first_comment: str = ""
    crops: Mapping[str, Crop] = field(default_factory=dict)  # asked for, by SHA-256

    @property
    def over(self) -> int:
        return max(self.length - self.limit, 0) if self.limit else 0

    @property
    def pictures(self) -> Sequence[Media]:
        return [it for it in self.content.media if it.type.startswith("image/")]

    @property
    def films(self) -> int:
        return len(self.content.media) - len(self.pictures)

    @property
    def link(self) -> str:
        """The address whose preview is shown: only where a post has no pictures of its own."""
        found = _LINK.search(self.content.text)
        return "" if self.content.media else self.content.link or (found[0] if found else "")


def looks(
    draft: Draft, places: Iterable[tuple[str, str]], limits: Mapping[str, Capabilities]
) -> list[Look]:
    """One for each network; ``places``: network and name of each chosen channel."""
    by_network: dict[str, list[str]] = {}
    for network, name in places:
        by_network.setdefault(network, []).append(name)
    return [
        look(draft, network, names, limits.get(network)) for network, names in by_network.items()
    ]


def look(draft: Draft, network: str, names: Iterable[str], can: Capabilities | None) -> Look:
    said = content(draft, network)
    limit = can.limit_of(media=bool(said.media), poll=bool(said.poll)) if can else 0
    count = can.count if can else Count.CODE_POINTS
    return Look(
        network=network,
        channels=tuple(names),
        parts=tuple(parts(said.text, count, limit)),
        length=count.of(said.text),
        limit=limit,
        content=said,
        first_comment=draft.first_comment,
        crops={
            digest: by_network[network]
            for digest, by_network in draft.crops.items()
            if network in by_network
        },
    )


def parts(text: str, count: Count, limit: int) -> Iterable[Part]:
    fits = head(text, count, limit) if limit else text
    for at, piece in enumerate(_LINK.split(fits)):
        if piece:
            yield Part(text=piece, kind="link" if at % 2 else "plain")
    if len(fits) < len(text):
        yield Part(text=text[len(fits) :], kind="over")


def head(text: str, count: Count, limit: int) -> str:
    """As much of the text as the network takes, cut between signs."""
    if count.of(text) <= limit:
        return text
    low, high = 0, len(text)
    while low < high:  # what a longer beginning counts is never less
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count.of(text[:middle]) <= limit else (low, middle - 1)
    return text[:low]

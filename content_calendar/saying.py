"""What a post says, network by network. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.networks import Content, Media, Poll

PREFIX = "media:"

RATIOS = {"1:1": (1, 1), "4:5": (4, 5), "1.91:1": (191, 100), "16:9": (16, 9)}
"""Shapes that feeds show whole: square, upright, wide, and as wide as the preview of a link."""

LONGEST_POLL = 14 * 24
"""Hours. Networks that take less say so, or end it earlier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """How one network gets a picture: a shape of `RATIOS` around the point that matters, in
    hundredths from the left and the top. ``made``: the SHA-256 of the picture so cut."""

    ratio: str
    x: int = 50
    y: int = 50
    made: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """A poll, and the networks on which it is asked in words."""

    question: str
    options: tuple[str, ...]
    multiple: bool = False
    hours: int = 24
    in_words: tuple[str, ...] = ()

    @property
    def poll(self) -> Poll:
        return Poll(
            question=self.question, options=self.options, multiple=self.multiple, hours=self.hours
        )

    @property
    def words(self) -> str:
        """The same for networks that show none: people answer with a number."""
        answers = [f"{number}. {option}" for number, option in enumerate(self.options, 1)]
        return "\n".join([self.question, *answers])


class Said(Protocol):
    """What a draft and a post have in common; a post holds JSON where a draft has our types."""

    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def overrides(self) -> Mapping[str, str]: ...
    @property
    def media(self) -> Sequence[Any]: ...
    @property
    def crops(self) -> Mapping[str, Mapping[str, Any]]: ...
    @property
    def poll(self) -> Any: ...
    @property
    def link(self) -> str: ...


def content(said: Said, network: str) -> Content:
    """What goes out on that network."""
    text, ballot = said.overrides.get(network) or said.text, ballot_of(said.poll)
    if ballot and network in ballot.in_words:
        text, ballot = f"{text}\n\n{ballot.words}".strip(), None
    return Content(
        text=text,
        title=said.title,
        media=tuple(_as_cut(it, said.crops, network) for it in said.media),
        poll=ballot.poll if ballot else None,
        link=said.link,
    )


def ballot_of(poll: Any) -> Ballot | None:
    """As `Post.poll` stores it, or as it is."""
    if not poll or isinstance(poll, Ballot):
        return poll or None
    lists = {name: tuple(poll.get(name, ())) for name in ("options", "in_words")}
    return Ballot(**{**poll, **lists})


def crops_of(stored: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Crop]]:
    """As `Post.crops` stores them, or as they are."""
    return {
        digest: {
            network: it if isinstance(it, Crop) else Crop(**it)
            for network, it in by_network.items()
        }
        for digest, by_network in stored.items()
    }


def _as_cut(stored: Any, crops: Mapping[str, Mapping[str, Any]], network: str) -> Media:
    media = stored if isinstance(stored, Media) else Media(**stored)
    crop = crops_of(crops).get(media.url.removeprefix(PREFIX), {}).get(network)
    if crop is None or not crop.made:
        return media
    return Media(url=PREFIX + crop.made, type=media.type, alt=media.alt)


class Whole(Said, Protocol):
    """All that an approver agrees to, beside when it is said."""

    @property
    def first_comment(self) -> str: ...
    @property
    def channel_ids(self) -> Sequence[Any]: ...
    @property
    def rrule(self) -> str: ...


def fingerprint(draft: Whole) -> str:
    """The same as long as the same is said in the same places: what was approved, in short.

    Another time, title, campaign or label asks nobody again; a rhythm does, for it says it again.
    """
    networks = sorted({*draft.overrides, *(net for it in draft.crops.values() for net in it)})
    ballot = ballot_of(draft.poll)
    said = [
        [content(draft, network).to_json() | {"title": ""} for network in ["", *networks]],
        [draft.first_comment, sorted(str(each) for each in draft.channel_ids), draft.rrule],
        sorted(ballot.in_words) if ballot else [],
    ]
    text = json.dumps(said, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

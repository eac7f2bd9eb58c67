"""What a network can do, so that everything can be checked before it is sent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

import regex

from bot.networks.content import Content, Poll
from bot.networks.sending import Action

_GRAPHEME = regex.compile(r"\X")


class Count(StrEnum):
    """What a network counts when it limits a text."""

    CODE_POINTS = "code_points"
    UTF16 = "utf16"
    GRAPHEMES = "graphemes"
    BYTES = "bytes"

    def of(self, text: str) -> int:
        match self:
            case Count.CODE_POINTS:
                return len(text)
            case Count.UTF16:
                return len(text.encode("utf-16-le", "replace")) // 2
            case Count.GRAPHEMES:
                return sum(1 for _ in _GRAPHEME.finditer(text))
            case Count.BYTES:
                return len(text.encode("utf-8", "replace"))


class Settle(StrEnum):
    """How a send whose outcome is unknown is settled on this network."""

    RESEND = "resend"  # the same key again gives the first receipt, never a second message
    READ_BACK = "read_back"  # the network can be searched for what we sent
    ASK = "ask"  # only a person can tell


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaLimits:
    """What a file may be. ``bytes``: the most by type (``image/jpeg``); a type that is not there
    is not taken. ``side``: the longest side of a picture in pixels, 0: any."""

    bytes: Mapping[str, int] = field(default_factory=dict)
    side: int = 0
    alt: bool = True  # alternative texts are carried


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """When one may write to a person in private, in the network's own rules.

    ``first``: we may begin; else only who has written to us in private can be written to.
    ``open_for``: for so long after their last private message; None: for ever. ``once_within``: a
    public comment may be answered in private once, within so long; None: not at all.
    """

    first: bool = True
    open_for: timedelta | None = None
    once_within: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """Limits in the network's own units; 0 means that it can't be done there at all."""

    text_limit: int
    count: Count = Count.CODE_POINTS
    media_limit: int = 0
    button_limit: int = 0
    threads: bool = True
    publishes: bool = True  # has places where posts for everybody can appear
    settle: Settle = Settle.ASK
    media: MediaLimits = MediaLimits()
    caption_limit: int = 0  # of the text below pictures, where it is another than ``text_limit``
    poll_options: int = 0
    title_limit: int = 0  # 0: titles are not shown
    threads_open: bool = False  # a thread has to be opened under a post before one can talk there
    actions: frozenset[Action] = frozenset({Action.PUBLISH, Action.REPLY, Action.DIRECT})
    windows: Windows = Windows()
    hears: bool = True  # what is answered there reaches us
    tags: bool = False  # an answer brings back `Content.tag`, as its event's ``data["tag"]``

    poll_question: int = 0  # the longest, in ``count``; 0: any
    poll_option: int = 0
    poll_text_limit: int = 0  # of the text above a poll, where it is another than ``text_limit``
    poll_media: bool = True  # pictures may stand beside a poll

    def problems(self, content: Content) -> tuple[str, ...]:
        """Every reason why this can't be sent there as it is, as sentences; empty when it can."""
        return tuple(sentence for _, sentence in self.faults(content))

    def limit_of(self, *, media: bool, poll: bool) -> int:
        """How long the text may be beside what comes with it."""
        if poll and self.poll_text_limit:
            return self.poll_text_limit
        return self.caption_limit if media and self.caption_limit else self.text_limit

    def faults(self, content: Content) -> Iterator[tuple[str, str]]:
        """`problems`, each with what it is about: text, media, buttons or poll."""
        length = self.count.of(content.text)
        limit = self.limit_of(media=bool(content.media), poll=content.poll is not None)
        if not content.text.strip() and not content.media and not content.poll:
            yield "text", "There is nothing to say yet: write a text."
        if length > limit:
            yield "text", f"The text is {length - limit} too long: {length} of {limit}."
        if len(content.media) > self.media_limit:
            yield (
                "media",
                f"Only {self.media_limit} pictures fit here, not {len(content.media)}."
                if self.media_limit
                else "Pictures can't be shown here.",
            )
        if len(content.buttons) > self.button_limit:
            yield "buttons", f"Only {self.button_limit} quick replies fit here."
        if content.poll:
            yield from (("poll", it) for it in self._poll_problems(content.poll))
            if content.media and self.poll_options and not self.poll_media:
                yield "poll", "Pictures can't stand beside a poll here: leave one of them away."

    def _poll_problems(self, poll: Poll) -> Iterator[str]:
        if not self.poll_options:
            yield "Polls can't be shown here: ask, and let people answer in words."
            return
        if not 2 <= len(poll.options) <= self.poll_options:
            yield f"A poll needs 2 to {self.poll_options} answers, not {len(poll.options)}."
        if self.poll_question and (over := self.count.of(poll.question) - self.poll_question) > 0:
            yield f"The question is {over} too long: at most {self.poll_question}."
        longest = max(map(self.count.of, poll.options), default=0)
        if self.poll_option and longest > self.poll_option:
            yield f"An answer is {longest - self.poll_option} too long: at most {self.poll_option}."

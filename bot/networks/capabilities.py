"""What a network can do, so that everything can be checked before it is sent."""

from dataclasses import dataclass
from enum import StrEnum

import regex

from bot.networks.content import Content

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
class Capabilities:
    """Limits in the network's own units; 0 means that it can't be done there at all."""

    text_limit: int
    count: Count = Count.CODE_POINTS
    media_limit: int = 0
    button_limit: int = 0
    threads: bool = True
    publishes: bool = True  # has places where posts for everybody can appear
    settle: Settle = Settle.ASK

    def problems(self, content: Content) -> tuple[str, ...]:
        """Every reason why this can't be sent there as it is, as sentences; empty when it can."""
        found = []
        length = self.count.of(content.text)
        if not content.text.strip() and not content.media:
            found.append("There is nothing to say yet: write a text.")
        if length > self.text_limit:
            found.append(
                f"The text is {length - self.text_limit} too long: {length} of {self.text_limit}."
            )
        if len(content.media) > self.media_limit:
            found.append(
                f"Only {self.media_limit} pictures fit here, not {len(content.media)}."
                if self.media_limit
                else "Pictures can't be shown here."
            )
        if len(content.buttons) > self.button_limit:
            found.append(f"Only {self.button_limit} quick replies fit here.")
        return tuple(found)

"""What is said, before any network has shaped it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture or film, by address; ``alt`` is read out to those who can't see it."""

    url: str
    type: str
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A quick reply: pressing it says ``value`` to us. At most 64 bytes (Telegram's limit)."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Plain text with ``title`` (subject of a mail, name of a thread), media and quick replies.

    Whoever sends it sees to it that it stays plain: people's words may be in it, and "@everyone"
    or a network's markup in them must mention nobody and shape nothing.
    """

    text: str
    title: str = ""
    media: tuple[Media, ...] = ()
    buttons: tuple[Button, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "title": self.title,
            "media": [{"url": m.url, "type": m.type, "alt": m.alt} for m in self.media],
            "buttons": [{"label": b.label, "value": b.value} for b in self.buttons],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Content":
        return cls(
            text=data["text"],
            title=data.get("title", ""),
            media=tuple(Media(**m) for m in data.get("media", ())),
            buttons=tuple(Button(**b) for b in data.get("buttons", ())),
        )

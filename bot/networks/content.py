"""What is said, before any network has shaped it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture or film, by address; ``alt`` is read out to those who can't see it.

    What we send is named by ``media:`` and its SHA-256: `Services.media` gives its bytes. What
    others send keeps the network's own address.
    """

    url: str
    type: str
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A quick reply: pressing it says ``value`` to us. At most 64 bytes (Telegram's limit)."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """A question with answers to choose from, for everybody to see who chose what."""

    question: str
    options: tuple[str, ...]
    multiple: bool = False
    hours: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Plain text with ``title`` (subject of a mail, name of a thread), media and quick replies.

    ``link`` is shown with a preview where the network can; ``tags`` are a forum's own labels;
    ``open_thread``: a place to talk is opened under the post, where threads are not there anyway.
    ``tag``: what an answer to it brings back, where `Capabilities.tags` says that one can; it is
    made as it leaves and never stored.

    Whoever sends it sees to it that it stays plain: people's words may be in it, and "@everyone"
    or a network's markup in them must mention nobody and shape nothing.
    """

    text: str
    title: str = ""
    media: tuple[Media, ...] = ()
    buttons: tuple[Button, ...] = ()
    poll: Poll | None = None
    link: str = ""
    tags: tuple[str, ...] = ()
    open_thread: bool = False
    tag: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "title": self.title,
            "media": [{"url": m.url, "type": m.type, "alt": m.alt} for m in self.media],
            "buttons": [{"label": b.label, "value": b.value} for b in self.buttons],
            "poll": asdict(self.poll) if self.poll else None,
            "link": self.link,
            "tags": list(self.tags),
            "open_thread": self.open_thread,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Content":
        return cls(
            text=data["text"],
            title=data.get("title", ""),
            media=tuple(Media(**m) for m in data.get("media", ())),
            buttons=tuple(Button(**b) for b in data.get("buttons", ())),
            poll=_poll(data.get("poll")),
            link=data.get("link", ""),
            tags=tuple(data.get("tags", ())),
            open_thread=data.get("open_thread", False),
        )


def _poll(data: Mapping[str, Any] | None) -> Poll | None:
    return Poll(**{**data, "options": tuple(data["options"])}) if data else None

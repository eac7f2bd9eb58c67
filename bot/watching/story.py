"""A story: what happened to one thing, in order, for a page, a terminal and programs alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID


class Subject(StrEnum):
    """What an id can be of."""

    MESSAGE = "message"
    EVENT = "event"
    DELIVERY = "delivery"
    POST = "post"
    PUBLICATION = "publication"
    SUGGESTION = "suggestion"
    CASE = "case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened, or that is waited for, as a sentence in the reader's language.

    ``quote``: somebody's exact words; ``hint``: why, or what to do; ``href``: a page of ours or,
    for what was sent, its address there; ``steps``: what it consists of.
    """

    text: str
    at: datetime | None = None
    icon: str = "dot"
    tone: str = "neutral"
    quote: str = ""
    hint: str = ""
    href: str = ""
    steps: Sequence["Step"] = ()

    def as_json(self) -> dict[str, Any]:
        """What there is of it; moments in ISO 8601, UTC."""
        found: dict[str, Any] = {
            "text": self.text,
            "at": self.at and self.at.isoformat(),
            "quote": self.quote,
            "hint": self.hint,
            "href": self.href,
            "steps": [step.as_json() for step in self.steps],
        }
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything about one id. ``href``: the page on which something can be done about it."""

    subjects: Sequence[Subject]
    id: UUID
    title: str
    href: str
    steps: Sequence[Step]

    def as_json(self) -> dict[str, Any]:
        return {
            "is": [subject.value for subject in self.subjects],
            "id": str(self.id),
            "title": self.title,
            "href": self.href,
            "steps": [step.as_json() for step in self.steps],
        }


def seconds(span: timedelta) -> str:
    """ "0.3 s", "12 s", "2 min", "3 h": how long something took."""
    count = max(span.total_seconds(), 0.0)
    if count < 10:
        return f"{count:.1f} s"
    if count < 120:
        return f"{count:.0f} s"
    return f"{count / 60:.0f} min" if count < 7200 else f"{count / 3600:.0f} h"

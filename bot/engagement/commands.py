"""What people may ask of the bot by a word, and finding it in what they say. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.networks import Command, EventKind

COMMANDS: tuple[Command, ...] = (
    Command(
        name="suggest",
        does="Suggest something that should be better",
        words="your idea",
        about_product=True,
    ),
    Command(
        name="ideas",
        does="See what others suggest, and add your voice",
        words="a product",
        about_product=True,
    ),
    Command(name="status", does="See what became of what you said"),
    Command(
        name="mydata",
        does="See, take along or erase what is kept about you",
        words="export or erase",
    ),
    Command(
        name="preferences",
        does="Choose how you are answered",
        words="private, rarely, quiet 22-8, english, stop …",
    ),
    Command(
        name="link",
        does="Be one person on several networks, so that your voice counts once",
        words="the code from your other account",
    ),
    Command(name="unlink", does="Let your accounts stand alone again"),
    Command(name="help", does="What this bot can do, and how to reach a person"),
    Command(name="start", does="Begin"),
)

_NAMES = "|".join(command.name for command in COMMANDS)
# "@name": in groups people say which bot they mean.
_TYPED = re.compile(rf"\s*/({_NAMES})(?:@\w+)?(?:\s+|$)", re.IGNORECASE)
# What a button of ours says, by what stands before its colon.
_PRESSED = {"voice": "ideas", "erase": "mydata", "prefer": "preferences", "link": "link"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command and its words, which begin at ``start`` of the text. ``chosen``: what a button of
    ours stands for."""

    name: str
    words: str = ""
    start: int = 0
    chosen: str = ""

    @property
    def erases(self) -> bool:
        """Whether it may end in erasing everything about who says it."""
        return self.name == "mydata" and self.words.casefold().startswith(("erase", "lösch"))


def asked(kind: EventKind, text: str, data: Mapping[str, Any]) -> Asked | None:
    """The command that an event is: given by the network, typed, or pressed as a button."""
    match kind:
        case EventKind.COMMAND:
            name = str(data.get("command", "")).casefold().lstrip("/")
            known = any(name == command.name for command in COMMANDS)
            return Asked(name=name, words=text.strip()) if known else None
        case EventKind.MESSAGE if found := _TYPED.match(text):
            words = text[found.end() :].rstrip()
            return Asked(name=found[1].casefold(), words=words, start=found.end())
        case EventKind.BUTTON:
            what, _, chosen = str(data.get("value", "")).partition(":")
            if what in _PRESSED and chosen:
                words = "erase" if what == "erase" else ""
                return Asked(name=_PRESSED[what], words=words, chosen=chosen)
    return None

"""The labelled corpus that ships with Hubbub; its form and its making: corpus/DATASHEET.md."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from bot.errors import InvalidInput
from bot.understanding.kinds import Facet, Kind, Topic

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl")
_KINDS = {
    "sugg": Kind.SUGGESTION, "prob": Kind.PROBLEM, "wish": Kind.WISH, "ques": Kind.QUESTION,
    "praise": Kind.PRAISE, "deliv": Kind.DELIVERY, "bot": Kind.ABOUT_BOT, "chat": Kind.CHATTER,
}  # fmt: skip
_FACETS = {
    "q": Facet.QUALITY, "u": Facet.USEFULNESS, "i": Facet.IMPROVEMENT, None: Facet.NONE
}  # fmt: skip
_TOPICS = {
    "store": Topic.STORE, "web": Topic.WEB, "service": Topic.SERVICE, "deliv": Topic.DELIVERY,
    None: Topic.PRODUCT,
}  # fmt: skip
_LABEL = re.compile(rf"({'|'.join(_KINDS)})(?:\.([qui]))?([+0-])(?:@(store|web|service|deliv))?")
_SPAN = re.compile(r"\{([^{}|]*)\|([^{}]*)\}")
_TESTED = 20
"""Per cent of the sources of ideas that nobody tunes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What ``text[start:end]`` of an example does. ``feeling``: -1, 0 or 1."""

    start: int
    end: int
    kind: Kind
    facet: Facet
    feeling: int
    topic: Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One message. ``idea`` names the matter it was written about: no idea is in two splits."""

    text: str
    language: str
    post: str | None
    idea: str
    trade: str
    spans: tuple[Span, ...]

    @property
    def tested(self) -> bool:
        """Whether it belongs to the split that nobody tunes on."""
        return int(sha256(self.idea.encode()).hexdigest()[:8], 16) % 100 < _TESTED

    @property
    def kinds(self) -> frozenset[Kind]:
        """What the message does; CHATTER where it does nothing else."""
        told = frozenset(span.kind for span in self.spans) - {Kind.CHATTER}
        return told or frozenset({Kind.CHATTER})


def corpus() -> list[Example]:
    """All examples, in the order of their files. `InvalidInput` names the line that is broken."""
    return [example for path in _files() for example in read(path.name, path.read_text("utf-8"))]


def fingerprint() -> str:
    """SHA-256 over the corpus, for model cards."""
    found = sha256()
    for path in _files():
        found.update(path.read_bytes())
    return found.hexdigest()


def _files() -> list[Traversable]:
    folder = files("bot.understanding").joinpath("corpus")
    found = (path for path in folder.iterdir() if path.name.endswith(".txt"))
    return sorted(found, key=lambda path: path.name)


def read(name: str, text: str) -> Iterator[Example]:
    """The examples of one file. `InvalidInput` names the line that is broken."""
    trade, idea, post = re.sub(r"(-\d+)?\.txt$", "", name), "", None
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#") or not line.strip():
            continue
        if line.startswith("= "):
            idea, post = f"{name}:{line[2:].strip()}", None
        elif line.startswith(">"):
            post = line[1:].strip() or None
        else:
            language, _, labelled = line.partition("|")
            if language not in LANGUAGES or not labelled.strip() or not idea:
                raise InvalidInput(f"{name}, line {number}: “{line[:60]}” is no labelled message.")
            plain, spans = _spans(labelled.strip(), f"{name}, line {number}")
            yield Example(
                text=plain, language=language, post=post, idea=idea, trade=trade, spans=spans
            )


def _spans(labelled: str, where: str) -> tuple[str, tuple[Span, ...]]:
    plain, spans, at = "", [], 0
    for found in _SPAN.finditer(labelled):
        label = _LABEL.fullmatch(found[1])
        if label is None:
            raise InvalidInput(f"{where}: “{found[1]}” is no label.")
        kind, facet, feeling, topic = label.groups()
        plain += labelled[at : found.start()]
        spans.append(
            Span(
                start=len(plain),
                end=len(plain) + len(found[2]),
                kind=_KINDS[kind],
                facet=_FACETS[facet],
                feeling={"+": 1, "0": 0, "-": -1}[feeling],
                topic=Topic.DELIVERY if kind == "deliv" else _TOPICS[topic],
            )
        )
        plain += found[2]
        at = found.end()
    return plain + labelled[at:], tuple(spans)

"""The words by which a partner decides in a mail or a chat, in English and German. Pure.

Only a line that is nothing but such words counts, because what it leads to is told to people: a
word alone, a word with a colon and more, or a promise with its day. Everything else is a note.
"""

import re
from dataclasses import dataclass
from datetime import date

from bot.suppliers.models import Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An act, and what the people are to hear."""

    act: Act
    text: str = ""
    promised_for: date | None = None


_KEYWORDS: dict[Act, str] = {
    Act.ACKNOWLEDGE: "seen acknowledge acknowledged gesehen bestätigt",
    Act.ACCEPT: "accept accepted annehmen angenommen",
    Act.DECLINE: "decline declined ablehnen abgelehnt",
    Act.ASK: "ask question fragen frage rückfrage",
    Act.PROMISE: "promise promised zusagen zugesagt versprechen",
    Act.DELIVER: "done delivered erledigt fertig geliefert",
}
_ACT = {word: act for act, words in _KEYWORDS.items() for word in words.split()}
_WORD = re.compile(rf"({'|'.join(_ACT)})\b[ \t]*(.*)", re.IGNORECASE)
# 2027-03-01, 1.3.2027, 01. 03. 2027; in front "by", "for", "on", "bis", "zum", "am".
_DAY = re.compile(
    r"(?:(?:by|for|on|bis|zum|am|bis zum)\s+)?"
    r"(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}))\b[ \t]*(.*)",
    re.IGNORECASE | re.ASCII,
)
_AFTER = (":", "–", "—")
_END = frozenset({"", ".", "!", "…"})
# So much of a message is looked at.
_MOST = 20_000
# Acts that are nothing without words: those may begin below the line.
_NEEDS_WORDS = {Act.ASK, Act.DECLINE}


def read(text: str) -> Said | None:
    """What the first line says, with the rest of its paragraph; None where it is no such word."""
    lines = text[:_MOST].strip().splitlines()
    found = _WORD.fullmatch(lines[0].strip().strip("*_ ")) if lines else None
    if found is None:
        return None
    act, rest = _ACT[found[1].casefold()], found[2].strip()
    day = None
    if act is Act.PROMISE:
        day, rest = _day_in(rest)
    if rest in _END:
        words = _paragraph(lines[1:]) if act in _NEEDS_WORDS else ""
        return Said(act=act, text=words, promised_for=day)
    if not rest.startswith(_AFTER):
        return None
    words = rest[1:].strip()
    if act is Act.PROMISE and day is None:
        day, words = _day_in(words)
        words = words.lstrip(".:–— ")
    more = (
        _paragraph(lines[1:], skip=not words and act in _NEEDS_WORDS)
        if _goes_on(act, words)
        else ""
    )
    return Said(act=act, text=f"{words}\n{more}".strip(), promised_for=day)


def _goes_on(act: Act, words: str) -> bool:
    """Whether the lines below belong to it: a name below "Accept:" is no message to people."""
    return bool(words) or act in _NEEDS_WORDS


def _day_in(text: str) -> tuple[date | None, str]:
    """The day that the text begins with, and what follows it."""
    found = _DAY.fullmatch(text.removeprefix(":").strip())
    if found is None:
        return None, text
    year, month, day = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
    try:
        return date(int(year), int(month), int(day)), found[7].strip()
    except ValueError:
        return None, text


def _paragraph(lines: list[str], *, skip: bool = True) -> str:
    """The next lines up to an empty one; ``skip``: empty ones before it."""
    found: list[str] = []
    for line in lines:
        if line.strip():
            found.append(line.strip())
        elif found or not skip:
            break
    return "\n".join(found)

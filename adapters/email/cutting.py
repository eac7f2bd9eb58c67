"""What somebody wrote in a mail, without what they quote and how they sign. Pure, line by line.

Libraries do this by long patterns over the whole text: a text can be made to keep those busy, and a
polite word in the middle of a sentence cuts it. An answer to a letter of ours needs less.
"""

import re

# Programs put one of these above what they quote; the first two may be broken over two lines.
_WROTE = re.compile(
    r"(?:on|am|le) .{4,200}(?:wrote|schrieb|a écrit).{0,120}:|.{3,120}(?:wrote|schrieb):",
    re.IGNORECASE,
)
_DIVIDER = re.compile(
    r"[-_ ]*(?:original message|ursprüngliche nachricht|weitergeleitete nachricht"
    r"|forwarded message|begin forwarded message)[-_: ]*|_{20,}|-{20,}",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"\**(?:from|sent|to|subject|date|von|gesendet|an|betreff|datum):\** ?.*", re.IGNORECASE
)
_GREETING = re.compile(
    r"(?:(?:with )?(?:best|kind|warm)(?:est)? (?:regards|wishes)|regards|sincerely|cheers"
    r"|mit (?:freundlichen|besten|herzlichen|lieben) grü(?:ß|ss)en"
    r"|(?:freundliche|beste|viele|liebe|schöne|herzliche) grü(?:ß|ss)e|mfg|lg|vg"
    r"|(?:sent|get outlook|gesendet|von meinem) (?:from|for|von|iphone).{0,60})[,.! ]*",
    re.IGNORECASE,
)
_LONGEST = 500  # of a line that may be such a mark; what is longer was written by a person


def answer_in(text: str) -> str:
    """Also where it stands below the quote, as some write it."""
    kept: list[str] = []
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    for at, line in enumerate(lines):
        mark = line.strip()
        if mark.startswith(">"):
            continue
        if len(mark) < _LONGEST:
            if line in {"-- ", "--"} or mark == "--" or _GREETING.fullmatch(mark):
                break
            if _DIVIDER.fullmatch(mark) or _is_head(lines, at):
                break
            if _introduces(lines, at) or (at and _introduces(lines, at - 1, only_two=True)):
                continue
        kept.append(line)
    return "\n".join(kept).strip()


def _is_head(lines: list[str], at: int) -> bool:
    """Two lines of a mail's head, one below the other: Outlook's way to quote."""
    following = lines[at + 1].strip() if at + 1 < len(lines) else ""
    return all(
        len(one) < _LONGEST and _HEAD.fullmatch(one) is not None
        for one in (lines[at].strip(), following)
    )


def _introduces(lines: list[str], at: int, *, only_two: bool = False) -> bool:
    """Whether this line, or it and the next, say who wrote what is quoted below."""
    here = lines[at].strip()
    following = lines[at + 1].strip() if at + 1 < len(lines) else ""
    both = f"{here} {following}"
    if _WROTE.fullmatch(here) and _quotes_below(lines, at + 1):
        return not only_two
    return len(both) < _LONGEST and bool(_WROTE.fullmatch(both)) and _quotes_below(lines, at + 2)


def _quotes_below(lines: list[str], at: int) -> bool:
    """The next line that says anything is a quote, or there is none."""
    for line in lines[at : at + 3]:
        if line.strip():
            return line.lstrip().startswith(">")
    return True

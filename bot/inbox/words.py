"""How what people said is shown: the telling words marked, bytes made readable. Pure."""

from collections.abc import Iterable

from bot.understanding import Kind

# A piece of a text, and whether it is marked.
Piece = tuple[str, bool]
Span = tuple[int, int]

_SHOWN, _BEFORE = 400, 60  # characters of a message in a list; of them before the first mark
_CUT = "…"

# Of these there is nothing to act on: marked, they would hide what there is.
_UNMARKED = frozenset({Kind.CHATTER, Kind.PRAISE})


def telling(kind: Kind, start: int, end: int) -> list[Span]:
    """The signal's own words, where somebody should act on them."""
    return [] if kind in _UNMARKED else [(start, end)]


def pieces(text: str, spans: Iterable[Span]) -> list[Piece]:
    """The text cut where marks begin and end; marks that overlap become one."""
    found: list[Piece] = []
    done = 0
    for start, end in sorted(spans):
        start, end = max(start, done), min(end, len(text))
        if start < end:
            found += [(text[done:start], False), (text[start:end], True)]
            done = end
    return [piece for piece in [*found, (text[done:], False)] if piece[0]]


def snippet(text: str, spans: Iterable[Span]) -> list[Piece]:
    """Its beginning, or where that is far from the first mark, the mark's surroundings."""
    spans = sorted(spans)
    first = spans[0][0] if spans else 0
    cut = first - _BEFORE if first > 2 * _BEFORE else 0
    shown = pieces(text[cut : cut + _SHOWN], ((a - cut, b - cut) for a, b in spans))
    head = [(_CUT, False)] if cut else []
    tail = [(_CUT, False)] if len(text) > cut + _SHOWN else []
    return [*head, *shown, *tail]


def readable(raw: bytes) -> str:
    """The bytes as text, with what no text holds written out."""
    text = raw.decode("utf-8", "backslashreplace")
    return "".join(
        char if char.isprintable() or char in "\n\t" else char.encode("unicode_escape").decode()
        for char in text
    )

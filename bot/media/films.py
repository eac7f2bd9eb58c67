"""Films by their container: what they are, whether they are whole, and without places. Pure.

MP4 is boxes of a size, a name and a content (ISO/IEC 14496-12, 4.2); WebM is EBML elements
(RFC 8794). Nothing is decoded here: the networks do that.
"""

from collections.abc import Iterator
from typing import NamedTuple

from bot.errors import InvalidInput

MP4, WEBM = "video/mp4", "video/webm"
_BROKEN = "The film is damaged or not whole. Save it again and try once more."
_MATROSKA = "This is a Matroska film, which no network takes. Save it as MP4 or WebM."
_QUICKTIME = "This is a QuickTime film, which not every network takes. Save it as MP4."
_EBML, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"
_MOST_BOXES = 10_000
# Where cameras and phones write down where and by whom it was filmed, and what holds such boxes.
_TELLING, _HOLDING = {b"udta", b"meta", b"uuid"}, {b"moov", b"trak"}


class _Box(NamedTuple):
    name: bytes
    start: int
    content: int  # where it begins
    end: int


def film_type(data: bytes) -> str:
    """`MP4` or `WEBM`, or nothing. Raises `InvalidInput` for one that is cut off or of no use."""
    if data[4:8] == b"ftyp":
        if data[8:12] == b"qt  ":
            raise InvalidInput(fields={"media": _QUICKTIME})
        if b"moov" not in {box.name for box in _boxes(data, 0, len(data))}:
            raise InvalidInput(fields={"media": _BROKEN})
        return MP4
    if data.startswith(_EBML):
        _check_webm(data)
        return WEBM
    return ""


def without_places(data: bytes, type: str) -> bytes:
    """An MP4 whose boxes about place and person are empty. Sizes stay, so nothing else moves."""
    if type != MP4:
        return data
    cleaned = bytearray(data)
    todo = [(0, len(data))]
    while todo:
        for box in _boxes(data, *todo.pop()):
            if box.name in _TELLING:
                cleaned[box.start + 4 : box.start + 8] = b"free"
                cleaned[box.content : box.end] = bytes(box.end - box.content)
            elif box.name in _HOLDING:
                todo.append((box.content, box.end))
    return bytes(cleaned)


def _boxes(data: bytes, at: int, end: int) -> Iterator[_Box]:
    """The boxes that stand there. Raises `InvalidInput` where one goes on beyond the end."""
    for _ in range(_MOST_BOXES):
        if at >= end:
            return
        size, content = int.from_bytes(data[at : at + 4]), at + 8
        if size == 1:
            size, content = int.from_bytes(data[at + 8 : at + 16]), at + 16
        upto = end if size == 0 else at + size
        if upto < content or upto > end:
            raise InvalidInput(fields={"media": _BROKEN})
        yield _Box(data[at + 4 : at + 8], at, content, upto)
        at = upto
    raise InvalidInput(fields={"media": _BROKEN})


def _check_webm(data: bytes) -> None:
    """A header that says WebM, then a segment that is all there, or of unknown length."""
    length, start = _length(data, 4)
    end = start + (length or 0)
    if b"\x42\x82\x84webm" not in data[start : min(end, start + 1_000)]:
        raise InvalidInput(fields={"media": _MATROSKA})
    if data[end : end + 4] != _SEGMENT:
        raise InvalidInput(fields={"media": _BROKEN})
    length, start = _length(data, end + 4)
    if length is not None and start + length > len(data):
        raise InvalidInput(fields={"media": _BROKEN})


def _length(data: bytes, at: int) -> tuple[int | None, int]:
    """A length as EBML writes it (RFC 8794, 4), None where it is unknown, and what comes after."""
    first = data[at] if at < len(data) else 0
    width = 9 - first.bit_length()
    if width > 8 or at + width > len(data):
        raise InvalidInput(fields={"media": _BROKEN})
    value = int.from_bytes(data[at : at + width]) & ((1 << 7 * width) - 1)
    return (None if value == (1 << 7 * width) - 1 else value), at + width

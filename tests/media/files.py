"""Pictures and films for tests, made on the spot."""

import io
import struct
import zlib
from typing import Any

from PIL import Image


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), **how: Any) -> bytes:
    """A picture with something on it, so that it has details."""
    mode = "RGBA" if kind in {"PNG", "WEBP"} else "RGB"
    image = Image.effect_noise(size, 80).convert(mode)
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def moving(kind: str = "GIF", frames: int = 3, size: tuple[int, int] = (40, 30)) -> bytes:
    images = [Image.new("RGB", size, (number * 7 % 256, 90, 60)) for number in range(frames)]
    out = io.BytesIO()
    images[0].save(out, kind, save_all=True, append_images=images[1:], duration=50)
    return out.getvalue()


def png_of(width: int, height: int, pixels: bytes, text: bytes = b"") -> bytes:
    """A PNG that says it is so large, whatever is in it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    said = [(b"zTXt", b"Comment\0\0" + zlib.compress(text))] if text else []
    chunks = [(b"IHDR", head), *said, (b"IDAT", zlib.compress(pixels)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def box(name: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I", 8 + len(body)) + name + body


def mp4(*, place: bytes = b"+52.5200+013.4050/", brand: bytes = b"isom") -> bytes:
    """The boxes of a film, without a film in it."""
    telling = box(b"udta", box(b"\xa9xyz", place))
    return (
        box(b"ftyp", brand, bytes(4), b"isommp42")
        + box(b"moov", box(b"mvhd", bytes(100)), box(b"trak", telling), telling)
        + box(b"mdat", b"frames" * 50)
    )


def webm() -> bytes:
    head = b"\x42\x82\x84webm"
    body = b"\x15\x49\xa9\x66\x80"
    return (
        b"\x1a\x45\xdf\xa3" + bytes((0x80 | len(head),)) + head
        + b"\x18\x53\x80\x67" + bytes((0x80 | len(body),)) + body
    )  # fmt: skip

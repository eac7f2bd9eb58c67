"""What a file is, by its content: neither its name nor what its sender says is believed."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.errors import InvalidInput

LARGEST = 50_000_000  # bytes; docs/decisions/0009
MOST_PIXELS = 40_000_000  # 160 MB once decoded: a photograph of 40 megapixels still passes
LONGEST_SIDE = 16_000  # pixels
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
_QUALITY = 90

# https://www.rfc-editor.org/rfc/rfc8794 (EBML), and the brands of https://mp4ra.org
_EBML, _WEBM = b"\x1a\x45\xdf\xa3", b"webm"
_MP4_BRANDS = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ")

NOT_TAKEN = "This is no picture or film that can be used: take JPEG, PNG, GIF, WebP, MP4 or WebM."
_TOO_LARGE = f"The file is too large: at most {LARGEST // 1_000_000} MB."
_TOO_MANY_PIXELS = (
    f"The picture is too large: at most {MOST_PIXELS // 1_000_000} million pixels and "
    f"{LONGEST_SIDE} on a side."
)
_DAMAGED = "The picture is damaged or not whole. Save it again and try once more."
_DAMAGED_FILM = "The film is damaged or not whole. Save it again and try once more."


def clean(data: bytes) -> tuple[bytes, str]:
    """The same picture or film and its type, without what it tells of camera, place and person.

    A film is taken as it is. Raises `InvalidInput` with what to do where it can't be used.
    """
    if len(data) > LARGEST:
        raise InvalidInput(fields={"media": _TOO_LARGE})
    if film := _film(data):
        return data, film
    with decoded(data) as image:
        kind = str(image.format)
        if getattr(image, "n_frames", 1) > 1:  # moving: encoding again would take every frame
            return _without_words(image, kind), _FORMATS[kind]
        return encoded(image, kind), _FORMATS[kind]


@contextmanager
def decoded(data: bytes) -> Iterator[Image.Image]:
    """The picture, its size checked before a pixel of it is made. Raises `InvalidInput`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=list(_FORMATS)) as image:
                width, height = image.size
                if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
                    raise InvalidInput(fields={"media": _TOO_MANY_PIXELS})
                image.load()
                yield image
    except InvalidInput:
        raise
    except UnidentifiedImageError:
        raise InvalidInput(fields={"media": NOT_TAKEN}) from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise InvalidInput(fields={"media": _TOO_MANY_PIXELS}) from None
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError, ArithmeticError):
        raise InvalidInput(fields={"media": _DAMAGED}) from None


def encoded(image: Image.Image, kind: str, quality: int = _QUALITY) -> bytes:
    """Written anew, turned as the camera meant it; nothing beside the pixels is kept."""
    turned = ImageOps.exif_transpose(image)
    if kind == "JPEG" and turned.mode not in {"RGB", "L"}:
        turned = _on_white(turned)
    bare = Image.new(turned.mode, turned.size)
    bare.paste(turned)
    if turned.mode == "P" and (palette := turned.getpalette()):
        bare.putpalette(palette)
    file = io.BytesIO()
    options = {"quality": quality} if kind in {"JPEG", "WEBP"} else {}
    if turned.mode == "P" and "transparency" in turned.info:
        options["transparency"] = turned.info["transparency"]
    bare.save(file, kind, **options)
    return file.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    """JPEG knows no transparency; what is behind would turn black."""
    if image.mode not in {"RGBA", "LA", "PA"} and "transparency" not in image.info:
        return image.convert("RGB")
    above = image.convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, above).convert("RGB")


# So many frames may all together have as many pixels as this.
_MOST_MOVING = 4 * MOST_PIXELS


def _without_words(image: Image.Image, kind: str) -> bytes:
    frames = int(getattr(image, "n_frames", 1))
    if frames * image.width * image.height > _MOST_MOVING:
        raise InvalidInput(fields={"media": _TOO_MANY_PIXELS})
    if kind not in {"GIF", "WEBP"}:
        return encoded(image, kind)
    file = io.BytesIO()
    image.seek(0)
    loop = image.info.get("loop", 0)
    image.save(file, kind, save_all=True, loop=loop, comment=b"", exif=b"", xmp=b"")
    return file.getvalue()


def _film(data: bytes) -> str:
    """Its type by the boxes and headers of its container; empty where it is none."""
    if data[4:8] == b"ftyp" and data[8:12] in _MP4_BRANDS:
        _whole_boxes(data)
        return "video/mp4"
    if data.startswith(_EBML) and _WEBM in data[:64]:
        return "video/webm"
    return ""


def _whole_boxes(data: bytes) -> None:
    """Each box of an MP4 says how long it is: together they are the file, with an index in it."""
    at, names = 0, set()
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if length == 1:
            length = int.from_bytes(data[at + 8 : at + 16], "big")
        elif length == 0:  # to the end
            length = len(data) - at
        names.add(data[at + 4 : at + 8])
        if length < 8:
            break
        at += length
    if at != len(data) or not {b"moov", b"mdat"} <= names:
        raise InvalidInput(fields={"media": _DAMAGED_FILM})

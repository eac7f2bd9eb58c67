"""What a file is, by its content: neither its name nor what its sender says is believed."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.errors import InvalidInput
from bot.media.films import film_type, without_places

LARGEST = 50_000_000  # bytes; docs/decisions/0009
MOST_PIXELS = 40_000_000  # 160 MB once decoded: a photograph of 40 megapixels still passes
LONGEST_SIDE = 16_000  # pixels
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
_QUALITY = 90

NOT_TAKEN = "This is no picture or film that can be used: take JPEG, PNG, GIF, WebP, MP4 or WebM."
_TOO_LARGE = f"The file is too large: at most {LARGEST // 1_000_000} MB."
_TOO_MANY_PIXELS = (
    f"The picture is too large: at most {MOST_PIXELS // 1_000_000} million pixels and "
    f"{LONGEST_SIDE} on a side."
)
_DAMAGED = "The picture is damaged or not whole. Save it again and try once more."

# So many pictures are decoded at once in this process: each may take 160 MB and more.
_room = BoundedSemaphore(2)


def clean(data: bytes) -> tuple[bytes, str]:
    """The same picture or film and its type, without what it tells of camera, place and person.

    Raises `InvalidInput` with what to do where it can't be used.
    """
    if len(data) > LARGEST:
        raise InvalidInput(fields={"media": _TOO_LARGE})
    if film := film_type(data):
        return without_places(data, film), film
    with decoded(data) as image:
        # Phones put several pictures into one JPEG (MPO); the first is the one that is meant.
        kind = "JPEG" if image.format == "MPO" else str(image.format)
        if kind != "JPEG" and getattr(image, "is_animated", False):
            return _without_words(image, kind), _FORMATS[kind]
        return encoded(image, kind), _FORMATS[kind]


@contextmanager
def decoded(data: bytes) -> Iterator[Image.Image]:
    """The picture, its size checked before a pixel of it is made. Raises `InvalidInput`."""
    try:
        with _room, warnings.catch_warnings():
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


# All frames of a moving picture together: each is decoded and written anew.
_MOST_MOVING, _MOST_FRAMES = 25_000_000, 1_000
_TOO_LONG = "This moving picture is too long or too large. Send it as a film (MP4) instead."


def _without_words(image: Image.Image, kind: str) -> bytes:
    _refuse_too_long(image)
    file = io.BytesIO()
    loop = image.info.get("loop", 0)
    image.save(file, kind, save_all=True, loop=loop, comment=b"", exif=b"", xmp=b"")
    return file.getvalue()


def _refuse_too_long(image: Image.Image) -> None:
    """Frame by frame: a file says what it likes about how many there are."""
    most = min(_MOST_FRAMES, _MOST_MOVING // (image.width * image.height))
    try:
        for number in range(1, most + 1):
            image.seek(number)
    except EOFError:
        image.seek(0)
    else:
        raise InvalidInput(fields={"media": _TOO_LONG})

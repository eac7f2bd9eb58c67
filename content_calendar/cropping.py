"""Cutting a picture to a shape, around the point that matters. Pure, and slow: in a thread."""

from bot.errors import InvalidInput
from bot.media.looking import decoded, encoded
from content_calendar.saying import RATIOS, Crop

_KINDS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_STILL = "Only a picture that doesn't move can be cropped: leave this one as it is."

Box = tuple[int, int, int, int]  # left, top, right, bottom, in pixels


def box(width: int, height: int, crop: Crop) -> Box:
    """The largest part of that shape which lies around the point as far as the edges allow."""
    across, down = RATIOS[crop.ratio]
    wide = min(width, height * across // down) or 1
    high = min(height, width * down // across) or 1
    left = min(max(width * crop.x // 100 - wide // 2, 0), width - wide)
    top = min(max(height * crop.y // 100 - high // 2, 0), height - high)
    return left, top, left + wide, top + high


def cut(data: bytes, type: str, crop: Crop) -> bytes:
    """The picture in its own type. Raises `InvalidInput` where it can't be cut."""
    if type not in _KINDS:
        raise InvalidInput(_STILL)
    with decoded(data) as image:
        if getattr(image, "is_animated", False):
            raise InvalidInput(_STILL)
        return encoded(image.crop(box(*image.size, crop)), _KINDS[type])

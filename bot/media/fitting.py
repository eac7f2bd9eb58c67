"""Making a picture fit what a network takes. Pure, and slow: call it in a thread."""

from PIL import Image

from bot.errors import Rejected
from bot.media.looking import decoded, encoded
from bot.networks import MediaFile, MediaLimits

_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/webm": "webm",
}
_KINDS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
# A picture is made smaller and coarser by these steps until it fits.
_STEPS = ((1.0, 90), (1.0, 75), (0.7, 80), (0.5, 75), (0.35, 70), (0.25, 65))


def fit(data: bytes, type: str, limits: MediaLimits, *, name: str, alt: str = "") -> MediaFile:
    """The file as the network takes it: unchanged where it fits, else smaller, else in another
    type. Raises `Rejected` with a sentence for people where that can't be."""
    if type.startswith("video/") or type == "image/gif":
        return _as_it_is(data, type, limits, name, alt)
    most = limits.bytes.get(type, 0)
    with decoded(data) as image:
        fits = not limits.side or max(image.size) <= limits.side
        if fits and len(data) <= most:
            return _file(data, type, name, alt)
        for target in dict.fromkeys((type, "image/jpeg", "image/png", "image/webp")):
            made = _smaller(image, target, limits)
            if made is not None:
                return _file(made, target, name, alt)
    raise Rejected(f"This network takes no {_word(type)}, or only much smaller ones.")


def _smaller(image: Image.Image, type: str, limits: MediaLimits) -> bytes | None:
    most = limits.bytes.get(type, 0)
    if not most or type not in _KINDS:
        return None
    for share, quality in _STEPS:
        side = int(max(image.size) * share)
        smaller = _shrunk(image, min(side, limits.side) if limits.side else side)
        made = encoded(smaller, _KINDS[type], quality)
        if len(made) <= most:
            return made
    return None


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    if max(image.size) <= side:
        return image
    smaller = image.convert("RGBA") if image.mode in {"P", "PA", "LA"} else image.copy()
    smaller.thumbnail((max(side, 1), max(side, 1)))
    return smaller


def _as_it_is(data: bytes, type: str, limits: MediaLimits, name: str, alt: str) -> MediaFile:
    most = limits.bytes.get(type, 0)
    if not most:
        raise Rejected(f"This network takes no {_word(type)}.")
    if len(data) > most:
        raise Rejected(
            f"The {_word(type)} is too large for this network: {len(data) / 1e6:.1f} MB, at most "
            f"{most / 1e6:.1f} MB."
        )
    return _file(data, type, name, alt)


def _file(data: bytes, type: str, name: str, alt: str) -> MediaFile:
    return MediaFile(data=data, type=type, name=f"{name}.{_ENDINGS[type]}", alt=alt)


def _word(type: str) -> str:
    return {"video/mp4": "MP4 film", "video/webm": "WebM film", "image/gif": "GIF"}.get(
        type, "picture of this kind"
    )

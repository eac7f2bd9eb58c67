"""Pictures and films: known by their content, stripped, made to fit, refused in time."""

import io
import struct
import time
import zlib

import pytest
from PIL import Image

from bot.clock import FrozenClock
from bot.db import Database, Writer
from bot.errors import InvalidInput, Rejected
from bot.media.fitting import fit
from bot.media.looking import clean
from bot.media.service import PREFIX, Room, keep
from bot.networks import Media, MediaLimits
from tests.media.files import webm

PLACE = "Rathausplatz 1"


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = PLACE
    exif[0x0112] = 6  # turned by the camera
    Image.effect_noise(size, 90).convert(mode).save(file, kind, exif=exif)
    return file.getvalue()


def png(width: int, height: int, body: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(body)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + name + body


MP4 = box(b"ftyp", b"isom\0\0\0\0mp42") + box(b"moov", b"\0" * 40) + box(b"mdat", b"\1" * 400)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_a_picture_tells_of_its_place_is_taken_out(kind: str) -> None:
    given = picture(kind)
    assert PLACE.encode() in given
    data, type = clean(given)
    assert type == f"image/{kind.lower()}" and PLACE.encode() not in data
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (480, 640)  # turned as it was meant
        assert not image.getexif()


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("a bomb", png(60_000, 60_000, bytes(1_000_000))),
        ("a bomb within a side", png(15_000, 15_000, bytes(1_000_000))),
        ("a line", png(1_000_000, 1, bytes(3_000_001))),
        ("nothing behind its head", png(3_000, 3_000, bytes(100))),
        ("cut off", picture("PNG")[:4000]),
        ("a drawing that can run", b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
        ("a page", b"<!doctype html><script>alert(1)</script>"),
        ("a program", b"MZ" + bytes(500)),
        ("nothing", b""),
        ("a film cut off", MP4[:-9]),
        ("a film without an index", box(b"ftyp", b"isom") + box(b"mdat", b"\1" * 40)),
        ("too much", bytes(50_000_001)),
    ],
)
def test_what_is_no_picture_or_bursts_is_refused_at_once(what: str, data: bytes) -> None:
    began = time.process_time()
    with pytest.raises(InvalidInput) as refused:
        clean(data)
    assert refused.value.fields["media"].endswith(".")
    assert time.process_time() - began < 2


def test_a_film_is_known_by_its_boxes() -> None:
    assert clean(MP4) == (MP4, "video/mp4")
    assert clean(webm()) == (webm(), "video/webm")


def test_a_moving_picture_keeps_moving() -> None:
    file = io.BytesIO()
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue", "lime")]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], comment=PLACE.encode())
    data, type = clean(file.getvalue())
    assert type == "image/gif" and PLACE.encode() not in data
    with Image.open(io.BytesIO(data)) as image:
        assert getattr(image, "n_frames", 1) == 3


def test_a_picture_is_made_to_fit() -> None:
    given, type = clean(picture("PNG", (1200, 900)))
    limits = MediaLimits(bytes={"image/jpeg": 100_000}, side=800)
    made = fit(given, type, limits, name="cup", alt="A cup")
    assert (made.type, made.name, made.alt) == ("image/jpeg", "cup.jpg", "A cup")
    assert len(made.data) <= 100_000
    with Image.open(io.BytesIO(made.data)) as image:
        assert max(image.size) <= 800


def test_what_fits_is_left_as_it_is() -> None:
    given, type = clean(picture())
    assert fit(given, type, MediaLimits(bytes={type: len(given)}), name="a").data == given


@pytest.mark.parametrize(
    "limits", [MediaLimits(), MediaLimits(bytes={"image/jpeg": 200}), MediaLimits(bytes={"x/y": 9})]
)
def test_what_cannot_be_made_to_fit_is_refused_in_words(limits: MediaLimits) -> None:
    given, type = clean(picture())
    with pytest.raises(Rejected, match="takes no picture"):
        fit(given, type, limits, name="a")


def test_a_film_that_is_too_large_is_refused_in_words() -> None:
    with pytest.raises(Rejected, match="too large for this network"):
        fit(MP4, "video/mp4", MediaLimits(bytes={"video/mp4": 100}), name="a")


async def test_the_same_picture_is_kept_once_and_handed_out(
    database: Database, writer: Writer, clock: FrozenClock
) -> None:
    cleaned = clean(picture())
    first = await writer.run(lambda session: keep(session, cleaned).sha256)
    again = await writer.run(lambda session: keep(session, cleaned).sha256)
    assert first == again
    room, limits = Room(database), MediaLimits(bytes={"image/jpeg": 1_000_000})
    media = Media(url=PREFIX + first, type="image/jpeg", alt="A cup")
    made = await room(media, limits)
    assert made.data == cleaned[0] and made.alt == "A cup"
    assert await room(media, limits) is made
    with pytest.raises(Rejected, match="not kept here"):
        await room(Media(url=PREFIX + "0" * 64, type="image/jpeg"), limits)

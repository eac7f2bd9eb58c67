"""What else a file may tell, and moving pictures without end."""

import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from bot.db import Database
from bot.errors import InvalidInput, Unavailable
from bot.media.looking import clean
from bot.media.service import Room
from bot.networks import Media, MediaLimits
from tests import databases
from tests.media.files import moving, mp4, picture, webm

TELLING = b"Mia was here"


def test_where_a_film_was_made_is_not_told() -> None:
    data = mp4(place=TELLING)
    assert data.count(TELLING) == 2
    cleaned, type = clean(data)
    assert (type, len(cleaned)) == ("video/mp4", len(data))
    assert TELLING not in cleaned and b"frames" * 50 in cleaned


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_a_moving_picture_keeps_all_its_frames(kind: str) -> None:
    cleaned, type = clean(moving(kind))
    assert type == f"image/{kind.lower()}"
    with Image.open(io.BytesIO(cleaned)) as again:
        assert again.n_frames == 3  # type: ignore[attr-defined]  # only moving kinds have it


def test_of_a_phone_s_several_pictures_in_one_file_the_first_is_meant() -> None:
    red, blue, file = (
        Image.new("RGB", (9, 9), "red"),
        Image.new("RGB", (9, 9), "blue"),
        io.BytesIO(),
    )
    red.save(file, "MPO", save_all=True, append_images=[blue])
    cleaned, type = clean(file.getvalue())
    with Image.open(io.BytesIO(cleaned)) as again:
        assert (type, again.format, again.mode) == ("image/jpeg", "JPEG", "RGB")
        pixel = again.getpixel((4, 4))
    assert isinstance(pixel, tuple) and pixel[0] > 200 > pixel[2]


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "many frames": (lambda: moving("GIF", 1_200, (2, 2)), "too long"),
    "large frames": (lambda: moving("GIF", 60, (1_000, 1_000)), "too long"),
    "an endless film": (lambda: mp4() + (b"\0\0\0\x08free" * 20_000), "not whole"),
    "half a WebM": (lambda: webm()[:-2], "not whole"),
    "Matroska": (lambda: webm().replace(b"\x84webm", b"\x84mkv!"), "Matroska"),
    "QuickTime": (lambda: mp4(brand=b"qt  "), "QuickTime"),
    "half a moving picture": (lambda: moving("GIF", 9, (300, 300))[:600], "damaged"),
    "TIFF": (lambda: picture("TIFF"), "no picture or film"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_not_be_used_is_refused_in_two_seconds(name: str) -> None:
    make, why = REFUSED[name]
    data = make()
    began = time.process_time()
    with pytest.raises(InvalidInput, match=why):
        clean(data)
    assert time.process_time() - began < 2


async def test_while_the_database_is_away_nothing_is_sent_and_nobody_has_to_be_asked(
    tmp_path: Path,
) -> None:
    empty = Database(databases.sqlite_url(tmp_path))  # not even a table
    with pytest.raises(Unavailable, match="no such table"):
        await Room(empty)(Media(url="media:1", type="image/png"), MediaLimits())
    empty.close()

"""Pictures come in with a post's form, and nobody has to choose them twice."""

import io
import re
from uuid import UUID

import sqlalchemy as sa
from PIL import Image

from bot.db import Writer
from content_calendar.models import Post
from tests.content_calendar.test_pages import composed, lobby, owner
from tests.web.doorway import Client, csrf

__all__ = ["lobby", "owner"]  # fixtures


def test_a_picture_goes_out_with_its_post_and_its_words(
    owner: Client, writer: Writer, lobby: UUID
) -> None:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(file, "PNG")
    answer = owner.post(
        "/posts/new",
        data=csrf(owner) | composed(lobby, act="draft", file_alt="A teal cup"),
        files={"file": ("cup.svg", file.getvalue(), "image/svg+xml")},
    )
    assert "Pictures can" in answer.text  # this network shows none, and says so
    assert "A teal cup" in answer.text and "/media/" in answer.text  # nothing has to be given again
    wrong = owner.post(
        "/posts/new",
        data=csrf(owner) | composed(lobby, act="draft"),
        files={"file": ("cup.png", b"<svg onload=alert(1)>", "image/png")},
    )
    assert wrong.status_code == 422 and "no picture or film" in wrong.text
    answer = owner.post(
        "/posts/new",
        data=csrf(owner) | composed(lobby, act="draft", channels=None, file_alt="A teal cup"),
        files={"file": ("cup.png", file.getvalue(), "image/png")},
    )
    (media,) = writer.run_blocking(lambda session: session.scalars(sa.select(Post)).one().media)
    assert media["type"] == "image/png" and media["alt"] == "A teal cup"
    assert re.fullmatch(r"media:[0-9a-f]{64}", media["url"])

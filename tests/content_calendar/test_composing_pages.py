"""The editor's pages as a browser without scripts uses them, and what programs of ours ask for."""

import io
import re
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from PIL import Image

from bot.accounts.models import Role
from bot.db import Writer
from bot.logs import mask
from content_calendar import approving
from content_calendar.keeping import Unfinished
from content_calendar.models import Post, Stage
from tests.content_calendar.test_pages import composed, lobby, owner, send, the_post, words
from tests.media.files import moving
from tests.web.doorway import Client, csrf, sign_in

__all__ = ["lobby", "owner"]  # fixtures

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
pytestmark = on_sqlite


def png(size: tuple[int, int] = (90, 60), colour: str = "teal") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def upload(client: Client, path: str, file: bytes, **fields: Any) -> Any:
    files = {"file": ("cup.png", file, "image/png")}
    return client.post(path, data=csrf(client) | fields, files=files)


def digest_in(answer: Any) -> str:
    found = re.search(r'value="([0-9a-f]{64}) image/', answer.text)
    assert found
    return found[1]


def test_a_poll_is_built_without_scripts(owner: Client, writer: Writer, lobby: UUID) -> None:
    options = ["Glass", "", " Steel ", ""]
    poll = {"poll_question": "Which lid?", "poll_options": options, "poll_hours": "72"}
    refused = send(owner, "/posts/new", **composed(lobby, **poll))
    assert refused.status_code == 422
    assert "Polls can't be shown here" in words(refused)
    assert 'value="Steel"' in refused.text
    asked = composed(lobby, **poll, poll_in_words="webchat")
    assert send(owner, "/posts/new", **asked).status_code == 303
    assert the_post(writer).poll == {
        "question": "Which lid?",
        "options": ["Glass", "Steel"],
        "multiple": False,
        "hours": 72,
        "in_words": ["webchat"],
    }


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"date": "2026-13-40"}, "Please give a date."),
        ({"time": None}, "Say at what time."),
        ({"zone": "Mars"}, "no time zone"),
        ({"poll_hours": "9999"}, "This must be at most 336."),
        ({"media": "../secret image/png"}, "isn't written as expected"),
        ({"link": "javascript:alert(1)"}, "Give the whole address"),
        ({"poll_question": "Which?"}, "A poll needs"),
    ],
)
def test_what_can_not_be_read_hides_nothing_else(
    owner: Client, lobby: UUID, broken: dict[str, Any], said: str
) -> None:
    answer = send(owner, "/posts/new", **composed(lobby, text="x" * 2001, **broken))
    assert answer.status_code == 422
    assert said in words(answer)
    assert "The text is 1 too long" in words(answer)
    assert "x" * 2001 in answer.text


def test_new_lines_count_once_and_go_out_as_they_were_typed(
    owner: Client, writer: Writer, lobby: UUID
) -> None:
    text = "\r\n".join(["x" * 999, "y" * 1000])  # as browsers send it: 2000 signs to people
    assert send(owner, "/posts/new", **composed(lobby, text=text)).status_code == 303
    assert the_post(writer).text == "x" * 999 + "\n" + "y" * 1000


def test_what_breaks_every_rule_is_kept_while_it_is_typed(
    owner: Client, writer: Writer, lobby: UUID
) -> None:
    given = composed(lobby, text="x" * 5000, date="nonsense", zone="Mars", scratch="s")
    kept = send(owner, "/posts/autosave", **given)
    assert "It is not saved yet." in kept.json()["said"]
    assert send(owner, "/posts/autosave", zone="UTC", scratch="t").json() == {"said": ""}
    row = writer.run_blocking(lambda session: session.scalars(sa.select(Unfinished)).one())
    again = owner.get(f"/posts/new?unfinished={row.id}")
    assert again.status_code == 200
    assert "x" * 5000 in again.text
    sign_in(owner, writer, Role.MARKETER)
    assert owner.get(f"/posts/new?unfinished={row.id}").status_code == 404
    assert send(owner, "/posts/unfinished/forget", unfinished=row.id).status_code == 404
    assert send(owner, f"/posts/autosave?post={row.id}", text="x").status_code == 404


def test_saving_forgets_what_was_typed(owner: Client, writer: Writer, lobby: UUID) -> None:
    send(owner, "/posts/autosave", **composed(lobby, scratch="s"))
    send(owner, "/posts/new", **composed(lobby, scratch="s"))
    post = the_post(writer)
    send(owner, f"/posts/autosave?post={post.id}", **composed(lobby, text="More?", version=1))
    assert "More?" in words(owner.get(f"/posts/{post.id}"))
    send(owner, f"/posts/{post.id}", **composed(lobby, text="Less?", version=1))
    count = sa.select(sa.func.count()).select_from(Unfinished)
    assert writer.run_blocking(lambda session: session.scalar(count)) == 0


def test_a_button_pressed_twice_makes_one_post(owner: Client, writer: Writer, lobby: UUID) -> None:
    form = composed(lobby, act="draft", scratch="s")
    first, second = (send(owner, "/posts/new", **form).headers["location"] for _ in range(2))
    assert first == second == f"/posts/{the_post(writer).id}"
    late = send(owner, "/posts/new", **(form | {"text": "I went back to change it?"}))
    assert late.status_code == 409  # it has been changed since: by the second press
    assert "I went back to change it?" in late.text


def test_problems_are_told_in_the_reader_s_language(owner: Client, lobby: UUID) -> None:
    form = composed(lobby, text="x" * 2001, link="here")
    answer = owner.post("/posts/new", data=csrf(owner) | form, headers={"accept-language": "de"})
    assert "Webchat: Der Text ist 1 zu lang: 2001 von 2000." in words(answer)
    assert "Geben Sie die ganze Adresse an" in words(answer)


def test_a_private_address_is_not_looked_at_and_the_form_comes_back(
    owner: Client, lobby: UUID
) -> None:
    form = composed(lobby, link="http://10.0.0.1/admin", text="See for yourself?")
    answer = send(owner, "/posts/link", **form)
    assert answer.status_code == 422
    assert "This address is not on the public internet." in words(answer)
    assert "See for yourself?" in answer.text


def test_who_may_not_approve_keeps_the_words(owner: Client, writer: Writer, lobby: UUID) -> None:
    writer.run_blocking(lambda session: approving.set_four_eyes(session, True))
    answer = send(owner, "/posts/new", **composed(lobby, text="My own words?"))
    assert answer.status_code == 403
    assert "somebody else has to" in words(answer)
    assert "My own words?" in answer.text
    send(owner, "/posts/new", **composed(lobby, act="review"))
    post = the_post(writer)
    assert send(owner, f"/posts/{post.id}/schedule", version=1).status_code == 403
    sign_in(owner, writer, Role.APPROVER)
    send(owner, f"/posts/{post.id}/schedule", version=1, remark="Fine.")
    assert the_post(writer).stage is Stage.SCHEDULED
    assert "Fine." in words(owner.get(f"/posts/{post.id}"))


def test_only_the_owner_says_who_approves(client: Client, writer: Writer) -> None:
    sign_in(client, writer, Role.APPROVER)
    assert "Nothing waits for you" in words(client.get("/approvals"))
    for path in ("rules", "approvers"):
        assert send(client, f"/approvals/{path}", campaign="x").status_code == 403


def test_a_picture_is_cut_to_its_shape(owner: Client) -> None:
    digest = digest_in(upload(owner, "/posts/media", png()))
    cut = owner.get(f"/media/{digest}/cut?ratio=1:1&x=0&y=0")
    assert Image.open(io.BytesIO(cut.content)).size == (60, 60)
    assert cut.headers["x-content-type-options"] == "nosniff"
    assert owner.get(f"/media/{digest}/cut?ratio=9:1").status_code == 404
    assert owner.get(f"/media/{'0' * 64}/cut?ratio=1:1").status_code == 404


def test_a_moving_picture_is_not_cut(owner: Client, lobby: UUID) -> None:
    answer = upload(owner, "/posts/media", moving())
    digest = digest_in(answer)
    form = composed(lobby, media=f"{digest} image/gif", **{f"crop_webchat_{digest}": "1:1"})
    refused = send(owner, "/posts/new", **form)
    assert refused.status_code == 422
    assert "Only a picture that doesn't move can be cropped" in words(refused)


@pytest.mark.parametrize("file", [b"<svg onload='alert(1)'/>", b"GIF89a", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_refused_with_a_sentence(owner: Client, file: bytes) -> None:
    answer = upload(owner, "/posts/media", file)
    assert answer.status_code == 422
    assert answer.json()["problem"].endswith(".")


def test_a_preview_link_shows_the_pictures_of_its_post_and_no_others(
    owner: Client, writer: Writer, lobby: UUID
) -> None:
    shown = digest_in(upload(owner, "/posts/media", png()))
    hidden = digest_in(upload(owner, "/posts/media", png(colour="red")))
    draft = composed(lobby, act="draft", channels=None, media=f"{shown} image/png")
    send(owner, "/posts/new", **draft)
    post = the_post(writer)
    send(owner, f"/posts/{post.id}/share", days=7)
    found = re.search(r'value="http[^"]*(/preview/(\w+))"', owner.get(f"/posts/{post.id}").text)
    assert found
    path, token = found.groups()
    owner.cookies.clear()
    page = owner.get(path)
    assert page.status_code == 200
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert owner.get(f"{path}/media/{shown}").status_code == 200
    assert owner.get(f"{path}/media/{hidden}").status_code == 404
    assert token not in mask(f"GET {path} 200")


def test_a_version_that_never_was_is_not_found(owner: Client, writer: Writer, lobby: UUID) -> None:
    send(owner, "/posts/new", **composed(lobby))
    post: Post = the_post(writer)
    for query in ("?look=99", "?look=1"):
        expected = 404 if "99" in query else 200
        assert owner.get(f"/posts/{post.id}/history{query}").status_code == expected
    assert owner.get(f"/posts/{post.id}?restore=99").status_code == 404
    assert owner.get(f"/posts/{post.id}/history?look=²").status_code == 200

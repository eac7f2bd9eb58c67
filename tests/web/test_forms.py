"""Forms: what was typed, read strictly and answered kindly."""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AnyHttpUrl, BaseModel, Field, ValidationError, field_validator

from bot.accounts.models import Role
from bot.db import Writer
from bot.errors import InvalidInput
from bot.web.forms import as_ours, problems
from tests.web.doorway import Client, csrf, sign_in

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Colour(Enum):
    RED = "red"


class Everything(BaseModel):
    text: str = Field("abc", min_length=3, max_length=5)
    pattern: str = Field("a", pattern="^a$")
    number: int = Field(2, ge=1, le=3)
    share: float = Field(0.5, gt=0, lt=1)
    price: Decimal = Decimal(1)
    day: date | None = None
    moment: datetime | None = None
    colour: Colour = Colour.RED
    view: Literal["month", "week"] = "month"
    id: UUID | None = None
    yes: bool = False
    link: AnyHttpUrl | None = None
    tags: list[str] = Field([], max_length=1)
    odd: str = ""

    @field_validator("odd")
    @classmethod
    def _never_odd(cls, value: str) -> str:
        raise ValueError("Please be less odd.")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("text", "a", "Please write at least 3 characters."),
        ("text", "abcdef", "Please use at most 5 characters."),
        ("pattern", "b", "This isn't written as expected."),
        ("number", "many", "Please write a whole number."),
        ("number", "1.5", "Please write a whole number."),
        ("number", "0", "This must be at least 1."),
        ("number", "4", "This must be at most 3."),
        ("share", "half", "Please write a number."),
        ("share", "0", "This must be more than 0.0."),
        ("share", "1", "This must be less than 1.0."),
        ("price", "cheap", "Please write a number."),
        ("day", "2026-02-30", "Please give a date."),
        ("moment", "soon", "Please give a date and a time."),
        ("colour", "blue", "Please choose one of the list."),
        ("view", "year", "Please choose one of the list."),
        ("id", "7", "Please choose one of the list."),
        ("yes", "perhaps", "Please choose yes or no."),
        ("link", "shop", "Please give a full address, beginning with https://."),
        ("tags", ["a", "b"], "Please choose at most 1."),
        ("odd", "x", "Please be less odd."),
    ],
)
def test_a_problem_is_a_sentence_beside_its_field(field: str, value: Any, sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Everything.model_validate({field: value})
    assert as_ours(caught.value.errors()).fields == {field: sentence}


@given(st.sampled_from(sorted(Everything.model_fields)), st.text() | st.lists(st.text()))
def test_whatever_is_typed_nothing_of_pydantic_is_shown(field: str, value: Any) -> None:
    try:
        Everything.model_validate({field: value})
    except ValidationError as error:
        for sentence in as_ours(error.errors()).problems:
            assert sentence.endswith(".")
            assert "Input should" not in sentence
            assert "valid" not in sentence


def test_problems_are_listed_by_field_and_those_of_the_whole_form_first() -> None:
    error = InvalidInput("The end is before the beginning.", fields={"day": "Please give a date."})
    assert problems(error) == {
        "": ["The end is before the beginning."],
        "day": ["Please give a date."],
    }


@on_sqlite
def test_a_form_is_read_stripped_and_repeated_fields_are_lists(
    client: Client, writer: Writer
) -> None:
    sign_in(client, writer, Role.MARKETER)
    fields = csrf(client) | {"text": "  Hello  ", "stars": "", "tags": "one"}
    back = client.post("/notes", data=fields)
    assert (back.status_code, back.headers["location"]) == (303, "/calendar")
    assert "Noted: Hello 0 [&#39;one&#39;]" in client.get("/calendar").text
    client.post("/notes", data=fields | {"tags": ["one", "two"]})
    assert "[&#39;one&#39;, &#39;two&#39;]" in client.get("/calendar").text


@on_sqlite
def test_multipart_is_read_alike(client: Client, writer: Writer) -> None:
    sign_in(client, writer, Role.MARKETER)
    fields = {name: (None, value) for name, value in (csrf(client) | {"text": "Hällo"}).items()}
    assert client.post("/notes", files=fields).status_code == 303
    assert "Noted: Hällo" in client.get("/calendar").text


@on_sqlite
def test_a_form_with_problems_comes_back_with_all_that_was_typed(
    client: Client, writer: Writer
) -> None:
    sign_in(client, writer, Role.MARKETER)
    back = client.post("/notes", data=csrf(client) | {"text": " a ", "stars": "many"})
    assert back.status_code == 422
    for words in ("at least 3 characters", "whole number", "&#39;many&#39;"):
        assert words in back.text
    assert "_csrf" not in back.text.split("<h1>")[1].split("</h1>")[0]


@on_sqlite
@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"text=" + b"a" * 2_000_000, "application/x-www-form-urlencoded", 413),
        (b"a=1&" * 5_000, "application/x-www-form-urlencoded", 400),
        (b"\xff\xfe=%ff%00&text=%ed%a0%80", "application/x-www-form-urlencoded", 303),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x", 400),
        (b"rubbish", "multipart/form-data", 400),
        (b"{", "application/json", 422),
        (b"", "", 422),
    ],
)
def test_garbage_never_breaks_a_form(
    client: Client, writer: Writer, body: bytes, kind: str, status: int
) -> None:
    sign_in(client, writer, Role.MARKETER)
    headers = {"x-csrftoken": csrf(client)["_csrf_token"], "content-type": kind}
    assert client.post("/notes", content=body, headers=headers).status_code == status


@on_sqlite
def test_what_was_just_said_is_said_once_and_only_if_we_said_it(
    client: Client, writer: Writer
) -> None:
    sign_in(client, writer, Role.MARKETER)
    client.post("/notes", data=csrf(client) | {"text": "Hello"})
    kept = client.cookies["hubbub-said"]
    assert "Noted" in client.get("/calendar").text
    assert "Noted" not in client.get("/calendar").text
    client.cookies.set("hubbub-said", kept[:-1] + ("0" if kept[-1] != "0" else "1"))
    assert "Noted" not in client.get("/calendar").text

"""Visitors and what they type, before anything is stored."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.webchat.translate import (
    COMMUNITY,
    NAME_LIMIT,
    Saying,
    Visitor,
    clean_name,
    clean_text,
    to_event,
)
from bot.networks import EventKind

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MARA = Visitor(secret="0123456789abcdef" * 2, name="Mara")
TYPED = Saying(text="Make it blue", once="form-1")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Mara   Lindqvist ", "Mara Lindqvist"),
        ("Mara\nLindqvist", "Mara Lindqvist"),
        ("\u202eaniM\u202c", "aniM"),  # would turn the page around
        ("zero\u200bwidth", "zerowidth"),
        ("Zoë \U0001f33f", "Zoë \U0001f33f"),
        ("\x00", ""),
        ("\ud800", ""),
        ("x" * 100, "x" * NAME_LIMIT),
    ],
)
def test_a_name_is_shown_on_one_line_and_hides_nothing(typed: str, name: str) -> None:
    assert clean_name(typed) == name


def test_a_text_keeps_its_lines() -> None:
    assert clean_text(" one\r\ntwo \n") == "one\ntwo"


def test_a_visitor_comes_back_from_their_cookie() -> None:
    zoe = replace(MARA, name='Zoë "; Path=/')
    assert Visitor.from_cookie(zoe.to_cookie()) == zoe
    assert zoe.to_cookie().isascii()
    assert ";" not in zoe.to_cookie()


@pytest.mark.parametrize("cookie", ["", ".", "abc.Mara", "0" * 31, "G" * 32, "0" * 33 + ".Mara"])
def test_a_cookie_that_we_did_not_make_is_nobody(cookie: str) -> None:
    assert Visitor.from_cookie(cookie) is None


@given(st.text(max_size=80))
def test_any_cookie_is_a_visitor_or_nobody(cookie: str) -> None:
    found = Visitor.from_cookie(cookie)
    assert found is None or len(found.name) <= NAME_LIMIT


def test_the_secret_never_leaves_the_cookie() -> None:
    event = to_event(MARA, TYPED, NOW)
    assert MARA.secret not in repr(event)
    assert event.author is not None
    assert event.author.id == MARA.remote_id


def test_a_guest_without_a_name_keeps_their_number() -> None:
    guest = replace(MARA, name="")
    assert guest.shown_name.startswith("Guest ")
    assert guest.shown_name == replace(MARA, name="").shown_name


def test_the_same_form_twice_is_one_message_but_another_text_is_another() -> None:
    first = to_event(MARA, TYPED, NOW)
    again = to_event(MARA, TYPED, NOW)
    edited = to_event(MARA, replace(TYPED, text="Make it green"), NOW)
    other_form = to_event(MARA, replace(TYPED, once="form-2"), NOW)
    assert (first.dedupe_key, first.message) == (again.dedupe_key, again.message)
    assert len({first.dedupe_key, edited.dedupe_key, other_form.dedupe_key}) == 3


def test_a_private_word_stays_in_a_channel_of_its_own() -> None:
    private = to_event(MARA, replace(TYPED, private=True), NOW)
    public = to_event(MARA, TYPED, NOW)
    assert (private.private, private.channel) == (True, MARA.own_channel)
    assert (public.private, public.channel) == (False, COMMUNITY)


def test_a_pressed_button_says_its_value() -> None:
    event = to_event(MARA, replace(TYPED, value="person"), NOW)
    assert (event.kind, event.data) == (EventKind.BUTTON, {"value": "person"})


def test_a_reply_stands_in_its_thread() -> None:
    event = to_event(MARA, replace(TYPED, thread="root", reply_to="question"), NOW)
    assert (event.thread, event.reply_to, event.conversation) == ("root", "question", "root")

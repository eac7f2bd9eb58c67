"""The words by which a partner decides, and everything that is none."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.suppliers.correspondence.words import Said, read
from bot.suppliers.models import Act

SPRING = date(2027, 3, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("accept", Said(act=Act.ACCEPT)),
        ("\n  Accept.\n\nBest, Tom", Said(act=Act.ACCEPT)),
        ("Accept\nTom", Said(act=Act.ACCEPT)),  # a name below is no message to people
        ("*Accepted!*", Said(act=Act.ACCEPT)),
        ("annehmen: gern", Said(act=Act.ACCEPT, text="gern")),
        ("accept: we like\nit\n\nTom", Said(act=Act.ACCEPT, text="we like\nit")),
        ("decline: too dear", Said(act=Act.DECLINE, text="too dear")),
        ("Ablehnen:\n\nzu teuer\n\nTom", Said(act=Act.DECLINE, text="zu teuer")),
        ("decline", Said(act=Act.DECLINE)),  # the reason is missing: they are told so
        ("ask: which colour?", Said(act=Act.ASK, text="which colour?")),
        ("Rückfrage: welche Farbe?", Said(act=Act.ASK, text="welche Farbe?")),
        ("promise 2027-03-01", Said(act=Act.PROMISE, promised_for=SPRING)),
        ("promise: 2027-03-01", Said(act=Act.PROMISE, promised_for=SPRING)),
        ("promise by 2027-03-01: ok", Said(act=Act.PROMISE, text="ok", promised_for=SPRING)),
        ("zusagen 1.3.2027", Said(act=Act.PROMISE, promised_for=SPRING)),
        ("Versprechen bis 01. 03. 2027", Said(act=Act.PROMISE, promised_for=SPRING)),
        ("promise", Said(act=Act.PROMISE)),  # the day is missing: they are told so
        ("promise: next spring", Said(act=Act.PROMISE, text="next spring")),
        ("done", Said(act=Act.DELIVER)),
        ("erledigt", Said(act=Act.DELIVER)),
        ("gesehen", Said(act=Act.ACKNOWLEDGE)),
    ],
)  # fmt: skip
def test_a_line_of_such_words_is_an_act(text: str, said: Said) -> None:
    assert read(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Thank you for your letter.",
        "We accept.",
        "accept we will not",
        "Accepting this would be dear.",
        "Done is better than perfect",
        "asking: for a friend",
        "promise 2027-02-30",
        "promise 03/01/2027",  # January or March?
        "> accept",
    ],
)
def test_anything_else_is_a_note(text: str) -> None:
    assert read(text) is None


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    for begin in ("", "promise ", "decline: ", "zusagen bis "):
        read(begin + text)

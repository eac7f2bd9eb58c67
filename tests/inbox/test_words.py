import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.inbox.words import pieces, readable, snippet

TEXT = "Love the cup. Make the lid bigger, please."


@pytest.mark.parametrize(
    ("spans", "marked"),
    [
        ([], []),
        ([(14, 33)], ["Make the lid bigger"]),
        ([(14, 22), (18, 33)], ["Make the", " lid bigger"]),  # overlapping
        ([(0, 13), (0, 13)], ["Love the cup."]),  # the same twice
        ([(30, 999)], ["ger, please."]),  # past the end
        ([(5, 5)], []),  # taken back
    ],
)
def test_the_telling_words_are_marked(spans: list[tuple[int, int]], marked: list[str]) -> None:
    assert [text for text, is_marked in pieces(TEXT, spans) if is_marked] == marked


@given(st.text(), st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50))))
def test_marking_changes_no_word(text: str, spans: list[tuple[int, int]]) -> None:
    assert "".join(piece for piece, _ in pieces(text, spans)) == text


def test_a_snippet_shows_the_first_mark_of_a_long_message() -> None:
    text = "word " * 300 + "make the lid bigger" + " word" * 300
    shown = snippet(text, [(1500, 1519)])
    assert ("make the lid bigger", True) in shown
    assert shown[0] == shown[-1] == ("…", False)
    assert sum(len(piece) for piece, _ in shown) < 450


def test_a_short_message_is_shown_whole() -> None:
    assert snippet("Hello", []) == [("Hello", False)]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b'{"text": "gr\xc3\xbc\xc3\x9fe"}', '{"text": "grüße"}'),
        (b"\xff\xfe", r"\xff\xfe"),
        (b"a\x00b\x1b[2J", r"a\x00b\x1b[2J"),
        ("left\N{RIGHT-TO-LEFT OVERRIDE}".encode(), r"left\u202e"),
        (b"line\n\tline", "line\n\tline"),
    ],
)
def test_bytes_are_shown_as_text_that_can_do_nothing(raw: bytes, shown: str) -> None:
    assert readable(raw) == shown

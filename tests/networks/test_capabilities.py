"""Counting as the networks do, and every problem at once."""

import pytest

from bot.networks import Button, Capabilities, Content, Count, Media

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"  # one picture of five code points


@pytest.mark.parametrize(
    ("text", "code_points", "utf16", "graphemes", "in_bytes"),
    [
        ("", 0, 0, 0, 0),
        ("lid", 3, 3, 3, 3),
        ("Größe", 5, 5, 5, 7),
        ("e\u0301", 2, 2, 1, 3),  # é, written as two
        ("\U0001f600", 1, 2, 1, 4),  # outside the basic plane
        (FAMILY, 5, 8, 1, 18),
        ("\U0001f1e9\U0001f1ea", 2, 4, 1, 8),  # a flag
        ("\r\n", 2, 2, 1, 2),
        ("\ud83d", 1, 1, 1, 1),  # half a smile counts, and is no error
    ],
)
def test_each_network_counts_in_its_own_way(
    text: str, code_points: int, utf16: int, graphemes: int, in_bytes: int
) -> None:
    counted = [count.of(text) for count in Count]
    assert counted == [code_points, utf16, graphemes, in_bytes]


PICTURE = Media(url="https://shop.example/lid.jpg", type="image/jpeg", alt="The lid")
REPLY = Button(label="Yes", value="yes")


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        (Content(text="12345"), []),
        (Content(text="123456"), ["The text is 1 too long: 6 of 5."]),
        (Content(text=" \n"), ["There is nothing to say yet: write a text."]),
        (Content(text="", media=(PICTURE,)), []),
        (Content(text="two", media=(PICTURE, PICTURE)), ["Only 1 pictures fit here, not 2."]),
        (Content(text="two", buttons=(REPLY, REPLY)), ["Only 1 quick replies fit here."]),
        (
            Content(text="1234567", media=(PICTURE,) * 2, buttons=(REPLY,) * 2),
            [
                "The text is 2 too long: 7 of 5.",
                "Only 1 pictures fit here, not 2.",
                "Only 1 quick replies fit here.",
            ],
        ),
    ],
)
def test_every_problem_is_told_at_once(content: Content, problems: list[str]) -> None:
    limits = Capabilities(text_limit=5, media_limit=1, button_limit=1)
    assert list(limits.problems(content)) == problems


def test_a_network_without_pictures_says_so() -> None:
    limits = Capabilities(text_limit=5)
    assert limits.problems(Content(text="", media=(PICTURE,))) == ("Pictures can't be shown here.",)

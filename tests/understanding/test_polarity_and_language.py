"""How it sounds, and in which language."""

import pytest
from textblob import TextBlob

from bot.understanding import language_of, polarity
from bot.understanding.polarity import _textblob_says, _vader, _vader_says


@pytest.mark.parametrize(
    "said",
    ["I love this cup", "works very well, great", "😍", "Ich liebe diese Tasse",
     "Die Tasche ist wirklich sehr schön", "Not bad at all"],
)  # fmt: skip
def test_it_sounds_good(said: str) -> None:
    assert polarity(said) > 0.2


@pytest.mark.parametrize(
    "said",
    ["I hate it", "terrible quality, very disappointed", "not good", "This is not great",
     "Der Griff ist leider kaputt", "Das ist nicht gut", "😠"],
)  # fmt: skip
def test_it_sounds_bad(said: str) -> None:
    assert polarity(said) < -0.1


@pytest.mark.parametrize("said", ["", "the cup is on the table", "Die Tasse steht im Schrank"])
def test_it_sounds_like_nothing(said: str) -> None:
    assert polarity(said) == 0


ORDINARY = [
    "The lid is great and the colour is beautiful",
    "This is not a good bag",
    "I really love it but the strap is very bad",
    "the cup is on the table",
    "It was never good, and the worst is the smell",
]


@pytest.mark.parametrize("said", ORDINARY)
def test_the_short_way_says_what_textblob_says(said: str) -> None:
    assert _textblob_says(said) == pytest.approx(TextBlob(said).sentiment.polarity)


def test_a_shortened_not_turns_the_feeling_round() -> None:
    """TextBlob's lexicon knows "n't"; its tokenizer leaves it glued to the verb."""
    assert _textblob_says("it isn't good") == _textblob_says("it is not good") < 0


@pytest.mark.parametrize("said", [*ORDINARY, "WOW!!", "meh :(", "fine 🙂", "so-so", "(great)"])
def test_the_short_way_says_what_vader_says(said: str) -> None:
    assert _vader_says(said) == _vader().polarity_scores(said)["compound"]


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Could you make the handle a bit thicker?", "en"),
        ("Könntet ihr den Griff etwas dicker machen?", "de"),
        ("Der Deckel ist undicht", "de"),
        ("the lid leaks", "en"),
        ("", "en"),
        ("👍👍", "en"),
    ],
)
def test_language(said: str, language: str) -> None:
    assert language_of(said) == language


def test_only_the_installations_languages_are_answered() -> None:
    assert language_of("Le couvercle fuit depuis deux semaines", ("en", "fr")) == "fr"
    assert language_of("Le couvercle fuit depuis deux semaines", ("de", "en")) in ("de", "en")
    assert language_of("whatever this is", ("tlh",)) == "tlh"

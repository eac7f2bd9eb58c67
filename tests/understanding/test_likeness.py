"""The same thing said twice, and things that only look alike."""

from collections.abc import Hashable

import pytest

from bot.understanding import LikenessIndex, best_match, likeness

JOIN = 0.6
"""From here on two sentences are one matter in these tables."""

SAME = [
    ("please make the lid dishwasher-safe", "Could the lid be dishwasher safe?"),
    ("please make the lid dishwasher-safe", "would be nice if the lid was dishwasher-safe"),
    ("The handle snapped", "my handle broke!!"),
    ("The lid leaks", "the lid is leaking"),
    ("I'd love one in green", "Please offer it in green!"),
    ("add a longer strap please", "The strap should be longer"),
    ("please make the lid dishwasher-safe", "please make the lid dishwascher-safe"),
    ("Bitte macht den Deckel spülmaschinenfest", "Der Deckel sollte spülmaschinenfest sein"),
    ("Der Deckel ist undicht", "Mein Deckel tropft"),
    ("Gibt es den auch in grün?", "Ich hätte den gern in Grün"),
]
DIFFERENT = [
    ("please make the lid dishwasher-safe", "please make the handle thicker"),
    ("please make the lid bigger", "please make the lid smaller"),
    ("I'd love one in green", "I'd love one in blue"),
    ("the lid leaks", "the lid does not leak"),
    ("please add a loop", "please add a pocket"),
    ("Would be great to have a longer strap", "Would be great to have a softer lining"),
    ("the strap tore", "where is my parcel"),
    ("Bitte macht den Deckel größer", "Bitte macht den Deckel kleiner"),
    ("", "please add a loop"),
    ("please", "thanks"),
]


@pytest.mark.parametrize(("one", "two"), SAME)
def test_the_same_thing_said_twice(one: str, two: str) -> None:
    assert likeness(one, two) >= JOIN


@pytest.mark.parametrize(("one", "two"), DIFFERENT)
def test_different_things_said_alike(one: str, two: str) -> None:
    assert likeness(one, two) < JOIN


def test_the_same_words_are_wholly_alike() -> None:
    assert likeness("the strap tore", "The strap tore!") == pytest.approx(1.0)


def test_the_best_of_many_is_found() -> None:
    said: list[tuple[Hashable, str]] = [
        (number, f"please add colour number {number} to the palette") for number in range(3000)
    ]
    said.append(("lid", "please make the lid dishwasher-safe"))
    found = best_match("could you make the lid dishwasher safe?", said)
    assert found is not None
    assert found[0] == "lid"
    assert found[1] >= JOIN


def test_nothing_is_like_something_that_nobody_said() -> None:
    assert best_match("the zip is stuck", [(1, "please add a loop"), (2, "lovely colour")]) is None
    assert best_match("the zip is stuck", []) is None


def test_an_index_forgets_and_corrects() -> None:
    index = LikenessIndex()
    index.add("a", "the strap tore")
    index.add("a", "the lid leaks")
    assert index.best("strap tore") is None
    found = index.best("lid leaks")
    assert found
    assert found[0] == "a"
    index.discard("a")
    index.discard("never there")
    assert index.best("lid leaks") is None

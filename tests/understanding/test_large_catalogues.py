"""In a large catalogue, rare words tell products apart; everyday talk names none."""

import random

import pytest

from bot.understanding import ProductFinder, ProductName

MAKERS = "alba nord brisk calder dunmore elkan farrow gilby".split()
THINGS = "kettle skillet lantern teapot backpack blender".split()


@pytest.fixture(scope="module")
def finder() -> ProductFinder:
    draw = random.Random(1)
    names = [
        f"{draw.choice(MAKERS)} {draw.choice(THINGS)} with a very long title for everyday use, "
        f"ref {draw.choice('abcdefgh')}{number}k"
        for number in range(1_000, 1_400)
    ]
    names.append("Quillon Marbrel stovetop espresso maker for six cups of strong coffee, ref z77q")
    return ProductFinder(ProductName(key=at, name=name) for at, name in enumerate(names))


@pytest.mark.parametrize(
    "said",
    [
        "quillon marbrel",
        "strong espresso from the marbrel, love it",
        "my quilon marbrell leaks",  # misspelt
        "ref z77q marbrel broke",  # what stands behind the eighth word
    ],
)
def test_two_rare_words_are_enough(finder: ProductFinder, said: str) -> None:
    assert [one.key for one in finder.find(said)][:1] == [400]


@pytest.mark.parametrize(
    "said", ["I love everyday coffee", "a kettle with a very long title", "alba kettle"]
)
def test_words_that_many_have_name_none(finder: ProductFinder, said: str) -> None:
    assert not finder.find(said)

"""Which product is meant: by name, misspelt, by a part of it, or by the thread."""

from collections.abc import Hashable

import pytest

from bot.understanding import ProductFinder, ProductName

SHOP = ProductFinder(
    [
        ProductName(key="lid", name="Harbour Lid Cup", aliases=("lid cup", "HLC-350")),
        ProductName(key="lid-xl", name="Harbour Lid Cup XL"),
        ProductName(key="mug", name="Trail Mug", aliases=("camping mug",)),
        ProductName(key="rain", name="Juniper Rain Jacket"),
        ProductName(key="fleece", name="Juniper Fleece Jacket"),
        ProductName(key="bag", name="Weekender Bag"),
        ProductName(key="tote", name="Market Tote"),
        ProductName(key="lamp", name="Kitchen Lamp", aliases=("Küchenlampe",)),
        ProductName(key="spare", name="Spare Gasket"),
        ProductName(key="twin-a", name="Twin Bottle"),
        ProductName(key="twin-b", name="Twin Bottle"),
    ]
)

NAMED = [
    ("I love my Trail Mug", "mug", True),
    ("the LID CUP leaks", "lid", True),
    ("harbour lid cup xl is too big", "lid-xl", True),
    ("is hlc-350 still made?", "lid", True),
    ("Meine Küchenlampe flackert", "lamp", True),
    ("does the trial mug have a lid", "mug", False),
    ("the junipr rain jaket is not waterproof", "rain", False),
    ("the weekendr bag tore", "bag", False),
    ("the rain jacket by juniper", "rain", False),
    ("does the lamp get hot?", "lamp", False),  # only one product is a lamp
    ("my tote is great", "tote", False),
    ("your trail mugs are great", "mug", False),
]
SILENT = [
    "the jacket is great",  # two are jackets
    "the juniper jacket is great",
    "the twin bottle leaks",  # two of that very name
    "good morning, what a day in the kitchen",
    "rain again",
    "I sent a parcel to the market",
    "the wheel is loose",
    "",
]


@pytest.mark.parametrize(("said", "key", "exact"), NAMED)
def test_it_is_named(said: str, key: Hashable, exact: bool) -> None:
    found = SHOP.find(said)[0]
    assert (found.key, found.exact) == (key, exact)
    assert found.words
    assert found.score >= 0.55


@pytest.mark.parametrize("said", SILENT)
def test_rather_nothing_than_something_wrong(said: str) -> None:
    assert SHOP.find(said) == ()


@pytest.mark.parametrize(
    ("said", "context", "key"),
    [
        ("the jacket is great", ["rain"], "rain"),
        ("the jacket is great", ["rain", "mug"], "rain"),
        ("the twin bottle leaks", ["twin-b"], "twin-b"),
        ("please make the lid dishwasher-safe", ["mug"], "mug"),
        ("the cup leaks", ["lid-xl"], "lid-xl"),
        ("the gasket is worn out", ["mug"], "mug"),  # a part of it, though it is sold too
        ("but my Market Tote tore", ["mug"], "tote"),  # named: the thread yields
    ],
)
def test_the_thread_says_what_is_meant(said: str, context: list[Hashable], key: Hashable) -> None:
    assert SHOP.find(said, context=context)[0].key == key


def test_a_thread_about_two_products_names_none() -> None:
    assert SHOP.find("please make it lighter", context=["rain", "mug"]) == ()
    assert SHOP.find("please make it lighter", context=["sold out long ago"]) == ()


def test_the_thread_alone_is_less_sure_than_a_name() -> None:
    by_thread = SHOP.find("please make it lighter", context=["mug"])[0]
    assert (by_thread.words, by_thread.exact) == ("", False)
    assert by_thread.score < SHOP.find("the trail mug")[0].score


def test_two_products_in_one_message_are_both_found() -> None:
    found = SHOP.find("the Trail Mug fits into the Weekender Bag")
    assert [candidate.key for candidate in found] == ["mug", "bag"]


def test_never_more_than_three() -> None:
    said = "trail mug, weekender bag, market tote, kitchen lamp, juniper rain jacket"
    assert len(SHOP.find(said)) == 3


def test_an_empty_catalogue_and_an_empty_name_are_no_trouble() -> None:
    assert ProductFinder([]).find("the trail mug") == ()
    assert ProductFinder([ProductName(key=1, name=" - ")]).find("-") == ()

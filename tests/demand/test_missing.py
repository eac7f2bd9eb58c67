"""What says that something can't be had."""

import pytest

from bot.demand.missing import is_missed


@pytest.mark.parametrize(
    "words",
    [
        "the kettle is always sold out",
        "when will it be back in stock?",
        "Please restock the XL",
        "I can\N{RIGHT SINGLE QUOTATION MARK}t find it anywhere",
        "empty shelves again",
        "Meine Größe ist immer ausverkauft",
        "wann ist die Kanne wieder lieferbar?",
        "nirgends zu bekommen",
        "Remettez le 44 en stock s'il vous plaît",
        "está agotada otra vez",
        "sempre esaurito",
        "alweer uitverkocht",
    ],
)
def test_it_is_missed(words: str) -> None:
    assert is_missed(words)


@pytest.mark.parametrize(
    "words",
    [
        "the kettle leaks",
        "never sold out, I like that",
        "nie ausverkauft, danke",
        "the kettle is back in stock",
        "im zweiten Stock",
        "a bouillon stock cube",
    ],
)
def test_it_is_not_missed(words: str) -> None:
    assert not is_missed(words)

"""What partners must not read."""

import pytest

from bot.understanding import mask

NAMES = ("Ada Winter", "Li Bo")


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("write to ada.w@mail.example please", "write to [e-mail] please"),
        ("ada (at) mail.example", "[e-mail]"),
        ("call +49 170 1234567!", "call [phone]!"),
        ("call 030/123 456 78", "call [phone]"),
        ("my number is (555) 123-4567", "my number is [phone]"),
        ("ask @ada_w about it", "ask [name] about it"),
        ("see https://shop.example/p/1?token=abc#x now",
         "see https://shop.example/p/1?[removed] now"),
        ("order number 10-55-881 is late", "order number [order number] is late"),
        ("order #A55881", "order #[order number]"),
        ("Bestellung 4711-22 fehlt", "Bestellung [order number] fehlt"),
        ("it is #884512", "it is [order number]"),
        ("IBAN DE44 5001 0517 5407 3249 31", "IBAN [bank account]"),
        ("card 4111 1111 1111 1111", "card [number]"),
        ("I live at 12 Oak Hill Road, ring twice", "I live at [address], ring twice"),
        ("Ich wohne Lindenstraße 5, 12345 Berlin.", "Ich wohne [address]."),
        ("Ada Winter here, Ada's cup leaks", "[name] here, [name] cup leaks"),
        ("ADA says hello", "[name] says hello"),
        ("Li Bo knows", "[name] knows"),
    ],
)  # fmt: skip
def test_it_is_taken_out(said: str, masked: str) -> None:
    assert mask(said, names=NAMES) == masked


@pytest.mark.parametrize(
    "said",
    [
        "the lid leaks after 3 weeks and 20 washes",
        "350 ml would be better than 500 ml",
        "please order more in green",
        "it costs 24.90, in 2024 it was 19.90",
        "see https://shop.example/p/1",
        "the adapter is libonian",  # names only as whole words
        "10:30 to 12:45 on 2024-05-01",
        "my order is late",
        "size 38/40",
    ],
)
def test_the_matter_itself_stays(said: str) -> None:
    assert mask(said, names=NAMES) == said


def test_masking_twice_changes_nothing() -> None:
    once = mask("Ada, +49 170 1234567, a@b.example, order number 77-12", names=NAMES)
    assert mask(once, names=NAMES) == once

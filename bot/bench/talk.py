"""What people say to the bot that is measured: made up, the same each time. Pure."""

import json
from collections.abc import Iterator
from random import Random

_PRODUCTS = (
    "kettle", "trail mug", "stew pot", "ember skillet", "camp plate", "linen apron", "oven mitts",
    "tea towels", "picnic blanket", "day pack", "lunch box", "bread knife", "chopping board",
)  # fmt: skip
_SAYS = (
    "please make the lid of the {} dishwasher-safe",
    "it would be great if the {} came in dark green",
    "I wish you had a smaller {} for two people",
    "could you add a hook to the {} so that it can hang",
    "the handle of my {} snapped after {n} weeks",
    "my {} leaks where the seam is",
    "the parcel with the {} arrived crushed",
    "does anyone know whether the {} may go into the oven",
    "when will the {} be back in stock",
    "I love the {}, it has been with us for {n} months",
    "the {} is fantastic, thank you so much",
    "könnt ihr den Griff vom {} bitte länger machen",
    "mein {} ist nach {n} Wochen kaputt gegangen",
    "we used the {} every day of our holiday by the lake",
    "my neighbour asked me about the {} yesterday",
    "took the {} along to the hut this weekend",
)
_THEN = (
    "", "", "", " Greetings from Bergen.", " Otherwise we are happy with it.",
    " My sister says the same about hers.", " That was order {n}, by the way.",
    " We have a dog and {n} plants.", " See you at the market!", " Is that possible?",
)  # fmt: skip
_FIRST = "Ada Ben Cleo Dirk Edda Finn Gwen Hugo Ines Jan Kaja Lars Mara Nils Olga Pia".split()


def texts(count: int, seed: int = 1) -> Iterator[str]:
    chance = Random(seed)
    for _ in range(count):
        said = chance.choice(_SAYS).format(chance.choice(_PRODUCTS), n=chance.randint(2, 60))
        yield said + "." + chance.choice(_THEN).format(n=chance.randint(2, 90_000))


def updates(count: int, first: int = 1) -> list[bytes]:
    """As Telegram sends them: messages to a group, each in full, from 500 people."""
    said = texts(count, seed=first)
    return [
        json.dumps(_update(number, text), ensure_ascii=False).encode()
        for number, text in enumerate(said, first)
    ]


def _update(number: int, text: str) -> dict[str, object]:
    person, name = 70_000_000 + number * 7919 % 500, _FIRST[number * 7919 % 500 % len(_FIRST)]
    return {
        "update_id": 500_000_000 + number,
        "message": {
            "message_id": number,
            "from": {
                "id": person,
                "is_bot": False,
                "first_name": name,
                "username": f"{name.lower()}{person}",
                "language_code": "en",
            },
            "chat": {"id": -1001234567890, "title": "Friends of the shop", "type": "supergroup"},
            "date": 1_770_000_000 + number,
            "text": text,
        },
    }

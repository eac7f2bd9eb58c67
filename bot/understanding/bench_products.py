"""Finding products in a catalogue of 10,000 real shop titles, measured on half of them.

No message of people is in the set, so what people would write is made of the titles: as another
shop would put it (a third of its words left out, the others in another order, a shop's own words
around them); the few words that tell it apart; those misspelt.
"""

import math
import random
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from bot.errors import NotFound
from bot.understanding.products import ProductFinder, ProductName
from bot.understanding.text import tokens_of

FILE = "product-titles/product_titles.txt"
CATALOGUE, ASKED = 10_000, 600
_WAYS = ("other", "short", "typos")
_SHORT, _LEAST = 3, 2
_KEPT = 2 / 3
_BEFORE, _AFTER = ("buy", "new", "cheap", "original", ""), ("online", "for sale", "best price", "")
_QUOTED = re.compile(r'"([^"]+)"(?:@[\w-]+)?')
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``right``: share at first place; ``wrong``: another product at first place; the rest found
    none. ``ms``: mean per message."""

    right: float
    wrong: float
    asked: int
    ms: float


def measure(data: Path, *, half: int) -> dict[str, Found]:
    """By way of naming: other, short, typos. ``half``: 0 to tune on, 1 to measure on."""
    titles = _titles(data)
    finder = ProductFinder(ProductName(key=at, name=name) for at, name in enumerate(titles))
    often = Counter(word for name in titles for word in set(tokens_of(name)))
    draw = random.Random(half)
    asked: dict[str, list[tuple[int, str]]] = {way: [] for way in _WAYS}
    numbers = [at for at in range(len(titles)) if at % 2 == half]
    draw.shuffle(numbers)
    for at in numbers:
        telling = _telling(titles[at], often)
        if len(telling) >= _LEAST:
            asked["other"].append((at, _as_others(titles[at], draw)))
            asked["short"].append((at, " ".join(telling)))
            asked["typos"].append((at, " ".join(_misspelt(word, draw) for word in telling)))
    return {way: _asked(finder, several[:ASKED]) for way, several in asked.items()}


def _asked(finder: ProductFinder, several: list[tuple[int, str]]) -> Found:
    began = process_time()
    found = [finder.find(text) for _, text in several]
    ms = (process_time() - began) * 1000 / len(several)
    first = [one[0].key if one else None for one in found]
    keys = [at for at, _ in several]
    right = sum(key == at for key, at in zip(first, keys, strict=True))
    wrong = sum(key is not None and key != at for key, at in zip(first, keys, strict=True))
    return Found(right=right / len(several), wrong=wrong / len(several), asked=len(several), ms=ms)


def _titles(data: Path) -> list[str]:
    """The first title of each line, each once; drawn from the whole file."""
    path = data / FILE
    if not path.is_file():
        raise NotFound(f"The benchmark needs {path}, which is not there. Give --data FOLDER.")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    random.Random(0).shuffle(lines)
    once = {" ".join(tokens_of(name)): name for name in map(_first, lines)}
    return list(once.values())[:CATALOGUE]


def _first(line: str) -> str:
    quoted = [text for text in _QUOTED.findall(line) if len(tokens_of(text)) >= _LEAST]
    return quoted[0].strip() if quoted else line.strip('" ')


def _as_others(name: str, draw: random.Random) -> str:
    words = [word for word in tokens_of(name) if word[0].isalnum()]
    kept = draw.sample(words, max(_LEAST, math.ceil(len(words) * _KEPT)))
    return f"{draw.choice(_BEFORE)} {' '.join(kept)} {draw.choice(_AFTER)}"


def _telling(name: str, often: Counter[str]) -> list[str]:
    """Its rarest words, in their order: what somebody would say who means this one."""
    words = list(dict.fromkeys(word for word in tokens_of(name) if word[0].isalnum()))
    rarest = sorted(words, key=lambda word: (often[word], word))[:_SHORT]
    return [word for word in words if word in rarest]


def _misspelt(word: str, draw: random.Random) -> str:
    """One letter is left out, doubled, swapped or wrong; short words and figures stay."""
    if len(word) < 4 or not word.isalpha():
        return word
    at = draw.randrange(1, len(word) - 1)
    return draw.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + draw.choice(_LETTERS) + word[at + 1 :],
        ]
    )

"""Whatever somebody sends: an answer, quickly, with offsets that hold."""

from collections.abc import Callable
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding import (
    ProductFinder,
    ProductName,
    language_of,
    likeness,
    mask,
    polarity,
    understand,
)

ANY_TEXT = st.text(st.characters(), max_size=400)  # lone surrogates too
TALK = st.lists(
    st.sampled_from(
        "please add would be nice the lid leaks ? ! . , but aber bitte nicht \n I'd love one in "
        "green 🙂 \u200b ’ parcel my order bot wäre schön ©".split(" ")
    ),
    max_size=40,
).map(" ".join)
FINDER = ProductFinder([ProductName(key=1, name="Trail Mug", aliases=("mug",))])


@given(ANY_TEXT | TALK)
@settings(max_examples=300, deadline=None)
def test_every_signal_quotes_the_message(text: str) -> None:
    signals = understand(text)
    assert signals
    for signal in signals:
        assert text[signal.start : signal.end] == signal.words
        assert -1 <= signal.polarity <= 1
        assert 0 <= signal.confidence <= 1
        assert signal.why


@given(ANY_TEXT, ANY_TEXT)
@settings(max_examples=100, deadline=None)
def test_nothing_raises(one: str, two: str) -> None:
    assert language_of(one) in ("en", "de")
    assert -1 <= polarity(one) <= 1
    assert 0 <= likeness(one, two) <= 1
    assert likeness(one, two) == pytest.approx(likeness(two, one))
    assert len(FINDER.find(one)) <= 3
    mask(one, names=[two])


HOSTILE = {
    "one letter": "a",
    "zero width": "\u200b",
    "invisible in words": "p\u200bl\u200be\u200ba\u200bs\u200be ",
    "surrogates": "\ud800",
    "nul": "\x00",
    "emoji": "😡",
    "another alphabet": "привет мир ",
    "binary": "".join(map(chr, range(256))),
    "dots": ".",
    "question marks": "?",
    "newlines": "\n",
    "but": " but",
    "negations": "not good ",
    "digits": "1234 ",
    "if you": "if you ",
    "would you": "would ",
    "at": "a@",
    "plus": "+49 ",
    "capitals": "Aa ",
    "hash": "#order 1",
    "dashes": "a-",
    "spaces": " ",
    "street": "Aaaa",
    "address": "1 Aa Aa ",
    "handles": "@a.",
    "iban": "DE00 0000 ",
}


def _seconds(work: Callable[[str], object], text: str) -> float:
    """The best of three, so that a busy machine does not count."""
    times = []
    for _ in range(3):
        began = process_time()
        work(text)
        times.append(process_time() - began)
    return min(times)


@pytest.mark.parametrize("flood", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_flood_costs_no_more_than_a_long_message(flood: str) -> None:
    long = (flood * 4_000)[:4_000]
    endless = (flood * 1_000_000)[:1_000_000]
    assert understand(endless)
    assert _seconds(understand, endless) < 5 * _seconds(understand, long) + 0.05


@pytest.mark.parametrize("flood", HOSTILE.values(), ids=HOSTILE.keys())
def test_masking_takes_time_in_proportion(flood: str) -> None:
    """Sixteen times the text in at most some forty times the time: a square would need 256."""
    short, long = (flood * 2_000)[:2_000], (flood * 32_000)[:32_000]
    assert _seconds(mask, long) < 40 * _seconds(mask, short) + 0.02


def test_words_broken_up_by_what_nobody_sees_are_read() -> None:
    said = "p\u200blease ad\u00add a h\u200book"
    assert understand(said)[0].why[0] == "please do: please add"
    assert understand(said)[0].words == said
